"""The wire format of how available services were."""

from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

from server.desk.availability.queries.levels import Level
from server.desk.availability.queries.listing import Levels
from server.desk.availability.queries.outages import Outage
from server.desk.availability.rules.measuring import MEASURES, Standing
from server.foundation.edge.fields import Identifier, Line, Passage, QueryIdentifier
from server.foundation.edge.schemas import Moment, StrictSchema

_STATES = ("fine", "at_risk", "missed")


class AvailabilityQuerySchema(StrictSchema):
    """Which month, and of which service."""

    from_text = True

    month = Line(
        load_default="",
        longest=7,
        metadata={"description": "As 2026-11; without it, the present one."},
    )
    service_id = QueryIdentifier(load_default=None)


class ServiceOutageSchema(StrictSchema):
    """An outage as it counts; ``ended_at`` null: it lasts."""

    id = fields.Integer(required=True)
    ticket = fields.String(
        required=True, metadata={"description": "Its reference; empty when it is out of sight."}
    )
    state = fields.String(required=True, validate=validate.OneOf(("down", "degraded")))
    began_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    counts = fields.Boolean(
        required=True, metadata={"description": "false: a person said that it was none."}
    )
    corrected = fields.Boolean(required=True)
    reason = fields.String(required=True)


class ServiceOutageCorrectionSchema(StrictSchema):
    """When an outage was; null: as tickets and graph say."""

    began_at = Moment(load_default=None, allow_none=True)
    ended_at = Moment(load_default=None, allow_none=True)
    counts = fields.Boolean(load_default=True)
    reason = Passage(longest=1000, required=True)


class AvailabilityStandingSchema(StrictSchema):
    """One measure against its target: percent, or minutes of the longest outage."""

    measure = fields.String(required=True, validate=validate.OneOf(MEASURES))
    target = fields.Float(required=True)
    allowed_minutes = fields.Float(required=True)
    used_minutes = fields.Float(required=True)
    left_minutes = fields.Float(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    reached_at = Moment(
        required=True,
        allow_none=True,
        metadata={"description": "When the level was reached at which it stands: 75 or 100 %."},
    )
    reason = fields.String(required=True)


class ServiceAvailabilitySchema(StrictSchema):
    """One promise about one service; minutes are of the calendar's time.

    Announced maintenance is in none of them but ``announced_minutes`` and, where a service was down
    meanwhile, ``excused_minutes``. Degraded time is told, and is no outage.
    """

    service_id = fields.Integer(required=True)
    service = fields.String(required=True)
    organisation_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: promised to everybody."}
    )
    organisation = fields.String(required=True)
    calendar = fields.String(
        required=True, metadata={"description": "Empty: around the clock, in UTC."}
    )
    begins_at = Moment(required=True)
    ends_at = Moment(required=True)
    percent = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Of the time that is over; null before any was."},
    )
    agreed_minutes = fields.Float(required=True)
    down_minutes = fields.Float(required=True)
    degraded_minutes = fields.Float(required=True)
    longest_minutes = fields.Float(required=True)
    announced_minutes = fields.Float(required=True)
    excused_minutes = fields.Float(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    measures = fields.List(fields.Nested(AvailabilityStandingSchema), required=True)
    outages = fields.List(fields.Nested(ServiceOutageSchema), required=True)


class AvailabilityMonthSchema(StrictSchema):
    """The promises about services in sight in one month, missed ones first."""

    month = fields.String(required=True)
    rows = fields.List(fields.Nested(ServiceAvailabilitySchema), required=True)


class MissReasonSchema(StrictSchema):
    """Why a promise about a service was missed."""

    measure = fields.String(required=True, validate=validate.OneOf(MEASURES))
    month = Line(load_default="", longest=7)
    organisation_id = Identifier(load_default=None, allow_none=True)
    reason = Passage(longest=1000, required=True)


def month_document(found: Levels) -> dict[str, Any]:
    """Return what ``AvailabilityMonthSchema`` dumps."""
    return {"month": str(found.month), "rows": [_row(found, one) for one in found.rows]}


def _row(found: Levels, level: Level) -> dict[str, Any]:
    read = level.reading
    return {
        "service_id": level.service.id,
        "service": level.service.name,
        "organisation_id": level.organisation_id,
        "organisation": found.customers.get(level.organisation_id or 0, ""),
        "calendar": level.calendar,
        "begins_at": read.begins_at,
        "ends_at": read.ends_at,
        "percent": None if read.percent is None else round(read.percent, 6),
        "agreed_minutes": _minutes(read.agreed),
        "down_minutes": _minutes(read.down),
        "degraded_minutes": _minutes(read.degraded),
        "longest_minutes": _minutes(read.longest),
        "announced_minutes": _minutes(read.announced),
        "excused_minutes": _minutes(read.excused),
        "state": level.state,
        "measures": [_standing(found, level, one) for one in level.standings],
        "outages": [
            outage_document(one, in_sight=one.ticket_id in found.tickets) for one in level.outages
        ],
    }


def _standing(found: Levels, level: Level, stand: Standing) -> dict[str, Any]:
    return {
        "measure": stand.measure,
        "target": stand.target,
        "allowed_minutes": _minutes(stand.allowed),
        "used_minutes": _minutes(stand.used),
        "left_minutes": _minutes(stand.left),
        "state": stand.state,
        "reached_at": stand.reached_at,
        "reason": found.reason(level, stand.measure),
    }


def outage_document(outage: Outage, *, in_sight: bool) -> dict[str, Any]:
    """Return what ``ServiceOutageSchema`` dumps; a ticket out of sight says nothing of itself."""
    names = ("id", "state", "began_at", "ended_at", "counts", "corrected")
    return {name: getattr(outage, name) for name in names} | {
        "ticket": outage.reference if in_sight else "",
        "reason": outage.reason if in_sight else "",
    }


def _minutes(time: timedelta) -> float:
    return round(time.total_seconds() / 60, 2)
