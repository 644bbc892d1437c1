"""The wire format of collectors. What newer ones say besides is left out."""

from typing import Any

from marshmallow import EXCLUDE, fields, post_load, validate

from discovery.collector.deliveries import Progress
from server.foundation.edge.identifiers import LARGEST_ID
from server.foundation.edge.schemas import Moment, StrictSchema
from server.scanning.errands.handing import Held, Standing

_COUNT = validate.Range(min=0, max=2**31 - 1)


class _Tolerant(StrictSchema):
    class Meta:
        """Programs may know more than we do."""

        unknown = EXCLUDE


class CollectorDraftSchema(StrictSchema):
    """A collector to be."""

    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True, validate=validate.Length(min=1, max=100))


class CollectorSchema(StrictSchema):
    """A collector, and how it stands; never its key."""

    id = fields.Integer(required=True, attribute="row.id")
    organisation_id = fields.Integer(required=True, attribute="row.organisation_id")
    name = fields.String(required=True, attribute="row.name")
    state = fields.String(required=True, metadata={"description": "named, well, away or revoked"})
    hostname = fields.String(required=True, attribute="row.hostname")
    version = fields.String(required=True, attribute="row.version")
    backlog = fields.Integer(
        required=True,
        attribute="row.backlog",
        metadata={"description": "Deliveries that wait at the collector."},
    )
    errands = fields.Integer(
        required=True, metadata={"description": "Errands that wait or are under way."}
    )
    created_at = Moment(required=True, attribute="row.created_at")
    enrolled_at = Moment(required=True, allow_none=True, attribute="row.enrolled_at")
    last_seen_at = Moment(required=True, allow_none=True, attribute="row.last_seen_at")


class CollectorTokenSchema(StrictSchema):
    """A collector with the token that lets it enrol, shown this once."""

    id = fields.Integer(required=True, attribute="collector.id")
    name = fields.String(required=True, attribute="collector.name")
    token = fields.String(required=True)


class CollectorWishSchema(_Tolerant):
    """A collector introduces itself."""

    token = fields.String(required=True, validate=validate.Length(min=8, max=200))
    public_key = fields.String(required=True, validate=validate.Length(min=1, max=100))
    hostname = fields.String(load_default="", validate=validate.Length(max=255))
    version = fields.String(load_default="", validate=validate.Length(max=64))


class CollectorKeySchema(StrictSchema):
    """The collector's key, shown this once."""

    id = fields.Integer(required=True, attribute="collector.id")
    name = fields.String(required=True, attribute="collector.name")
    key = fields.String(required=True)


class SweepProgressSchema(_Tolerant):
    """How far a sweep has come; counts are addresses."""

    total = fields.Integer(required=True, validate=_COUNT)
    asked = fields.Integer(required=True, validate=_COUNT)
    answered = fields.Integer(required=True, validate=_COUNT)
    read = fields.Integer(required=True, validate=_COUNT)

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> Progress:
        """Return the value."""
        return Progress(**data)


class HeldErrandSchema(_Tolerant):
    """An errand that the collector has."""

    errand = fields.Integer(required=True, validate=validate.Range(min=0, max=LARGEST_ID))
    attempt = fields.Integer(required=True, validate=_COUNT)
    progress = fields.Nested(SweepProgressSchema, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> Held:
        """Return the value."""
        return Held(**data)


class CollectorStandingSchema(_Tolerant):
    """How the collector stands."""

    version = fields.String(load_default="", validate=validate.Length(max=64))
    backlog = fields.Integer(load_default=0, validate=_COUNT)
    room = fields.Integer(load_default=1, validate=validate.Range(min=0, max=100))
    held = fields.List(
        fields.Nested(HeldErrandSchema), load_default=list, validate=validate.Length(max=1000)
    )

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> Standing:
        """Return the value."""
        return Standing(**data | {"held": tuple(data["held"])})


class ErrandSchema(StrictSchema):
    """What to do; ``sealed`` holds the credentials, for this collector alone."""

    id = fields.Integer(required=True)
    attempt = fields.Integer(required=True)
    kind = fields.String(required=True)
    work = fields.Dict(required=True)
    sealed = fields.String(required=True)


class CollectorOrdersSchema(StrictSchema):
    """What to begin, what to end, and when to ask again."""

    errands = fields.List(fields.Nested(ErrandSchema), required=True)
    stop = fields.List(fields.Integer(), required=True)
    next_seconds = fields.Float(required=True)


class DeliveryAcceptedSchema(StrictSchema):
    """The delivery is committed."""

    accepted = fields.Boolean(required=True)
    new = fields.Integer(required=True)
