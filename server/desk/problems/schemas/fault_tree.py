"""The wire format of fault trees, and of what people hold of their items."""

from typing import Any

from marshmallow import fields, validate

from server.desk.problems.queries.fault_tree import (
    DEEPEST,
    DEPTH,
    FaultTreeAnswer,
    ToldEvent,
    ToldGate,
)
from server.desk.problems.queries.verdicts import SaidVerdict
from server.desk.problems.rules.verdicts import VERDICTS
from server.desk.tickets.actions.checking import TEXT_LENGTH
from server.foundation.edge.fields import Identifier, Passage, QueryIdentifier
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.impacts.schemas.findings import RatedItemSchema
from server.items.schemas.items import ItemRefSchema


class FaultTreeQuerySchema(StrictSchema):
    """Which item is the top event, and how far down the tree is opened."""

    from_text = True

    top = QueryIdentifier(
        load_default=None,
        metadata={"description": "One of the answer's tops; without it what fits best."},
    )
    depth = fields.Integer(load_default=DEPTH, validate=validate.Range(min=1, max=DEEPEST))


class ProblemVerdictDraftSchema(StrictSchema):
    """What somebody holds of an item's part in a problem; *open* takes it back."""

    item_id = Identifier(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    note = Passage(
        longest=TEXT_LENGTH,
        load_default="",
        metadata={"description": "What shows it; needed to rule out and to confirm."},
    )


class ProblemVerdictSchema(StrictSchema):
    """A verdict, with who gave it and when."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    item_id = fields.Integer(required=True)
    verdict = fields.String(required=True)
    note = fields.String(required=True)


class FaultEvidenceSchema(StrictSchema):
    """What is known of an item: how it stands, how often it failed, what changed before."""

    state = fields.String(attribute="state.text", required=True)
    last_seen_at = Moment(required=True)
    failures = fields.Integer(attribute="reliability.failure_count", required=True)
    times_cause = fields.Integer(attribute="reliability.cause_count", required=True)
    mean_days_between_failures = fields.Float(
        attribute="reliability.mean_days", required=True, allow_none=True
    )
    last_failed_at = Moment(attribute="reliability.last_at", required=True, allow_none=True)
    open_tickets = fields.Integer(required=True)
    tickets = fields.List(fields.String(), required=True)
    differences = fields.Integer(
        required=True,
        metadata={"description": "Recorded in the 72 hours before any of the incidents."},
    )
    changed_at = Moment(required=True, allow_none=True)
    changes = fields.List(fields.String(), required=True)


class FaultEventSchema(StrictSchema):
    """An item is down. Item, evidence and verdict are null where it is out of sight."""

    number = fields.Integer(required=True)
    gate = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Number of the gate it goes into; null for the top event."},
    )
    level = fields.Integer(required=True)
    item = fields.Nested(RatedItemSchema, required=True, allow_none=True)
    ending = fields.String(
        required=True,
        metadata={
            "description": "opened: its gates follow; basic: it needs nothing that could take it"
            " down; deeper: what it needs lies deeper than was asked; circle: it stands above"
            " itself; elsewhere: it is opened in another place."
        },
    )
    evidence = fields.Nested(FaultEvidenceSchema, required=True, allow_none=True)
    verdict = fields.Nested(ProblemVerdictSchema, required=True, allow_none=True)


class FaultGateSchema(StrictSchema):
    """How inputs take an event down: so many of them are needed at once."""

    number = fields.Integer(required=True)
    event = fields.Integer(required=True)
    sign = fields.String(required=True, metadata={"description": "or, and, voting"})
    needed = fields.Integer(required=True)
    size = fields.Integer(required=True)
    group_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    rule = fields.String(required=True, allow_none=True)
    total = fields.Float(required=True)
    required_ = fields.Float(data_key="required", attribute="required", required=True)
    left_out = fields.Integer(required=True)


class CutSetSchema(StrictSchema):
    """Items that take the top event down when all of them fail, and how that stands."""

    items = fields.List(fields.Nested(RatedItemSchema), required=True)
    standing = fields.String(required=True)


class FaultTreeSchema(StrictSchema):
    """A fault tree, as a list of events and one of gates, in the order in which it is read."""

    top = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    tops = fields.List(fields.Nested(ItemRefSchema), required=True)
    depth = fields.Integer(required=True)
    events = fields.List(fields.Nested(FaultEventSchema), required=True)
    gates = fields.List(fields.Nested(FaultGateSchema), required=True)
    cut_sets = fields.List(fields.Nested(CutSetSchema), required=True)
    hidden_cut_sets = fields.Integer(required=True, allow_none=True)
    untried = fields.Integer(required=True)
    below = fields.Integer(required=True, allow_none=True)
    outside = fields.Boolean(required=True)
    sequence = fields.Integer(required=True)


def tree_document(answer: FaultTreeAnswer) -> dict[str, Any]:
    """Return what ``FaultTreeSchema`` dumps."""
    events: list[dict[str, Any]] = []
    gates: list[dict[str, Any]] = []
    if answer.event is not None:
        _list(answer.event, None, 0, events, gates)
    return {
        "top": answer.top,
        "tops": answer.tops,
        "depth": answer.depth,
        "events": events,
        "gates": gates,
        "cut_sets": answer.cuts,
        "hidden_cut_sets": answer.hidden_cuts,
        "untried": answer.untried,
        "below": answer.below,
        "outside": answer.outside,
        "sequence": answer.sequence,
    }


def _list(
    told: ToldEvent,
    gate: int | None,
    level: int,
    events: list[dict[str, Any]],
    gates: list[dict[str, Any]],
) -> None:
    """Add an event, its gates, and all below them."""
    number = len(events) + 1
    events.append(
        {
            "number": number,
            "gate": gate,
            "level": level,
            "item": told.item,
            "ending": told.event.ending,
            "evidence": _evidence(told),
            "verdict": None if told.verdict is None else told.verdict.row,
        }
    )
    for one in told.gates:
        gates.append(_gate(one, len(gates) + 1, number))
        below = len(gates)
        for event in one.inputs:
            _list(event, below, level + 1, events, gates)


def _evidence(told: ToldEvent) -> dict[str, Any] | None:
    known = told.evidence
    if known is None:
        return None
    named = ("state", "last_seen_at", "reliability", "open_tickets", "tickets", "differences")
    found = {name: getattr(known, name) for name in (*named, "changed_at")}
    return found | {"changes": [change.reference for change in known.changes]}


def _gate(told: ToldGate, number: int, event: int) -> dict[str, Any]:
    gate = told.gate
    named = ("sign", "needed", "size", "group_id", "rule", "total", "required", "left_out")
    found = {name: getattr(gate, name) for name in named}
    return found | {"number": number, "event": event, "name": told.name}


def verdict_rows(said: list[SaidVerdict]) -> list[Any]:
    """Return what ``ProblemVerdictSchema`` dumps."""
    return [one.row for one in said]
