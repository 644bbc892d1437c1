"""The wire format of discovery."""

from marshmallow import fields, validate

from discovery.snmp.credentials import AUTH_PROTOCOLS, PRIV_PROTOCOLS
from server.foundation.edge.schemas import Moment, StrictSchema


class CredentialDraftSchema(StrictSchema):
    """A new SNMP credential; secrets go in and never come out."""

    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True, validate=validate.Length(min=1, max=100))
    version = fields.String(load_default="2c", validate=validate.OneOf(("1", "2c", "3")))
    community = fields.String(load_default="", load_only=True, validate=validate.Length(max=255))
    user = fields.String(load_default="", validate=validate.Length(max=255))
    auth_protocol = fields.String(load_default="", validate=validate.OneOf(("", *AUTH_PROTOCOLS)))
    auth_key = fields.String(load_default="", load_only=True, validate=validate.Length(max=255))
    priv_protocol = fields.String(load_default="", validate=validate.OneOf(("", *PRIV_PROTOCOLS)))
    priv_key = fields.String(load_default="", load_only=True, validate=validate.Length(max=255))


class CredentialSchema(StrictSchema):
    """An SNMP credential without its secrets."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    version = fields.String(required=True)
    user = fields.String(required=True)
    auth_protocol = fields.String(required=True)
    priv_protocol = fields.String(required=True)
    created_at = Moment(required=True)


class ProbeDraftSchema(StrictSchema):
    """A device to visit."""

    organisation_id = fields.Integer(required=True)
    target = fields.String(required=True, validate=validate.Length(min=1, max=253))
    credential_id = fields.Integer(required=True)
    port = fields.Integer(load_default=161)


class ProbeSchema(StrictSchema):
    """A visit, and what came of it."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    target = fields.String(required=True)
    port = fields.Integer(required=True)
    credential_id = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    item_id = fields.Integer(required=True, allow_none=True)
    outcome = fields.String(required=True)
    asked_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    detail = fields.Dict(required=True)
