"""Approvals whose time is over: from then on the change managers may decide them too."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.changes.events import ApprovalOverdue
from server.desk.changes.models import Change, ChangeApproval
from server.foundation.audit import record
from server.foundation.events import publish


def escalate_overdue(session: Session, now: datetime) -> int:
    """Let change managers see and decide what was not answered in time; return how many.

    The approval stays that of whom it names, who may still answer first: nothing is approved by
    silence, and a quorum keeps its size.
    """
    rows = session.execute(
        select(ChangeApproval, Change)
        .join(Change, Change.id == ChangeApproval.change_id)
        .where(
            ChangeApproval.decision == "pending",
            ChangeApproval.due_at <= now,
            ChangeApproval.escalated_at.is_(None),
            ChangeApproval.round == Change.approval_round,
            Change.state == "approval",
        )
        .order_by(ChangeApproval.id)
        .with_for_update()
    ).all()
    for approval, change in rows:
        approval.escalated_at = now
        detail = {"approval": approval.id, "digest": approval.digest}
        record(session, None, "change_approval_overdue", f"change:{change.id}", detail)
        publish(session, ApprovalOverdue(change.id, now, None, approval.id))
    session.flush()
    return len(rows)
