"""What a change would do, before anybody approves it; of what is stored or only being typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Person
from cmdb.snapshot.live import LIVE
from server.desk.changes.queries.approvers import Question, approvers_of
from server.desk.changes.queries.changes import find_change
from server.desk.changes.queries.collisions import Collision, collisions_of
from server.desk.changes.queries.effects import Effects, effects_of
from server.desk.changes.queries.foresight import Foresight, foresee
from server.desk.changes.queries.plan import Plan, plan_of
from server.desk.changes.rules.approval import Claim, Demand, Party
from server.desk.changes.rules.risk import RiskPoint
from server.desk.changes.rules.windows import Window
from server.foundation.permissions import Actor
from server.items.impact import ImpactAnswer


@dataclass(frozen=True, slots=True)
class Approver:
    """Who would have to agree, and why; exactly one of person and group."""

    person: Person | None
    group: Group | None
    why: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change would break, with whom it collides, who must agree, and how risky it is."""

    impact: ImpactAnswer
    people: int
    collisions: Sequence[Collision]
    #: Collisions out of sight; None unless the actor may count what is hidden.
    hidden_collisions: int | None
    approvers: Sequence[Approver]
    demands: Sequence[Demand]
    risk: int
    risk_points: Sequence[RiskPoint]
    freezes: Sequence[Window]
    #: What else suffers by name: redundancy, promises, places.
    effects: Effects


def preview_change(session: Session, actor: Actor, reference: str | int) -> ChangePreview:
    """Return the preview of a stored change on the graph as it is now. Raises ``NotFound``."""
    return preview(session, actor, plan_of(session, find_change(session, actor, reference)))


def preview(session: Session, actor: Actor, plan: Plan) -> ChangePreview:
    """Return what a plan would do: all its items fail together, as if the window were now.

    The caller has checked that the items are in sight. Names follow the actor's sight.
    """
    snapshot = LIVE.at(session)
    found = foresee(session, plan, snapshot)
    asked = approvers_of(session, question_of(plan, found))
    effects = effects_of(session, actor, plan, found.blast, found.report, snapshot)
    clashes = collisions_of(session, actor, found.meetings)
    return ChangePreview(
        impact=effects.impact,
        people=found.blast.people,
        collisions=clashes.seen,
        hidden_collisions=clashes.hidden,
        approvers=_named(session, asked.parties),
        demands=asked.demands,
        risk=found.risk,
        risk_points=found.risk_points,
        freezes=found.freezes,
        effects=effects,
    )


def question_of(plan: Plan, found: Foresight) -> Question:
    """Return whom a plan must ask, once it is known what it would do."""
    return Question(
        touched=plan.item_ids,
        services=[one.item_id for one in found.blast.services],
        organisation_id=plan.organisation_id,
        excluded=(plan.author_id, plan.implementer_id),
        kind=plan.kind,
        risk=found.risk,
        written=plan.written_ids,
    )


def _named(session: Session, asked: dict[Party, list[Claim]]) -> list[Approver]:
    people = {party.person_id for party in asked if party.person_id is not None}
    groups = {party.group_id for party in asked if party.group_id is not None}
    persons = {p.id: p for p in session.scalars(select(Person).where(Person.id.in_(people)))}
    teams = {g.id: g for g in session.scalars(select(Group).where(Group.id.in_(groups)))}
    return [
        Approver(persons.get(party.person_id or 0), teams.get(party.group_id or 0), why)
        for party, why in asked.items()
    ]
