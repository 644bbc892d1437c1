"""The life of a claimed job: claim, heartbeat, finish, fail, give back, take over.

Whoever finishes a job names the attempt it claimed, so that a runner whose lease ended cannot
close another's run. Leases compare clocks of different hosts: they are long (a minute) against
what well-kept clocks differ by.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    and_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.base import UtcDateTime
from server.foundation.jobs.handler import Jobs
from server.foundation.jobs.models import Job

_FIRST_WAIT_SECONDS = 10
_LONGEST_WAIT_SECONDS = 3600
_DEFAULT_LIMIT = 5
_ERROR_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one job."""

    job_id: int
    attempt: int
    kind: str
    payload: Mapping[str, Any]
    idempotency_key: str
    request_id: str
    created_by: str
    failures: int


def anything_due(session: Session, kinds: Iterable[str], now: datetime) -> bool:
    """Say whether a job waits to be claimed; cheap, and needs no write lock."""
    return _one_due(session, kinds=listed(session, sorted(kinds)), now=now).first() is not None


@asked
def _one_due(dialect: str) -> Executable:
    mine = among_listed(dialect, Job.kind, "kinds")
    return select(Job.id).where(mine, _due(bindparam("now"))).limit(1)


def claim(
    session: Session, kinds: Iterable[str], runner: str, now: datetime, lease: timedelta
) -> Claim | None:
    """Claim the job that has waited longest, or None. Two runners never get the same one."""
    due = (
        select(Job.id)
        .where(Job.kind.in_(sorted(kinds)), _due(now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Job)
        .where(Job.id == due.scalar_subquery(), Job.state == "queued")
        .values(
            state="running",
            attempts=Job.attempts + 1,
            runner=runner,
            lease_until=now + lease,
            started_at=now,
            progress={},
            cancel_requested=False,
        )
        .returning(*_CLAIMED)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(taken).one_or_none()
    return Claim(*row) if row is not None else None


_CLAIMED = (
    Job.id,
    Job.attempts,
    Job.kind,
    Job.payload,
    Job.idempotency_key,
    Job.request_id,
    Job.created_by,
    Job.failures,
)


def finish(
    session: Session, held: Claim, now: datetime, result: Mapping[str, Any] | None = None
) -> bool:
    """Mark the attempt as done; False when the lease was lost to somebody else."""
    return _close(session, held, state="done", finished_at=now, result=dict(result or {}), error="")


def fail(session: Session, held: Claim, now: datetime, error: str, limit: int) -> bool:
    """Count a failure: try again later, or give up once ``limit`` failures are reached."""
    failures = held.failures + 1
    text = error[:_ERROR_CHARACTERS]
    if failures >= limit:
        return _close(session, held, state="dead", failures=failures, finished_at=now, error=text)
    again = now + waiting_time(failures)
    return _requeue(session, held, now, failures=failures, run_at=again, error=text)


def give_back(session: Session, held: Claim, now: datetime) -> bool:
    """Return an unfinished attempt without counting a failure; it is due again at once."""
    return _requeue(session, held, now, run_at=now)


def cancelled(session: Session, held: Claim, now: datetime) -> bool:
    """Mark the attempt as stopped on request."""
    return _close(session, held, state="cancelled", finished_at=now)


def waiting_time(failures: int) -> timedelta:
    """Return how long to wait after so many failures: doubled each time, spread by a quarter."""
    seconds = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (failures - 1))
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - not a secret


def save_progress(session: Session, held: Claim, progress: Mapping[str, Any]) -> None:
    """Write how far the attempt has come."""
    session.execute(
        update(Job)
        .where(_mine(held))
        .values(progress=dict(progress))
        .execution_options(synchronize_session=False)
    )


def renew(
    session: Session, held: Iterable[tuple[int, int]], until: datetime
) -> dict[tuple[int, int], bool]:
    """Extend the leases of (job id, attempt) pairs.

    Returns those still held, each with whether somebody asked it to stop; a pair that is missing
    was lost.
    """
    pairs = list(held)
    if not pairs:
        return {}
    rows = session.execute(
        update(Job)
        .where(tuple_(Job.id, Job.attempts).in_(pairs), Job.state == "running")
        .values(lease_until=until)
        .returning(Job.id, Job.attempts, Job.cancel_requested)
        .execution_options(synchronize_session=False)
    )
    return {(row.id, row.attempts): row.cancel_requested for row in rows}


def take_over(
    session: Session, jobs: Jobs, now: datetime, *, only_runner_is_dead: bool = False
) -> int:
    """Give every job whose lease ended back to the queue, counting a failure; return how many.

    ``only_runner_is_dead`` says that no other runner can be alive, so that leases need not end
    first: a single process that has just started over SQLite.
    """
    lost = Job.state == "running"
    if not only_runner_is_dead:
        lost = and_(lost, Job.lease_until < now)
    found = session.scalars(select(Job).where(lost).with_for_update(skip_locked=True)).all()
    for job in found:
        handler = jobs.get(job.kind)
        job.failures += 1
        job.error = "the process that ran it went away"
        job.lease_until, job.runner = None, ""
        if job.failures >= (handler.max_failures if handler else _DEFAULT_LIMIT):
            job.state, job.finished_at = "dead", now
        elif _twin_waits(session, job):
            # The waiting job with the same key will do what this one was about.
            job.state, job.finished_at = "cancelled", now
        else:
            job.state, job.run_at = "queued", now
    return len(found)


def _twin_waits(session: Session, job: Job) -> bool:
    if job.unique_key is None:
        return False
    twin = select(Job.id).where(Job.unique_key == job.unique_key, Job.state == "queued")
    return session.scalar(twin.limit(1)) is not None


def _due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    other = aliased(Job)
    busy = exists().where(other.unique_key == Job.unique_key, other.state == "running")
    return and_(
        Job.state == "queued",
        Job.run_at <= now,
        or_(Job.unique_key.is_(None), ~busy),
    )


def _mine(held: Claim) -> ColumnElement[bool]:
    return and_(Job.id == held.job_id, Job.attempts == held.attempt, Job.state == "running")


def _requeue(session: Session, held: Claim, now: datetime, **values: Any) -> bool:
    """Let the job wait again, unless one with its key came meanwhile: that will do its work."""
    twin = aliased(Job)
    waits = exists().where(twin.unique_key == Job.unique_key, twin.state == "queued")
    values["state"] = case((waits, "cancelled"), else_="queued")
    values["finished_at"] = case((waits, literal(now, UtcDateTime())), else_=None)
    return _close(session, held, **values)


def _close(session: Session, held: Claim, **values: Any) -> bool:
    closed = session.execute(
        update(Job)
        .where(_mine(held))
        .values(lease_until=None, runner="", **values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return closed.one_or_none() is not None
