"""What there is to know about jobs: for the metrics, the readiness probe, doctor and the CLI."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.foundation.jobs.models import Job, Lease, Runner
from server.foundation.jobs.schedules import LEADER

STATES = ("queued", "running", "done", "dead", "cancelled")


def count_by_state(session: Session) -> dict[str, int]:
    """Return how many jobs are in each state, all states present."""
    rows = session.execute(select(Job.state, func.count()).group_by(Job.state))
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


def jobs_in(session: Session, states: Sequence[str], limit: int = 50) -> Sequence[Job]:
    """Return the newest jobs in the given states, all states when none is given."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    return session.scalars(query.where(Job.state.in_(states)) if states else query).all()


def runner_seen_at(session: Session) -> datetime | None:
    """Return when a job runner last spoke up; None when there has been none."""
    return session.scalar(select(func.max(Runner.seen_at)))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Return since when the longest-waiting due job has been due."""
    return session.scalar(
        select(func.min(Job.run_at)).where(Job.state == "queued", Job.run_at <= now)
    )


def scheduler_until(session: Session) -> datetime | None:
    """Return until when some process holds the scheduler's lease."""
    return session.scalar(select(Lease.until).where(Lease.name == LEADER))
