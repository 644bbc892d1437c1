"""The wire format of sources of foreign agents, and of senders that wait."""

from marshmallow import fields, validate

from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.foreign.doors import Authentication


class SourceDraftSchema(StrictSchema):
    """A new door for foreign agents."""

    slug = Line(required=True, longest=63, shortest=2)
    name = Line(load_default="", longest=200)
    organisation_id = Identifier(required=True)
    authentication = fields.String(
        load_default=Authentication.BASIC.value,
        validate=validate.OneOf([one.value for one in Authentication]),
    )
    admits = fields.Boolean(load_default=False)


class NewSourceSchema(StrictSchema):
    """The new door; its secret is shown this once."""

    path = fields.String(required=True)
    user_name = fields.String(required=True)
    secret = fields.String(required=True)


class SourceSchema(StrictSchema):
    """An open door for foreign agents."""

    id = fields.Integer(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    authentication = fields.String(required=True)
    user_name = fields.String(required=True)
    admits = fields.Boolean(required=True)
    created_at = Moment(required=True)


class WaitingSenderSchema(StrictSchema):
    """A sender that nobody has admitted."""

    id = fields.Integer(required=True)
    device_id = fields.String(required=True)
    dialect = fields.String(required=True)
    hostname = fields.String(required=True)
    version = fields.String(required=True)
    tag = fields.String(required=True)
    address = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    first_seen_at = Moment(required=True)
    last_seen_at = Moment(required=True)
    messages = fields.Integer(required=True)
    has_report = fields.Function(lambda row: row.report is not None, required=True)
    refused_at = Moment(required=True, allow_none=True)


class AdmissionSchema(StrictSchema):
    """Into which organisation a sender is admitted."""

    organisation_id = Identifier(required=True)
