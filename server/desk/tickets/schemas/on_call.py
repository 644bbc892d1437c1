"""The wire format of who is on call, and of how a group takes turns at it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from server.desk.routing.actions.on_call import LONGEST_NOTE, MOST_PEOPLE
from server.desk.routing.models import OnCallDuty
from server.desk.routing.queries.on_call import OnCallPerson
from server.desk.routing.rules.on_call import MOST_DAYS, REASONS, clock_text
from server.desk.tickets.queries.on_call import GroupOnCall
from server.foundation.edge.fields import Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema

_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


def _reckonable(at: datetime) -> None:
    if not _FIRST <= at <= _LAST:
        raise ValidationError(f"must be from {_FIRST:%Y} to {_LAST:%Y}")


class OnCallQuerySchema(StrictSchema):
    """At which moment; without one, now."""

    from_text = True

    at = Moment(load_default=None, validate=_reckonable)


class OnCallPersonSchema(StrictSchema):
    """Somebody who is on call; who is out of sight has no name, telephone or address.

    ``until`` null: no end is in sight. ``absent_until``: they are away all the same.
    """

    person_id = fields.Integer(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    email = fields.String(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))
    until = Moment(required=True, allow_none=True)
    absent_until = Moment(required=True, allow_none=True)


class GroupOnCallSchema(StrictSchema):
    """Who of a group is on call, whose day it is first."""

    group_id = fields.Integer(required=True)
    group_name = fields.String(required=True)
    people = fields.List(fields.Nested(OnCallPersonSchema), required=True)


def group_on_call_row(found: GroupOnCall) -> dict[str, Any]:
    """Return what ``GroupOnCallSchema`` dumps."""
    return {
        "group_id": found.id,
        "group_name": found.name,
        "people": [_person_row(one) for one in found.people],
    }


def _person_row(one: OnCallPerson) -> dict[str, Any]:
    duty = {name: getattr(one.duty, name) for name in ("person_id", "reason", "until")}
    own = ("name", "phone", "email", "absent_until")
    return duty | {name: getattr(one, name) for name in own}


class DutyDraftSchema(StrictSchema):
    """People in turn, so many days each, from the day ``since`` on.

    A day of duty begins at ``hands_over_at`` in ``zone`` and ends when the next one begins.
    """

    zone = Line(longest=60, shortest=1, required=True)
    since = fields.Date(required=True)
    hands_over_at = Line(longest=5, shortest=5, load_default="08:00")
    days = fields.Integer(
        load_default=7, strict=True, validate=validate.Range(min=1, max=MOST_DAYS)
    )
    people = fields.List(Identifier(), load_default=list, validate=validate.Length(max=MOST_PEOPLE))


class DutySchema(DutyDraftSchema):
    """How a group takes turns."""

    group_id = fields.Integer(required=True)


def duty_row(row: OnCallDuty, people: Sequence[int]) -> Mapping[str, Any]:
    """Return what ``DutySchema`` dumps."""
    told = {name: getattr(row, name) for name in ("group_id", "zone", "since", "days")}
    return told | {"hands_over_at": clock_text(row.minute), "people": list(people)}


class StandInDraftSchema(StrictSchema):
    """Somebody has the duty on some days, both included, whoever's turn it is."""

    person_id = Identifier(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    note = Passage(longest=LONGEST_NOTE, load_default="")


class StandInSchema(StandInDraftSchema):
    """A stand-in as it is stored."""

    id = fields.Integer(required=True)
    group_id = fields.Integer(required=True)
