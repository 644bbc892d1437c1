"""The wire format of macros and schedules."""

from typing import Any

from marshmallow import fields, validate

from server.desk.routines.actions.scheduling import ScheduleDraft
from server.desk.routines.rules.macros import Macro
from server.desk.routines.rules.rhythm import MOST_EVERY, RHYTHMS
from server.desk.tickets.actions.checking import TEXT_LENGTH
from server.foundation.edge.fields import Code, Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema


class MacroDraftSchema(StrictSchema):
    """What a macro does with one click; what is left out stays as it is."""

    name = Line(longest=120, shortest=1, required=True)
    note = Passage(longest=TEXT_LENGTH, load_default="")
    note_kind = fields.String(
        load_default="internal", validate=validate.OneOf(["internal", "public"])
    )
    urgency = Line(longest=60, load_default="")
    category = Line(longest=80, load_default="")
    group_id = Identifier(load_default=None, allow_none=True)
    assign = fields.String(load_default="", validate=validate.OneOf(["", "me"]))
    checklist = Line(longest=60, load_default="")
    state = Line(longest=60, load_default="")
    reason = Passage(longest=TEXT_LENGTH, load_default="")
    resolution_code = Line(longest=60, load_default="")
    resolution_text = Passage(longest=TEXT_LENGTH, load_default="")


class MacroNewSchema(MacroDraftSchema):
    """A new macro under a code of its own."""

    code = Code(required=True)


class MacroSchema(StrictSchema):
    """A macro."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    document = fields.Dict(required=True)


class MacroRunSchema(StrictSchema):
    """Which macro is run on a ticket."""

    macro = Line(longest=60, shortest=1, required=True)


class ScheduleDraftSchema(StrictSchema):
    """A template that opens tickets by the calendar, per item, per item of a class, or one."""

    name = Line(longest=120, shortest=1, required=True)
    template = Line(longest=60, shortest=1, required=True)
    first_at = Moment(required=True)
    rhythm = fields.String(load_default="month", validate=validate.OneOf(RHYTHMS))
    every = fields.Integer(load_default=1, validate=validate.Range(min=1, max=MOST_EVERY))
    time_zone = Line(longest=60, load_default="UTC")
    organisation_id = Identifier(load_default=None, allow_none=True)
    item_id = Identifier(load_default=None, allow_none=True)
    class_code = Line(longest=60, load_default="")
    enabled = fields.Boolean(load_default=True)


class ScheduleSchema(StrictSchema):
    """A schedule; ``next_at`` is when it opens the next time."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    template = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    organisation_id = fields.Integer(required=True)
    item_id = fields.Integer(required=True, allow_none=True)
    class_code = fields.String(required=True)
    first_at = Moment(required=True)
    rhythm = fields.String(required=True)
    every = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    next_at = Moment(required=True)
    last_at = Moment(required=True, allow_none=True)


class MacroOutcomeSchema(StrictSchema):
    """How a ticket stands after a macro was run on it."""

    reference = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)


def macro_draft(body: dict[str, Any]) -> Macro:
    """Return the macro that a body describes."""
    return Macro(**body)


def schedule_draft(body: dict[str, Any]) -> ScheduleDraft:
    """Return the schedule that a body describes."""
    return ScheduleDraft(**body)
