"""What a plan would do, by numbers: kept with the change, whoever may see what of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import State
from cmdb.snapshot.live import LIVE, Snapshot
from server.desk.changes.models import Change, ChangeItem
from server.desk.changes.queries.calendar import standing_of_plan
from server.desk.changes.queries.collisions import Claimed, Meeting, meetings_of
from server.desk.changes.queries.plan import Plan
from server.desk.changes.rules.risk import RiskFacts, RiskPoint, risk_of, risk_points
from server.desk.changes.rules.windows import Window
from server.items.blast import Blast, spread_of

#: Earlier changes that history looks back on.
_REMEMBERED = 20


@dataclass(frozen=True, slots=True)
class Foresight:
    """Impact, collisions and risk of a plan on one graph."""

    blast: Blast
    meetings: Sequence[Meeting]
    risk_points: Sequence[RiskPoint]
    risk: int
    #: Freezes that forbid the window.
    freezes: Sequence[Window] = ()
    #: What the graph said, for who shows more of it; None when no item takes part in impact.
    report: ImpactReport | None = None

    def frozen(self) -> dict[str, Any]:
        """Return what approval is given to, in numbers; names are looked up for each reader."""
        return {
            "services": [
                {"item_id": one.item_id, "state": one.state.text, "criticality": one.criticality}
                for one in self.blast.services
            ],
            "counts": {state.text: number for state, number in self.blast.counts.items()},
            "people": self.blast.people,
            "risk": self.risk,
            "collisions": [
                {
                    "change_id": one.change_id,
                    "items": list(one.items),
                    "services": list(one.services),
                    "only_together": list(one.only_together),
                    "same_implementer": one.same_implementer,
                }
                for one in self.meetings
            ],
        }


def foresee(session: Session, plan: Plan, snapshot: Snapshot | None = None) -> Foresight:
    """Compute what a plan would do: all its items fail together, as if the window were now."""
    graph = snapshot or LIVE.at(session)
    blast, report = spread_of(session, plan.item_ids, graph)
    meetings = meetings_of(session, claim_of(plan), graph)
    standing = standing_of_plan(session, plan, [one.item_id for one in blast.services])
    similar, failed = _similar(session, plan)
    points = risk_points(
        RiskFacts(
            kind=plan.kind,
            items=len(plan.item_ids),
            services=[(one.criticality, one.state) for one in blast.services],
            people=blast.people,
            weakened=blast.counts.get(State.AT_RISK, 0),
            has_test_plan=plan.has_test_plan,
            has_back_out_plan=plan.has_back_out_plan,
            answers=plan.answers,
            similar=similar,
            similar_failed=failed,
            collisions=len(meetings),
            outside_maintenance=standing.outside_maintenance,
        )
    )
    return Foresight(blast, meetings, points, risk_of(points), standing.freezes, report)


def claim_of(plan: Plan) -> Claimed:
    """Return what a plan takes, for collisions."""
    return Claimed(
        plan.item_ids,
        plan.window_start,
        plan.window_end,
        plan.change_id,
        plan.implementer_id,
    )


def _similar(session: Session, plan: Plan) -> tuple[int, int]:
    """Return how many of the latest like changes there are, and how many went wrong."""
    touching = select(ChangeItem.change_id).where(ChangeItem.item_id.in_(plan.item_ids[:900]))
    alike: list[ColumnElement[bool]] = [Change.id.in_(touching)] if plan.item_ids else []
    if plan.template_id is not None:
        alike.append(Change.template_id == plan.template_id)
    if not alike:
        return 0, 0
    query = (
        select(Change.verification, Change.incident_count)
        .where(Change.state == "closed", Change.id != (plan.change_id or 0), or_(*alike))
        .order_by(Change.id.desc())
        .limit(_REMEMBERED)
    )
    rows = session.execute(query).all()
    failed = sum(row.verification == "deviated" or row.incident_count > 0 for row in rows)
    return len(rows), failed


def worse_than(approved: Mapping[int, str], blast: Blast) -> list[int]:
    """Return the services that would suffer more than was approved."""
    states = {state.text: state for state in State}
    return [
        one.item_id
        for one in blast.services
        if one.state > states.get(approved.get(one.item_id, ""), State.UP)
    ]
