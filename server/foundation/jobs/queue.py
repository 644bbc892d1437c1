"""Asking for work, and a person's hand on it: enqueue, cancel, retry."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, NotFound
from server.foundation.clock import utc_now
from server.foundation.events import after_commit
from server.foundation.jobs import wakeup
from server.foundation.jobs.models import Job

_ROUNDS = 10


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    idempotency_key: str | None = None,
) -> int:
    """Write a job in the caller's transaction and return its id; rolled back, it never was.

    ``key``: while a job with this key waits, no second one is written and the waiting one's id is
    returned (it runs after this transaction, so it sees what the caller wrote); a running one does
    not count. ``idempotency_key``: a job that ever had it is returned instead of a new one.
    """
    row = _row(session, kind, payload, run_at) | {"unique_key": key}
    row["idempotency_key"] = idempotency_key or secrets.token_hex(16)
    after_commit(session, wakeup.ring_all)
    for _ in range(_ROUNDS):
        existing = _existing(session, key, idempotency_key, row["run_at"])
        if existing is not None:
            return existing
        created = _insert(session, row)
        if created is not None:
            return created
    raise Conflict(f"the job {kind} {key} is being asked for by too many at once")


def cancel(session: Session, job_id: int) -> None:
    """Take a waiting job back, or ask a running one to stop.

    Raises ``NotFound`` for an unknown job, ``Conflict`` for one that has ended.
    """
    job = _locked(session, job_id)
    if job.state == "queued":
        job.state, job.finished_at = "cancelled", utc_now()
    elif job.state == "running":
        job.cancel_requested = True
    else:
        raise Conflict(f"job {job_id} is {job.state} already")


def retry(session: Session, job_id: int) -> None:
    """Let a dead or cancelled job run again, with a clean count of failures.

    Raises ``NotFound`` for an unknown job, ``Conflict`` when it is not dead or cancelled, or when
    another job with its key waits already.
    """
    job = _locked(session, job_id)
    if job.state not in {"dead", "cancelled"}:
        raise Conflict(f"job {job_id} is {job.state}; only dead or cancelled jobs can run again")
    if job.unique_key and _waiting(session, job.unique_key) is not None:
        raise Conflict(f"another job for {job.unique_key} waits already")
    job.state, job.failures, job.run_at = "queued", 0, utc_now()
    job.cancel_requested, job.finished_at = False, None
    after_commit(session, wakeup.ring_all)


def _row(
    session: Session, kind: str, payload: Mapping[str, Any] | None, run_at: datetime | None
) -> dict[str, Any]:
    now = utc_now()
    return {
        "kind": kind,
        "payload": dict(payload or {}),
        "state": "queued",
        "run_at": run_at or now,
        "progress": {},
        "result": {},
        "created_by": session.info.get("actor", ""),
        "request_id": session.info.get("request_id", ""),
        "created_at": now,
    }


def _existing(
    session: Session, key: str | None, idempotency_key: str | None, run_at: datetime
) -> int | None:
    if idempotency_key is not None:
        known = session.scalar(select(Job.id).where(Job.idempotency_key == idempotency_key))
        if known is not None:
            return known
    waiting = _waiting(session, key) if key is not None else None
    if waiting is not None:
        sooner = update(Job).where(Job.id == waiting, Job.run_at > run_at).values(run_at=run_at)
        session.execute(sooner)
    return waiting


def _waiting(session: Session, key: str) -> int | None:
    # The lock keeps the job from starting before the caller's transaction can be seen by it.
    return session.scalar(select(Job.id).where(_waits_with(key)).with_for_update())


def _waits_with(key: str) -> ColumnElement[bool]:
    return (Job.unique_key == key) & (Job.state == "queued")


def _insert(session: Session, row: dict[str, Any]) -> int | None:
    """Insert unless somebody was quicker with the same key; None then."""
    if session.get_bind().dialect.name == "sqlite":
        return session.scalar(
            sqlite.insert(Job).values(**row).on_conflict_do_nothing().returning(Job.id)
        )
    return session.scalar(
        postgresql.insert(Job).values(**row).on_conflict_do_nothing().returning(Job.id)
    )


def _locked(session: Session, job_id: int) -> Job:
    job = session.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None:
        raise NotFound("job", job_id)
    return job
