"""The wire format of clocks and of the agreements they follow."""

from typing import Any

from marshmallow import fields, validate

from server.desk.sla.rules.agreements import SECTIONS
from server.desk.tickets.queries.achieving import History
from server.foundation.edge.fields import Passage
from server.foundation.edge.schemas import Moment, StrictSchema


class TicketClockSchema(StrictSchema):
    """A promise about a ticket. ``due_at`` is null while it is paused, and once it is kept."""

    measure = fields.String(required=True)
    calendar = fields.String(required=True)
    target_minutes = fields.Integer(required=True)
    started_at = Moment(required=True)
    stopped_at = Moment(required=True, allow_none=True)
    due_at = Moment(required=True, allow_none=True)
    breached_at = Moment(required=True, allow_none=True)
    used_minutes = fields.Integer(required=True)
    left_minutes = fields.Integer(required=True)
    running = fields.Boolean(required=True)
    if_resumed_now = Moment(required=True, allow_none=True)
    reason = fields.String(required=True)


class BreachReasonSchema(StrictSchema):
    """Why a promise was missed."""

    reason = Passage(longest=1000, required=True)


class ServiceLevelsSchema(StrictSchema):
    """Calendars and targets in force."""

    sections = fields.Dict(required=True)
    changed = fields.List(fields.String(), required=True)


class ServiceLevelsDraftSchema(StrictSchema):
    """Sections to be replaced; null makes one what was shipped."""

    sections = fields.Dict(
        keys=fields.String(validate=validate.OneOf(SECTIONS)),
        values=fields.Raw(allow_none=True),
        required=True,
    )


class AchievableQuerySchema(StrictSchema):
    """How far back to look, and how many of a hundred tickets should keep the target."""

    from_text = True

    days = fields.Integer(load_default=180, validate=validate.Range(min=1, max=3650))
    share = fields.Integer(load_default=90, validate=validate.Range(min=50, max=99))


class AchievableSchema(StrictSchema):
    """What history says about one service, measure and priority, in minutes of working time."""

    service_id = fields.Integer(required=True, allow_none=True)
    service = fields.String(required=True)
    measure = fields.String(required=True)
    priority = fields.Integer(required=True)
    calendar = fields.String(required=True)
    cases = fields.Integer(required=True)
    target_minutes = fields.Integer(required=True)
    kept_percent = fields.Integer(required=True)
    half_within = fields.Integer(required=True)
    share_within = fields.Integer(required=True)
    achievable_minutes = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: too few cases."}
    )


class AchievableTargetsSchema(StrictSchema):
    """What the newest tickets in sight say about targets."""

    tickets = fields.Integer(required=True)
    rows = fields.List(fields.Nested(AchievableSchema), required=True)


def achievable_document(history: History) -> dict[str, Any]:
    """Return what ``AchievableTargetsSchema`` dumps."""
    rows = [
        {
            "service_id": one.service_id,
            "service": history.names.get(one.service_id or 0, ""),
            "measure": one.measure,
            "priority": one.priority,
            "calendar": one.calendar,
            "cases": one.cases,
            "target_minutes": one.target,
            "kept_percent": round(one.kept * 100),
            "half_within": one.half,
            "share_within": one.most,
            "achievable_minutes": one.achievable,
        }
        for one in history.rows
    ]
    return {"tickets": history.tickets, "rows": rows}
