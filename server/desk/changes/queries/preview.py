"""What a change would do, before anybody approves it; of what is stored or only being typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Person
from server.desk.changes.models import Change
from server.desk.changes.queries.approvers import approvers_of
from server.desk.changes.queries.changes import find_change
from server.desk.changes.queries.collisions import Claimed, Collision, collisions_of
from server.desk.changes.queries.parts import change_item_ids
from server.desk.changes.rules.approval import Claim, Party
from server.desk.changes.rules.risk import RiskFacts, RiskPoint, risk_of, risk_points
from server.foundation.permissions import Actor, Permission
from server.items.blast import blast_of
from server.items.impact import ImpactAnswer, answer_impact


def _impact(session: Session, actor: Actor, plan: "Plan", sequence: int) -> ImpactAnswer:
    """Return what suffers; nothing by name for an approver who may not read items at all."""
    if not actor.may(Permission.ITEM_READ):
        return ImpactAnswer((), (), None, None, sequence)
    return answer_impact(session, actor, plan.item_ids)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a preview is computed from; need not be stored."""

    item_ids: Sequence[int]
    organisation_id: int
    kind: str = "normal"
    window_start: datetime | None = None
    window_end: datetime | None = None
    author_id: int | None = None
    implementer_id: int | None = None
    has_test_plan: bool = False
    has_back_out_plan: bool = False
    change_id: int | None = None


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
    approvers: Sequence[Approver]
    risk: int
    risk_points: Sequence[RiskPoint]


def preview_change(session: Session, actor: Actor, reference: str | int) -> ChangePreview:
    """Return the preview of a stored change on the graph as it is now. Raises ``NotFound``."""
    return preview(session, actor, plan_of(session, find_change(session, actor, reference)))


def plan_of(session: Session, change: Change) -> Plan:
    """Return what a stored change is previewed from."""
    return Plan(
        item_ids=change_item_ids(session, change.id),
        organisation_id=change.organisation_id,
        kind=change.kind,
        window_start=change.window_start,
        window_end=change.window_end,
        author_id=change.author_id,
        implementer_id=change.implementer_id,
        has_test_plan=bool(change.test_plan),
        has_back_out_plan=bool(change.back_out_plan),
        change_id=change.id,
    )


def preview(session: Session, actor: Actor, plan: Plan) -> ChangePreview:
    """Return what a plan would do: all its items fail together, as if the window were now.

    The caller has checked that the items are in sight. Names follow the actor's sight.
    """
    blast = blast_of(session, plan.item_ids)
    reached = [one.item_id for one in blast.services]
    points = risk_points(
        RiskFacts(
            kind=plan.kind,
            items=len(plan.item_ids),
            services=[(one.criticality, one.state) for one in blast.services],
            people=blast.people,
            has_test_plan=plan.has_test_plan,
            has_back_out_plan=plan.has_back_out_plan,
        )
    )
    claimed = Claimed(plan.item_ids, reached, plan.window_start, plan.window_end, plan.change_id)
    asked = approvers_of(
        session,
        plan.item_ids,
        reached,
        plan.organisation_id,
        (plan.author_id, plan.implementer_id),
    )
    return ChangePreview(
        impact=_impact(session, actor, plan, blast.sequence),
        people=blast.people,
        collisions=collisions_of(session, actor, claimed),
        approvers=_named(session, asked),
        risk=risk_of(points),
        risk_points=points,
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
