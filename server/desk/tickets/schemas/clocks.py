"""The wire format of clocks and of the agreements they follow."""

from typing import Any

from marshmallow import fields, validate

from server.desk.sla.rules.agreements import SECTIONS
from server.desk.sla.rules.targets import WHOSE, whose_of
from server.desk.tickets.queries.achieving import History
from server.desk.tickets.queries.first_line import FirstLine
from server.desk.tickets.rules.first_line import Share
from server.foundation.edge.fields import Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema


class TicketClockSchema(StrictSchema):
    """A promise about a ticket. ``due_at`` is null while it is paused, and once it is kept.

    ``whose`` says who keeps it and to whom; ``holder`` tells the clocks of lines, groups, suppliers
    and contracts apart. ``away``: they do not have the ticket now.
    """

    measure = fields.String(required=True)
    whose = fields.String(required=True, validate=validate.OneOf(WHOSE))
    holder = fields.String(required=True)
    holder_name = fields.String(required=True)
    away = fields.Boolean(required=True)
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
    """Why a promise was missed; ``holder`` as on the clock."""

    holder = Line(load_default="", longest=60)
    reason = Passage(longest=1000, required=True)


class AgreedSpanSchema(StrictSchema):
    """From when to when something was agreed; ``since`` null: always before."""

    since = Moment(required=True, allow_none=True)
    until = Moment(required=True)


class ServiceLevelsQuerySchema(StrictSchema):
    """Of which moment."""

    from_text = True

    at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "What was agreed then; left out: what is agreed now."},
    )


class ServiceLevelsSchema(StrictSchema):
    """Calendars and targets: in force, or as they were at a moment.

    They hold ``since`` then (null: always) until ``until`` (null: still). ``earlier`` tells when
    they were others. A ticket is held to what was agreed when it was solved.
    """

    sections = fields.Dict(required=True)
    changed = fields.List(fields.String(), required=True)
    since = Moment(required=True, allow_none=True)
    until = Moment(required=True, allow_none=True)
    earlier = fields.List(fields.Nested(AgreedSpanSchema), required=True)


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
    whose = fields.String(required=True, validate=validate.OneOf(WHOSE))
    holder = fields.String(required=True)
    holder_name = fields.String(required=True)
    priority = fields.Integer(required=True)
    calendar = fields.String(required=True)
    cases = fields.Integer(required=True)
    target_minutes = fields.Integer(required=True)
    kept_percent = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: nothing was promised yet."}
    )
    later_cases = fields.Integer(
        required=True,
        metadata={
            "description": "How many were solved before anything was promised: reckoned later."
        },
    )
    later_kept_percent = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "How many of those would have kept it; null: there are none."},
    )
    half_within = fields.Integer(required=True)
    share_within = fields.Integer(required=True)
    achievable_minutes = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: too few cases."}
    )


class FirstLineQuerySchema(StrictSchema):
    """How far back to look."""

    from_text = True

    days = fields.Integer(load_default=180, validate=validate.Range(min=1, max=3650))


class FirstLineShareSchema(StrictSchema):
    """How many tickets were solved, and how many of them at the first line."""

    solved = fields.Integer(required=True)
    first_line = fields.Integer(required=True)
    percent = fields.Float(
        required=True, allow_none=True, metadata={"description": "null: nothing was solved."}
    )


class FirstLineOfCategorySchema(FirstLineShareSchema):
    """The same of one category, "" for none."""

    category = fields.String(required=True)


class FirstLineOfServiceSchema(FirstLineShareSchema):
    """The same of the tickets that hit one service in sight."""

    service_id = fields.Integer(required=True)
    service = fields.String(required=True)


class FirstLineSchema(FirstLineShareSchema):
    """What the first line solved without anybody else; ``more``: older ones were not looked at."""

    target_percent = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    categories = fields.List(fields.Nested(FirstLineOfCategorySchema), required=True)
    services = fields.List(fields.Nested(FirstLineOfServiceSchema), required=True)


def first_line_document(found: FirstLine) -> dict[str, Any]:
    """Return what ``FirstLineSchema`` dumps."""
    return _share(found.share) | {
        "target_percent": found.target,
        "more": found.more,
        "categories": [{"category": code} | _share(share) for code, share in found.categories],
        "services": [
            {"service_id": one, "service": found.names[one]} | _share(share)
            for one, share in found.services
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "solved": share.solved,
        "first_line": share.first_line,
        "percent": share.percent,
    }


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
            "whose": whose_of(one.measure, one.holder),
            "holder": one.holder,
            "holder_name": history.holders.get(one.holder, ""),
            "priority": one.priority,
            "calendar": one.calendar,
            "cases": one.cases,
            "target_minutes": one.target,
            "kept_percent": _percent(one.kept),
            "later_cases": one.later,
            "later_kept_percent": _percent(one.would),
            "half_within": one.half,
            "share_within": one.most,
            "achievable_minutes": one.achievable,
        }
        for one in history.rows
    ]
    return {"tickets": history.tickets, "rows": rows}


def _percent(share: float | None) -> int | None:
    return None if share is None else round(share * 100)
