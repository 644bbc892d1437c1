"""What a change would do, kept on it; and taking back approvals that no longer fit."""

from dataclasses import asdict

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from cmdb.engine.impact.values import State
from server.desk.changes.models import Change, ChangeApproval, ChangeService
from server.desk.changes.queries import change_item_ids
from server.desk.changes.rules.digest import COVERED, digest_of
from server.desk.changes.rules.risk import RiskFacts, risk_of, risk_points
from server.items.blast import Blast, blast_of


def assess_change(session: Session, change: Change) -> Blast:
    """Compute what all touched items together would break; counts, services and risk follow."""
    item_ids = change_item_ids(session, change.id)
    blast = blast_of(session, item_ids)
    points = risk_points(
        RiskFacts(
            kind=change.kind,
            items=len(item_ids),
            services=[(one.criticality, one.state) for one in blast.services],
            people=blast.people,
            has_test_plan=bool(change.test_plan),
            has_back_out_plan=bool(change.back_out_plan),
        )
    )
    change.risk = risk_of(points)
    change.risk_points = [asdict(point) for point in points]
    _keep_counts(change, blast)
    session.execute(delete(ChangeService).where(ChangeService.change_id == change.id))
    rows = [
        {"change_id": change.id, "item_id": one.item_id, "state": one.state.text}
        for one in blast.services
    ]
    if rows:
        session.execute(insert(ChangeService), rows)
    return blast


def _keep_counts(change: Change, blast: Blast) -> None:
    change.graph_sequence = blast.sequence
    change.down_count = blast.counts.get(State.DOWN, 0)
    change.degraded_count = blast.counts.get(State.DEGRADED, 0)
    change.at_risk_count = blast.counts.get(State.AT_RISK, 0)
    change.service_count = len(blast.services)
    change.worst_criticality = blast.worst_criticality
    change.people_count = blast.people


def current_digest(session: Session, change: Change, services: dict[int, str]) -> str:
    """Return the digest of the change as it stands, with the services it hits by state."""
    plan = {name: getattr(change, name) for name in COVERED}
    return digest_of(plan, frozenset(change_item_ids(session, change.id)), services)


def void_approvals(session: Session, change: Change) -> int:
    """Take back what was asked for and given in this round; return how many there were."""
    result = session.execute(
        update(ChangeApproval)
        .where(
            ChangeApproval.change_id == change.id,
            ChangeApproval.round == change.approval_round,
            ChangeApproval.decision != "void",
        )
        .values(decision="void")
        .returning(ChangeApproval.id)
    )
    change.digest = ""
    return len(result.all())
