"""One attempt at one job while it runs: what its handler sees, and what is written at its end."""

import threading
import time
from collections.abc import Callable
from typing import Any

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs import claims
from server.foundation.jobs.claims import Claim
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings

_PROGRESS_EVERY_SECONDS = 1.0


class Attempt:
    """A claimed job in the hands of one thread; the heartbeat tells it of cancellation."""

    def __init__(
        self, held: Claim, database: Database, settings: Settings, stopping: threading.Event
    ) -> None:
        self.held = held
        self.cancel_requested = False
        self._lost = False
        self._database = database
        self._settings = settings
        self._stopping = stopping
        self._started = time.monotonic()

    @property
    def key(self) -> tuple[int, int]:
        """Return the (job id, attempt) pair that names it."""
        return self.held.job_id, self.held.attempt

    def context(self) -> JobContext:
        """Return what the handler works with."""
        return JobContext(
            database=self._database,
            settings=self._settings,
            payload=self.held.payload,
            job_id=self.held.job_id,
            attempt=self.held.attempt,
            idempotency_key=self.held.idempotency_key,
            request_id=self.held.request_id,
            created_by=self.held.created_by,
            progress=ProgressRow(self._database, self.held),
            cancelled=self.should_stop,
        )

    def should_stop(self) -> bool:
        """Say whether the handler should end: asked to, going away, or no longer the owner."""
        return self.cancel_requested or self._lost or self._stopping.is_set()

    def told(self, *, lost: bool, cancel: bool) -> None:
        """Take note of what the heartbeat found in the job's row."""
        self._lost = self._lost or lost
        self.cancel_requested = self.cancel_requested or cancel

    def seconds(self) -> float:
        """Return how long it has run."""
        return round(time.monotonic() - self._started, 3)

    def ending(self, write: Callable[..., bool], *arguments: Any) -> Callable[[], bool]:
        """Return an act that writes the ending in its own unit of work; it may be repeated."""

        def act() -> bool:
            with self._database.writing() as session:
                return write(session, self.held, utc_now(), *arguments)

        return act


class ProgressRow:
    """A reporter that writes into the job's row, at most once a second."""

    def __init__(self, database: Database, held: Claim) -> None:
        self._database = database
        self._held = held
        self._what, self._note = "", ""
        self._done = 0
        self._total: int | None = None
        self._written_at = 0.0

    def begin(self, what: str, total: int | None = None) -> None:
        """Start a stretch of the work."""
        self._what, self._total, self._done = what, total, 0
        self._write()

    def advance(self, steps: int = 1) -> None:
        """Count steps."""
        self._done += steps
        if time.monotonic() - self._written_at >= _PROGRESS_EVERY_SECONDS:
            self._write()

    def note(self, text: str) -> None:
        """Keep the latest remark."""
        self._note = text
        self._write()

    def _write(self) -> None:
        self._written_at = time.monotonic()
        row = {"what": self._what, "done": self._done, "total": self._total, "note": self._note}
        with self._database.writing() as session:
            claims.save_progress(session, self._held, row)
