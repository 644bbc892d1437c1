"""The job that forgets old jobs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job, Runner

KEPT = timedelta(days=30)
_RUNNER_KEPT = timedelta(days=1)
_BATCH = 1000


def forget_old_jobs(context: JobContext) -> Mapping[str, Any]:
    """Delete jobs that ended more than 30 days ago, dead ones too, and runners long silent."""
    horizon = utc_now() - KEPT
    ended = ("done", "dead", "cancelled")
    old = select(Job.id).where(Job.state.in_(ended), Job.finished_at < horizon).limit(_BATCH)
    deleted = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            ids = session.scalars(old).all()
            session.execute(delete(Job).where(Job.id.in_(ids)))
        deleted += len(ids)
        if len(ids) < _BATCH:
            break
    with context.database.writing() as session:
        session.execute(delete(Runner).where(Runner.seen_at < utc_now() - _RUNNER_KEPT))
    return {"deleted": deleted}
