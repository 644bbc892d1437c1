"""What a change would do, kept on it; and taking back approvals that no longer fit."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from cmdb.engine.impact.values import State
from server.desk.changes.models import Change, ChangeApproval, ChangeRound, ChangeService
from server.desk.changes.queries import (
    Foresight,
    change_item_ids,
    covered_parts,
    foresee,
    plan_of,
)
from server.desk.changes.rules.digest import COVERED, digest_of
from server.foundation.audit import record
from server.foundation.permissions import Actor
from server.items.blast import Blast


def assess_change(session: Session, change: Change) -> Foresight:
    """Compute what all touched items together would break; counts, services and risk follow."""
    found = foresee(session, plan_of(session, change))
    change.risk = found.risk
    change.risk_points = [asdict(point) for point in found.risk_points]
    _keep_counts(change, found.blast)
    session.execute(delete(ChangeService).where(ChangeService.change_id == change.id))
    rows = [
        {"change_id": change.id, "item_id": one.item_id, "state": one.state.text}
        for one in found.blast.services
    ]
    if rows:
        session.execute(insert(ChangeService), rows)
    return found


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
    items = frozenset(change_item_ids(session, change.id))
    return digest_of(plan, items, services, covered_parts(session, change.id))


def void_approvals(
    session: Session, actor: Actor, change: Change, fields: Sequence[str], now: datetime
) -> tuple[int, ...]:
    """Take back what was asked for and given in this round; return the approvals that were.

    ``fields`` are those whose edit did it; none for a step back. Who, what and which approvals is
    kept with the round and in the audit chain.
    """
    this_round = (
        ChangeApproval.change_id == change.id,
        ChangeApproval.round == change.approval_round,
        ChangeApproval.decision.in_(("pending", "approved", "rejected")),
    )
    query = select(ChangeApproval.id).where(*this_round).order_by(ChangeApproval.id)
    ids = tuple(session.scalars(query))
    session.execute(
        update(ChangeApproval).where(ChangeApproval.id.in_(ids)).values(decision="void")
    )
    standing = session.get(ChangeRound, (change.id, change.approval_round))
    if standing is not None and standing.voided_at is None:
        standing.voided_at, standing.voided_by_id = now, actor.person_id
        standing.voided_for = sorted(fields)
    detail = {
        "digest": change.digest,
        "round": change.approval_round,
        "approvals": list(ids),
        "fields": sorted(fields),
    }
    record(session, actor, "change_approvals_voided", f"change:{change.id}", detail)
    change.digest = ""
    return ids
