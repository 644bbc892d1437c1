"""The wire format of skills, shifts, and the people of a group as they stand now."""

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import fields, validate

from server.desk.routing.models import Shift
from server.desk.routing.rules.shifts import MOST_WEEKS, ShiftDraft
from server.desk.routing.rules.turns import WHYS
from server.desk.tickets.queries.team import Teammate
from server.desk.tickets.schemas.routing import Skills
from server.foundation.edge.fields import Code, Identifier, Line
from server.foundation.edge.schemas import Moment, StrictSchema
from server.people.rules.availability import STATES

_SPANS = fields.List(Line(longest=11, shortest=1), validate=validate.Length(max=12))


class SkillDraftSchema(StrictSchema):
    """A skill's name."""

    name = Line(longest=80, shortest=1, required=True)


class SkillSchema(SkillDraftSchema):
    """Something that people are able to do."""

    code = Line(longest=40, shortest=1, required=True)


class SkillLevelsSchema(StrictSchema):
    """What somebody is able to do, from 1 (a beginner) to 5; what is not named they are not."""

    levels = Skills(required=True)


class ShiftMemberSchema(StrictSchema):
    """Who works a shift, in which weeks of its rota, counted from 0; none means all."""

    person_id = Identifier(required=True)
    weeks = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=0, max=MOST_WEEKS - 1)),
        load_default=list,
        validate=validate.Length(max=MOST_WEEKS),
    )


class ShiftDraftSchema(StrictSchema):
    """Hours of a week, as {"mon": ["08:00-16:00"]}, and who works them.

    Of a rota over several ``weeks``, week 0 is the one in which ``since`` lies.
    """

    name = Line(longest=80, shortest=1, required=True)
    zone = Line(longest=60, shortest=1, required=True)
    hours = fields.Dict(keys=Code(), values=_SPANS, required=True)
    holidays = fields.List(
        Line(longest=10, shortest=5), load_default=list, validate=validate.Length(max=400)
    )
    weeks = fields.Integer(
        load_default=1, strict=True, validate=validate.Range(min=1, max=MOST_WEEKS)
    )
    since = fields.Date(load_default=None, allow_none=True)
    members = fields.List(
        fields.Nested(ShiftMemberSchema), load_default=list, validate=validate.Length(max=500)
    )
    on_call = fields.Boolean(
        load_default=False, metadata={"description": "Whoever works it is on call for the group."}
    )


class ShiftSchema(ShiftDraftSchema):
    """A shift as it is stored."""

    id = fields.Integer(required=True)
    group_id = fields.Integer(required=True)


def shift_draft(body: Mapping[str, Any]) -> ShiftDraft:
    """Return the draft of a body that ``ShiftDraftSchema`` loaded."""
    members = [(one["person_id"], one["weeks"]) for one in body["members"]]
    return ShiftDraft(**{**body, "members": members})


def shift_row(row: Shift, turns: Mapping[int, Collection[int]]) -> dict[str, Any]:
    """Return what ``ShiftSchema`` dumps; ``turns`` is who works it in which weeks."""
    told = {name: row.calendar.get(name) for name in ("zone", "hours", "holidays")}
    names = ("id", "group_id", "name", "weeks", "since", "on_call")
    members = [{"person_id": one, "weeks": sorted(turns[one])} for one in sorted(turns)]
    return told | {name: getattr(row, name) for name in names} | {"members": members}


class TeammateSchema(StrictSchema):
    """Somebody of a group: how they stand, and why a turn would pass them over now, if so."""

    person_id = fields.Integer(required=True)
    name = fields.String(required=True)
    availability = fields.String(required=True, validate=validate.OneOf(STATES))
    seen_lately = fields.Boolean(required=True)
    absent_until = Moment(required=True, allow_none=True)
    shift_ends_at = Moment(required=True, allow_none=True)
    shift_begins_at = Moment(required=True, allow_none=True)
    open_tickets = fields.Integer(required=True)
    skills = Skills(required=True)
    passed_over = fields.String(required=True, allow_none=True, validate=validate.OneOf(WHYS))
    lacks = fields.String(required=True)
    is_next = fields.Boolean(required=True)


def teammate_row(one: Teammate) -> dict[str, Any]:
    """Return what ``TeammateSchema`` dumps."""
    own = ("skills", "seen_lately", "shift_ends_at", "shift_begins_at", "is_next")
    theirs = ("person_id", "name", "availability", "absent_until")
    return {
        **{name: getattr(one.member, name) for name in theirs},
        **{name: getattr(one, name) for name in own},
        "open_tickets": one.load,
        "passed_over": one.hindrance.why if one.hindrance else None,
        "lacks": one.hindrance.detail if one.hindrance else "",
    }
