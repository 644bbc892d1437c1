"""The wire format of who approves: rounds, rules, deputies, meetings, many at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from marshmallow import fields, validate

from server.desk.changes.actions import (
    Answered,
    Decision,
    DeputyDraft,
    MeetingDraft,
    RuleDraft,
)
from server.desk.changes.queries import AgendaRow, RoundRow
from server.desk.tickets.actions.checking import TEXT_LENGTH, TITLE_LENGTH
from server.foundation.edge.fields import Identifier
from server.foundation.edge.problems import problem_of
from server.foundation.edge.schemas import Moment, StrictSchema
from server.foundation.permissions import Actor, Permission

_TITLE = validate.Length(min=1, max=TITLE_LENGTH)
_TEXT = validate.Length(max=TEXT_LENGTH)
_REFERENCE = validate.Length(min=1, max=40)
_DECISION = validate.OneOf(["approved", "rejected"])
_QUORUM = validate.OneOf(["any", "all", "at_least", "percent"])


class FrozenServiceSchema(StrictSchema):
    """A service as it was foreseen to suffer; without a name when it is out of sight."""

    item_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    state = fields.String(required=True)


class ApprovalDemandSchema(StrictSchema):
    """How many must agree for one reason."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    quorum = fields.String(required=True)
    number = fields.Integer(required=True)
    hours = fields.Integer(required=True)


class ApprovalRoundSchema(StrictSchema):
    """What exactly was put before those who approve. Counts need `impact:count_hidden`."""

    round = fields.Integer(required=True)
    digest = fields.String(required=True)
    graph_sequence = fields.Integer(required=True, allow_none=True)
    asked_at = Moment(required=True)
    risk = fields.Integer(required=True)
    people = fields.Integer(required=True, allow_none=True)
    collisions = fields.Integer(required=True, allow_none=True)
    services = fields.List(fields.Nested(FrozenServiceSchema), required=True)
    demands = fields.List(fields.Nested(ApprovalDemandSchema), required=True)
    voided_at = Moment(required=True, allow_none=True)
    voided_by_id = fields.Integer(required=True, allow_none=True)
    voided_for = fields.List(fields.String(), required=True, allow_none=True)


def round_rows(actor: Actor, rows: Iterable[RoundRow]) -> list[dict[str, Any]]:
    """Return what ``ApprovalRoundSchema`` dumps: services out of sight are left out."""
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    return [_round(row, may_count=may_count) for row in rows]


def _round(row: RoundRow, *, may_count: bool) -> dict[str, Any]:
    kept, impact = row.round, row.round.impact
    names = ("round", "digest", "graph_sequence", "asked_at", "voided_at", "voided_by_id")
    return {name: getattr(kept, name) for name in names} | {
        "risk": impact.get("risk", 0),
        "people": impact.get("people", 0) if may_count else None,
        "collisions": len(impact.get("collisions", ())) if may_count else None,
        "services": [
            {
                "item_id": one["item_id"],
                "name": row.names[one["item_id"]],
                "state": one["state"],
            }
            for one in impact.get("services", ())
            if one["item_id"] in row.names
        ],
        "demands": kept.demands,
        "voided_for": kept.voided_for,
    }


class NamedChangeSchema(StrictSchema):
    """A change, and the digest of it that was read."""

    reference = fields.String(required=True, validate=_REFERENCE)
    digest = fields.String(load_default="", validate=validate.Length(max=100))


class ManyDecisionsSchema(StrictSchema):
    """One decision about several changes."""

    changes = fields.List(
        fields.Nested(NamedChangeSchema), required=True, validate=validate.Length(min=1, max=200)
    )
    decision = fields.String(required=True, validate=_DECISION)
    comment = fields.String(load_default="", validate=_TEXT)


def many_decisions(body: dict[str, Any]) -> tuple[list[tuple[str, str]], Decision]:
    """Return which changes a body names, and what is said to them."""
    named = [(one["reference"], one["digest"]) for one in body["changes"]]
    return named, Decision(body["decision"], body["comment"])


class AnsweredSchema(StrictSchema):
    """What came of one of several decisions: its state, or the type of the problem."""

    reference = fields.String(required=True)
    state = fields.String(required=True)
    problem = fields.String(required=True)
    detail = fields.String(required=True)


def answered_rows(rows: Sequence[Answered]) -> list[dict[str, Any]]:
    """Return what ``AnsweredSchema`` dumps."""
    return [
        {
            "reference": row.reference,
            "state": row.state,
            "problem": problem_of(row.error).type if row.error else "",
            "detail": problem_of(row.error).detail if row.error else "",
        }
        for row in rows
    ]


class ApprovalRuleDraftSchema(StrictSchema):
    """A reason for which somebody must approve; what is left out narrows nothing."""

    name = fields.String(required=True, validate=_TITLE)
    organisation_id = Identifier(load_default=None, allow_none=True)
    class_code = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=100)
    )
    environment = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=100)
    )
    max_criticality = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=0, max=9)
    )
    min_risk = fields.Integer(load_default=0, validate=validate.Range(min=0, max=100))
    person_id = Identifier(load_default=None, allow_none=True)
    group_id = Identifier(load_default=None, allow_none=True)
    quorum = fields.String(load_default="any", validate=_QUORUM)
    number = fields.Integer(load_default=0, validate=validate.Range(min=0, max=1000))
    hours = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2160))
    is_board = fields.Boolean(load_default=False)


def rule_draft(body: dict[str, Any]) -> RuleDraft:
    """Return the rule that a body describes."""
    return RuleDraft(**body)


class ApprovalRuleSchema(ApprovalRuleDraftSchema):
    """A rule."""

    id = fields.Integer(required=True)
    created_at = Moment(required=True)


class ApprovalDeputyDraftSchema(StrictSchema):
    """Who answers for whom; without a person it is oneself."""

    person_id = Identifier(load_default=None, allow_none=True)
    deputy_id = Identifier(load_default=None, allow_none=True)
    email = fields.String(
        load_default="",
        validate=validate.Length(max=255),
        metadata={"description": "Of a colleague, instead of `deputy_id`."},
    )
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


def deputy_draft(body: dict[str, Any]) -> DeputyDraft:
    """Return the deputy that a body names."""
    return DeputyDraft(**body)


class ApprovalDeputySchema(StrictSchema):
    """A deputy; `by_themselves` when named by whom they stand in for, and so carry their word."""

    id = fields.Integer(required=True)
    person_id = fields.Integer(required=True)
    deputy_id = fields.Integer(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    by_themselves = fields.Boolean(required=True)


class BoardMeetingDraftSchema(StrictSchema):
    """A meeting to come."""

    title = fields.String(required=True, validate=_TITLE)
    starts_at = Moment(required=True)
    place = fields.String(load_default="", validate=_TEXT)
    organisation_id = Identifier(load_default=None, allow_none=True)


def meeting_draft(body: dict[str, Any]) -> MeetingDraft:
    """Return the meeting that a body calls."""
    return MeetingDraft(**body)


class BoardMeetingSchema(StrictSchema):
    """A meeting with its minutes."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    title = fields.String(required=True)
    starts_at = Moment(required=True)
    place = fields.String(required=True)
    minutes = fields.String(required=True)
    closed_at = Moment(required=True, allow_none=True)


class BoardMinutesSchema(StrictSchema):
    """What was said; with `close` it stays so."""

    minutes = fields.String(required=True, validate=_TEXT)
    close = fields.Boolean(load_default=False)


class AgendaPointsSchema(StrictSchema):
    """Changes for an agenda, by reference."""

    changes = fields.List(
        fields.String(validate=_REFERENCE), required=True, validate=validate.Length(min=1, max=200)
    )


class AgendaSchema(StrictSchema):
    """A change on an agenda, and what was decided about it there."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    risk = fields.Integer(required=True)
    digest = fields.String(required=True)
    decision = fields.String(required=True)
    note = fields.String(required=True)
    seen = fields.String(required=True, metadata={"description": "The digest decided about."})
    decided_at = Moment(required=True, allow_none=True)


def agenda_rows(rows: Iterable[AgendaRow]) -> list[dict[str, Any]]:
    """Return what ``AgendaSchema`` dumps."""
    of_change = ("reference", "title", "state", "risk", "digest")
    of_point = ("decision", "note", "seen", "decided_at")
    return [
        {name: getattr(row.change, name) for name in of_change}
        | {name: getattr(row.point, name) for name in of_point}
        for row in rows
    ]
