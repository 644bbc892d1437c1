"""Rows of background work: jobs, their schedules, and who is at work."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, Identified, Key

_QUEUED = text("state = 'queued'")
_RUNNING = text("state = 'running'")
_WAITING_WITH_KEY = text("state = 'queued' AND unique_key IS NOT NULL")


class Job(Identified, Base):
    """One piece of work. ``state``: queued, running, done, dead (given up) or cancelled.

    ``attempts`` counts claims and is the fence: whoever finishes a job names the attempt it was.
    ``failures`` counts what went wrong, a lost worker included.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "run_at", "id", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index("ix_job_lease", "lease_until", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index(
            "uq_job_waiting_key",
            "unique_key",
            unique=True,
            sqlite_where=_WAITING_WITH_KEY,
            postgresql_where=_WAITING_WITH_KEY,
        ),
        Index(
            "ix_job_running_key",
            "unique_key",
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index("uq_job_idempotency_key", "idempotency_key", unique=True),
        Index(None, "state", "finished_at"),
        Index(None, "kind", "id"),
    )

    kind: Mapped[str] = mapped_column(Key)
    payload: Mapped[dict[str, Any]]
    #: At most one job with this key waits, and at most one runs.
    unique_key: Mapped[str | None] = mapped_column(Key)
    #: Stays the same over all attempts; for receivers that drop what they have seen.
    idempotency_key: Mapped[str] = mapped_column(Key)
    state: Mapped[str] = mapped_column(Key, default="queued")
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    runner: Mapped[str] = mapped_column(Key, default="")
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    #: {"what": …, "done": …, "total": … or null, "note": …}
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    error: Mapped[str] = mapped_column(String, default="")
    created_by: Mapped[str] = mapped_column(String, default="")
    request_id: Mapped[str] = mapped_column(Key, default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Schedule(Base):
    """A job that comes again and again. ``cron`` holds five fields, read in ``time_zone``."""

    __tablename__ = "job_schedule"
    __table_args__ = (Index(None, "enabled", "next_run_at"),)

    name: Mapped[str] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(Key)
    payload: Mapped[dict[str, Any]]
    cron: Mapped[str] = mapped_column(String)
    time_zone: Mapped[str] = mapped_column(String, default="UTC")
    enabled: Mapped[bool] = mapped_column(default=True)
    next_run_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]


class Lease(Base):
    """One name, one holder at a time: the scheduler of an installation of many processes."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(Key, primary_key=True)
    holder: Mapped[str] = mapped_column(Key)
    until: Mapped[datetime]


class Runner(Base):
    """A process that carries out jobs, and when it last said so."""

    __tablename__ = "job_runner"

    name: Mapped[str] = mapped_column(Key, primary_key=True)
    threads: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
