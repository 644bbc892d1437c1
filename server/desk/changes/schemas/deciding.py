"""The wire format of a change's preview, of approval and of moves."""

from dataclasses import asdict
from typing import Any

from marshmallow import fields, validate

from server.desk.changes.actions import ChangeMove, Decision
from server.desk.changes.queries import ApprovalRow, ChangePreview
from server.desk.changes.rules.words import shipped_words
from server.desk.changes.schemas.approving import ApprovalDemandSchema
from server.desk.changes.schemas.planning import RiskPointSchema
from server.desk.tickets.actions.checking import TEXT_LENGTH
from server.foundation.edge.fields import Identifier
from server.foundation.edge.schemas import Moment, StrictSchema
from server.foundation.permissions import Actor, Permission
from server.items.schemas import ImpactSchema, ItemRefSchema, impact_document

_WORDS = shipped_words()
_TEXT = validate.Length(max=TEXT_LENGTH)


class CollisionSchema(StrictSchema):
    """Another change in the same window, and what both touch or hit: of each kind the first 20."""

    reference = fields.String(attribute="change.reference", required=True)
    title = fields.String(attribute="change.title", required=True)
    state = fields.String(attribute="change.state", required=True)
    window_start = Moment(attribute="change.window_start", required=True)
    window_end = Moment(attribute="change.window_end", required=True)
    items = fields.List(fields.Nested(ItemRefSchema), required=True)
    services = fields.List(
        fields.Nested(ItemRefSchema), required=True, metadata={"description": "Down with either."}
    )
    only_together = fields.List(
        fields.Nested(ItemRefSchema),
        required=True,
        metadata={"description": "Down with neither alone, but with both."},
    )
    same_implementer = fields.Boolean(required=True)


class ApproverSchema(StrictSchema):
    """Who would have to agree, and why."""

    person_id = fields.Integer(required=True, allow_none=True)
    group_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    why = fields.List(fields.Dict(), required=True)


class LostRedundancySchema(StrictSchema):
    """A group that would hold with less: how much it needs, and how much it would have left."""

    item_id = fields.Integer(attribute="item.id", required=True)
    item_name = fields.String(attribute="item.name", required=True)
    group = fields.String(required=True)
    required = fields.Float(required=True)
    remaining = fields.Float(required=True)
    last = fields.Boolean(
        required=True, metadata={"description": "The next loss takes the item down."}
    )


class RunningPromiseSchema(StrictSchema):
    """A promise about an open ticket that still runs when the window opens."""

    ticket = fields.String(attribute="ticket.reference", required=True)
    title = fields.String(attribute="ticket.title", required=True)
    measure = fields.String(required=True)
    due_at = Moment(required=True)
    ends_inside = fields.Boolean(required=True)


class ChangePreviewSchema(StrictSchema):
    """What a change would do if its window were now."""

    impact = fields.Nested(
        ImpactSchema,
        required=True,
        metadata={"description": "Its rows are the worst services; /impact tells every item."},
    )
    more_services = fields.Integer(
        required=True, metadata={"description": "In sight, beside those of the rows."}
    )
    people = fields.Integer(required=True, allow_none=True)
    sites = fields.List(fields.Nested(ItemRefSchema), required=True)
    redundancy_lost = fields.List(fields.Nested(LostRedundancySchema), required=True)
    more_lost = fields.Boolean(required=True)
    promises = fields.List(fields.Nested(RunningPromiseSchema), required=True)
    more_promises = fields.Boolean(required=True)
    collisions = fields.List(fields.Nested(CollisionSchema), required=True)
    hidden_collisions = fields.Integer(required=True, allow_none=True)
    approvers = fields.List(fields.Nested(ApproverSchema), required=True)
    demands = fields.List(fields.Nested(ApprovalDemandSchema), required=True)
    freezes = fields.List(
        fields.String(), required=True, metadata={"description": "That forbid the window."}
    )
    risk = fields.Integer(required=True)
    risk_points = fields.List(fields.Nested(RiskPointSchema), required=True)


def preview_document(actor: Actor, found: ChangePreview) -> dict[str, Any]:
    """Return a preview as the actor may read it: totals need ``impact:count_hidden``."""
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    points = [asdict(point) for point in found.risk_points]
    return {
        "impact": impact_document(found.impact),
        "more_services": found.effects.more_services,
        "people": found.people if may_count else None,
        "sites": found.effects.sites,
        "redundancy_lost": found.effects.lost,
        "more_lost": found.effects.more_lost,
        "promises": found.effects.promises,
        "more_promises": found.effects.more_promises,
        "collisions": found.collisions,
        "hidden_collisions": found.hidden_collisions,
        "freezes": [one.name for one in found.freezes],
        "demands": [demand.as_json() for demand in found.demands],
        "approvers": [
            {
                "person_id": one.person.id if one.person else None,
                "group_id": one.group.id if one.group else None,
                "name": _name(one.person, one.group),
                "why": [claim.as_json() for claim in one.why],
            }
            for one in found.approvers
        ],
        "risk": found.risk,
        "risk_points": points if may_count else [p | {"value": None} for p in points],
    }


class ApprovalSchema(StrictSchema):
    """One approval: of whom, why, and what was said to which digest."""

    id = fields.Integer(required=True)
    round = fields.Integer(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    group_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    why = fields.List(fields.Dict(), required=True)
    decision = fields.String(required=True)
    decided_by_id = fields.Integer(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    comment = fields.String(required=True)
    digest = fields.String(required=True)
    requested_at = Moment(required=True)
    due_at = Moment(required=True, allow_none=True)
    escalated_at = Moment(required=True, allow_none=True)
    decided_by_way = fields.String(required=True)
    spoke_as = fields.String(
        required=True, metadata={"description": "self, deputy or place; empty before a decision."}
    )


def approval_row(row: ApprovalRow) -> dict[str, Any]:
    """Return what ``ApprovalSchema`` dumps."""
    columns = {name: getattr(row.approval, name) for name in _APPROVAL}
    return columns | {"name": _name(row.person, row.group)}


_APPROVAL = (
    "id",
    "round",
    "person_id",
    "group_id",
    "why",
    "decision",
    "decided_by_id",
    "decided_at",
    "comment",
    "digest",
    "requested_at",
    "due_at",
    "escalated_at",
    "decided_by_way",
    "spoke_as",
)


def _name(person: Any, group: Any) -> str:
    if person is not None:
        return str(person.display_name)
    return str(group.name) if group is not None else ""


class DecisionSchema(StrictSchema):
    """Approve or reject; ``approval_id`` decides in somebody's place (``change:approve``)."""

    decision = fields.String(required=True, validate=validate.OneOf(["approved", "rejected"]))
    comment = fields.String(load_default="", validate=_TEXT)
    digest = fields.String(
        load_default="", metadata={"description": "Of what was read; refused when it differs."}
    )
    approval_id = Identifier(load_default=None, allow_none=True)


def decision_of(body: dict[str, Any]) -> Decision:
    """Return the decision that a body describes."""
    return Decision(**body)


class ChangeMoveSchema(StrictSchema):
    """A step of the life cycle, with what that step asks for."""

    state = fields.String(required=True, validate=validate.OneOf(_WORDS.states))
    reason = fields.String(load_default="", validate=_TEXT)
    review = fields.String(load_default="", validate=_TEXT)


def change_move(body: dict[str, Any]) -> ChangeMove:
    """Return the step that a body describes."""
    return ChangeMove(**body)
