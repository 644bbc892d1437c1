"""Bodies of sessions, tokens, log-ins, roles and grants."""

from typing import Any

from marshmallow import Schema, fields, validate

from server.foundation.edge.fields import Code, Identifier, Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema, page_of
from server.foundation.permissions import Permission, Reach
from server.people.rules.availability import STATES

_PERMISSIONS = [str(permission) for permission in Permission]
_REACHES = [str(reach) for reach in Reach]


def _permissions(**options: Any) -> fields.Field[Any]:
    return fields.List(fields.String(validate=validate.OneOf(_PERMISSIONS)), **options)


class GrantShownSchema(Schema):
    """What somebody holds, and where."""

    permissions = fields.List(fields.String(), required=True)
    organisation_id = fields.Integer(required=True, allow_none=True)
    class_codes = fields.List(fields.String(), required=True, allow_none=True)
    reach = fields.String(required=True)


class SessionSchema(Schema):
    """Who asks, and what they may do."""

    kind = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    organisation_id = fields.Integer(required=True, allow_none=True)
    group_ids = fields.List(fields.Integer(), required=True)
    language = fields.String(required=True)
    time_zone = fields.String(required=True)
    grants = fields.List(fields.Nested(GrantShownSchema), required=True)
    scope = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "The most this token may do; null for no such limit."},
    )


class AvailabilityDraftSchema(StrictSchema):
    """What one says of oneself; who is busy or away gets no tickets by turn."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))


class AvailabilitySchema(AvailabilityDraftSchema):
    """What counts now, and when it was said."""

    said_at = Moment(required=True, allow_none=True)


class PreferencesSchema(StrictSchema):
    """How one likes to be addressed."""

    language = Line(longest=10)
    time_zone = Line(longest=60)


class TokenSchema(Schema):
    """A token as it is shown: never its secret."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    permissions = fields.List(fields.String(), required=True, allow_none=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True, allow_none=True)
    last_used_at = Moment(required=True, allow_none=True)
    revoked_at = Moment(required=True, allow_none=True)


class NewTokenSchema(TokenSchema):
    """A token just made; this is the only time its secret is shown."""

    secret = fields.String(required=True)


class TokenCreateSchema(StrictSchema):
    """A token to be made for oneself."""

    name = Line(shortest=1, longest=100, required=True)
    permissions = _permissions(
        load_default=None,
        allow_none=True,
        metadata={"description": "The most it may do; null for all that you may."},
    )
    expires_at = Moment(load_default=None, allow_none=True)


class AccountSchema(Schema):
    """A log-in as it is shown: never its password."""

    person_id = fields.Integer(required=True)
    login = fields.String(required=True)
    disabled = fields.Boolean(required=True)
    must_change_password = fields.Boolean(required=True)
    directory_id = fields.Integer(required=True, allow_none=True)
    created_at = Moment(required=True)
    last_sign_in_at = Moment(required=True, allow_none=True)


class AccountGiveSchema(StrictSchema):
    """A log-in to be given."""

    login = Line(shortest=1, longest=100, required=True)


class AccountChangeSchema(StrictSchema):
    """A log-in to be closed or opened."""

    disabled = fields.Boolean(required=True)


class OneTimePasswordSchema(Schema):
    """Shown once; its first use asks for another."""

    login = fields.String(required=True)
    one_time_password = fields.String(required=True)


class RoleSchema(Schema):
    """A role as it is shown."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    permissions = fields.List(fields.String(), required=True)
    reach = fields.String(required=True)
    builtin = fields.Boolean(required=True)
    version = fields.Integer(required=True)


def _labels(**options: Any) -> fields.Field[Any]:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(("en", "es", "ru"))),
        values=Line(shortest=1, longest=100),
        validate=validate.Length(min=1),
        **options,
    )


class RoleCreateSchema(StrictSchema):
    """A role to be made."""

    code = Code(required=True)
    labels = _labels(required=True)
    permissions = _permissions(required=True)


class RoleChangeSchema(StrictSchema):
    """What may be changed about a role; what is left out stays."""

    labels = _labels(load_default=None)
    permissions = _permissions(load_default=None)


class RoleGrantSchema(Schema):
    """Who holds which role where."""

    id = fields.Integer(required=True)
    role = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    group_id = fields.Integer(required=True, allow_none=True)
    organisation_id = fields.Integer(required=True)
    class_code = fields.String(required=True, allow_none=True)
    reach = fields.String(required=True)
    emergency = fields.Boolean(required=True)
    created_at = Moment(required=True)


class RoleGrantCreateSchema(StrictSchema):
    """A role to be given to a person or a group."""

    role = Code(required=True)
    person_id = Identifier(load_default=None, allow_none=True)
    group_id = Identifier(load_default=None, allow_none=True)
    organisation_id = Identifier(required=True)
    class_code = Code(load_default=None, allow_none=True)
    reach = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(_REACHES))
    emergency = fields.Boolean(
        load_default=False,
        metadata={"description": "It counts only while its holder has declared an emergency."},
    )


class RoleGrantQuerySchema(PageQuerySchema):
    """Which grants."""

    person = QueryIdentifier(load_default=None)
    group = QueryIdentifier(load_default=None)
    role = Line(load_default="")


TokenPage = page_of(TokenSchema, "TokenPage")
RolePage = page_of(RoleSchema, "RolePage")
RoleGrantPage = page_of(RoleGrantSchema, "RoleGrantPage")
