"""One attempt at one job while it runs: what its handler sees, and what is written at its end."""

import threading
import time
from collections.abc import Callable
from typing import Any

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.claims import Claim
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings


class Attempt:
    """A claimed job in the hands of one thread; the heartbeat tells it of cancellation."""

    def __init__(
        self, held: Claim, database: Database, settings: Settings, stopping: threading.Event
    ) -> None:
        self.held = held
        self.cancel_requested = False
        self.progress = ProgressRow()
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
            progress=self.progress,
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
    """A reporter whose latest word the runner's heartbeat writes into the job's row.

    The handler's own thread never writes it: it may be inside a unit of work, and on SQLite a
    second one would wait for the first.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._what, self._note = "", ""
        self._done = 0
        self._total: int | None = None
        self._changed = False

    def begin(self, what: str, total: int | None = None) -> None:
        """Start a stretch of the work."""
        with self._lock:
            self._what, self._total, self._done, self._changed = what, total, 0, True

    def advance(self, steps: int = 1) -> None:
        """Count steps."""
        with self._lock:
            self._done += steps
            self._changed = True

    def note(self, text: str) -> None:
        """Keep the latest remark."""
        with self._lock:
            self._note, self._changed = text, True

    def news(self) -> dict[str, Any] | None:
        """Return what the row shall say; None when that has been asked for already."""
        with self._lock:
            if not self._changed:
                return None
            self._changed = False
            return {
                "what": self._what,
                "done": self._done,
                "total": self._total,
                "note": self._note,
            }
