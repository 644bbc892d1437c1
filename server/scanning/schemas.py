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
    collector_id = fields.Integer(load_default=None, allow_none=True)


class ProbeSchema(StrictSchema):
    """A visit, and what came of it."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    target = fields.String(required=True)
    port = fields.Integer(required=True)
    credential_id = fields.Integer(required=True, allow_none=True)
    collector_id = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    item_id = fields.Integer(required=True, allow_none=True)
    outcome = fields.String(required=True)
    asked_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    detail = fields.Dict(required=True)


class RangeDraftSchema(StrictSchema):
    """Addresses to sweep; ``cron`` has five fields in UTC, and is empty for sweeps on demand."""

    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True, validate=validate.Length(min=1, max=100))
    addresses = fields.String(required=True, validate=validate.Length(min=1, max=20_000))
    credential_ids = fields.List(
        fields.Integer(), required=True, validate=validate.Length(min=1, max=20)
    )
    port = fields.Integer(load_default=161)
    pace = fields.Integer(load_default=2_000)
    cron = fields.String(load_default="", validate=validate.Length(max=100))
    collector_id = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"description": "Who sweeps it; null: this server."},
    )


class RangeSchema(StrictSchema):
    """A range that is swept."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    addresses = fields.String(required=True)
    credential_ids = fields.List(fields.Integer(), required=True)
    port = fields.Integer(required=True)
    pace = fields.Integer(required=True)
    cron = fields.String(required=True)
    collector_id = fields.Integer(required=True, allow_none=True)
    created_at = Moment(required=True)


class RunSchema(StrictSchema):
    """A sweep of a range: counts are addresses."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    range_id = fields.Integer(required=True, allow_none=True)
    collector_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    asked_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    total = fields.Integer(required=True)
    asked = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    read = fields.Integer(required=True)


class OutcomeSchema(StrictSchema):
    """What came of one address that answered."""

    id = fields.Integer(required=True)
    address = fields.String(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True)
    reason = fields.String(required=True)
    name = fields.String(required=True)
    item_id = fields.Integer(required=True, allow_none=True)
    seconds = fields.Float(required=True)
    at = Moment(required=True)


_SITE = "Only what is connected at this site, or in any other place: a building, a room, a rack."


class HalfLinkQuerySchema(StrictSchema):
    """Which half-links: of one item, of the devices at one site."""

    from_text = True

    item_id = fields.Integer()
    site_id = fields.Integer(metadata={"description": _SITE})


class LinkQuerySchema(HalfLinkQuerySchema):
    """Which links: of one item, at one site, of one layer (2 cables, 3 routing)."""

    layer = fields.Integer(validate=validate.OneOf((2, 3)))


class LinkSchema(StrictSchema):
    """A link between two ports, with its proof (``lldp:a``: told by the start)."""

    id = fields.Integer(required=True, attribute="link.id")
    layer = fields.Integer(required=True, attribute="link.layer")
    start_id = fields.Integer(required=True, attribute="link.start_id")
    start_name = fields.String(required=True)
    start_port = fields.String(required=True, attribute="link.start_port")
    end_id = fields.Integer(required=True, attribute="link.end_id")
    end_name = fields.String(required=True)
    end_port = fields.String(required=True, attribute="link.end_port")
    evidence = fields.List(fields.String(), required=True, attribute="link.evidence")
    confidence = fields.Float(required=True, attribute="link.confidence")
    vlans = fields.List(fields.Integer(), required=True, attribute="link.vlans")
    shared = fields.Boolean(required=True, attribute="link.shared")
    first_seen_at = Moment(required=True, attribute="link.first_seen_at")
    last_seen_at = Moment(required=True, attribute="link.last_seen_at")


class PathQuerySchema(StrictSchema):
    """Between which items."""

    from_text = True

    start_id = fields.Integer(required=True)
    end_id = fields.Integer(required=True)


class StepSchema(StrictSchema):
    """One cable of a way, in the direction of the way."""

    item_id = fields.Integer(required=True)
    name = fields.String(required=True)
    port = fields.String(required=True)
    next_id = fields.Integer(required=True)
    next_name = fields.String(required=True)
    next_port = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True, attribute="link.evidence")
    confidence = fields.Float(required=True, attribute="link.confidence")
    vlans = fields.List(fields.Integer(), required=True, attribute="link.vlans")
    shared = fields.Boolean(required=True, attribute="link.shared")
    last_seen_at = Moment(required=True, attribute="link.last_seen_at")


class HalfLinkSchema(StrictSchema):
    """A reported neighbour that joins no known port, and why."""

    id = fields.Integer(required=True, attribute="half.id")
    item_id = fields.Integer(required=True, attribute="half.item_id")
    name = fields.String(required=True)
    port = fields.String(required=True, attribute="half.port")
    protocol = fields.String(required=True, attribute="half.protocol")
    reason = fields.String(required=True, attribute="half.reason")
    remote_name = fields.String(required=True, attribute="half.remote_name")
    remote_chassis = fields.String(required=True, attribute="half.remote_chassis")
    remote_port = fields.String(required=True, attribute="half.remote_port")
    remote_description = fields.String(required=True, attribute="half.remote_description")
    remote_addresses = fields.List(
        fields.String(), required=True, attribute="half.remote_addresses"
    )
    first_seen_at = Moment(required=True, attribute="half.first_seen_at")
    last_seen_at = Moment(required=True, attribute="half.last_seen_at")
