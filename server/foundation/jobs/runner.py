"""Carries out jobs in threads of this process, keeps their leases, and stops in good order."""

import os
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cmdb.errors import CadastreError
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs import claims, schedules
from server.foundation.jobs.attempt import Attempt
from server.foundation.jobs.claims import Claim
from server.foundation.jobs.handler import HopelessJob, Jobs, JobStopped
from server.foundation.jobs.models import Runner
from server.foundation.jobs.wakeup import Wakeup
from server.foundation.settings import Settings

_PROGRESS_SECONDS = 1.0

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a runner looks, speaks up and how long its word holds."""

    poll_seconds: float = 1.0
    beat_seconds: float = 10.0
    lease_seconds: float = 60.0
    schedule_seconds: float = 5.0


class JobRunner:
    """Job threads, a heartbeat thread and a scheduler thread over one database."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        jobs: Jobs,
        threads: int = 2,
        pace: Pace | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._database = database
        self._settings = settings
        self._jobs = jobs
        self._thread_count = threads
        self._pace = pace or Pace()
        self._wakeup = Wakeup()
        self._stopping = threading.Event()
        self._held: dict[tuple[int, int], Attempt] = {}
        self._lock = threading.Lock()
        self._workers: list[threading.Thread] = []
        self._keepers: list[threading.Thread] = []
        self._started_at = utc_now()

    def start(self) -> None:
        """Declare the schedules, take over what a killed process left, and begin."""
        alone = self._database.is_sqlite
        with self._database.writing() as session:
            schedules.declare(session, self._jobs)
            taken = claims.take_over(session, self._jobs, utc_now(), only_runner_is_dead=alone)
            session.merge(self._row())
        if taken:
            log.info("jobs of a lost process taken over", jobs=taken)
        self._workers = [
            _thread(f"job-{number + 1}", self._work) for number in range(self._thread_count)
        ]
        self._keepers = [_thread("job-heartbeat", self._beat), _thread("scheduler", self._schedule)]

    def stop(self, grace_seconds: float = 10.0) -> bool:
        """Claim nothing more, tell running jobs to stop, wait; what still runs is given back.

        Returns whether every job ended in time.
        """
        self._stopping.set()
        self._wakeup.ring()
        deadline = utc_now() + timedelta(seconds=grace_seconds)
        for thread in self._workers:
            thread.join(max(0.0, (deadline - utc_now()).total_seconds()))
        for thread in self._keepers:
            thread.join(1.0)
        with self._lock:
            left = list(self._held.values())
        with self._database.writing() as session:
            for attempt in left:
                claims.give_back(session, attempt.held, utc_now())
            schedules.resign(session, self.name)
            row = session.get(Runner, self.name)
            if row is not None:
                session.delete(row)
        return not left

    # ── the work ──────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while not self._stopping.is_set():
            mark = self._wakeup.seen()
            held = self._guarded(self._claim)
            if held is None:
                self._wakeup.wait(mark, self._pace.poll_seconds)
            else:
                self._carry_out(held)

    def _claim(self) -> Claim | None:
        now = utc_now()
        with self._database.reading() as session:
            if not claims.anything_due(session, self._jobs, now):
                return None
        lease = timedelta(seconds=self._pace.lease_seconds)
        with self._database.writing() as session:
            return claims.claim(session, self._jobs, self.name, now, lease)

    def _carry_out(self, held: Claim) -> None:
        attempt = Attempt(held, self._database, self._settings, self._stopping)
        with self._lock:
            self._held[attempt.key] = attempt
        words = {"job_id": held.job_id, "job": held.kind, "request_id": held.request_id}
        try:
            with structlog.contextvars.bound_contextvars(**words):
                ending = self._run(attempt)
                self._guarded(self._save_progress)
                self._until_written(ending)
        finally:
            with self._lock:
                self._held.pop(attempt.key, None)
            self._wakeup.ring()

    def _run(self, attempt: Attempt) -> Callable[[], bool]:
        """Run the handler; return what has to be written about it."""
        held, handler = attempt.held, self._jobs[attempt.held.kind]
        try:
            result = handler.run(attempt.context())
        except JobStopped:
            return self._stopped(attempt)
        except HopelessJob as error:
            log.warning("job given up", error=str(error))
            return attempt.ending(claims.fail, str(error), 1)
        except CadastreError as error:
            log.warning("job failed", error=str(error), failures=held.failures + 1)
            return attempt.ending(claims.fail, str(error), handler.max_failures)
        except Exception as error:
            log.exception("job failed", failures=held.failures + 1)
            text = "".join(traceback.format_exception_only(error)).strip()
            return attempt.ending(claims.fail, text, handler.max_failures)
        log.info("job done", seconds=attempt.seconds())
        return attempt.ending(claims.finish, result)

    def _stopped(self, attempt: Attempt) -> Callable[[], bool]:
        if attempt.cancel_requested:
            log.info("job cancelled")
            return attempt.ending(claims.cancelled)
        return attempt.ending(claims.give_back)

    def _until_written(self, ending: Callable[[], bool]) -> None:
        """Write the ending; a database that is away for a while must not make the work repeat."""
        while True:
            written = self._guarded(ending)
            if written is not None:
                if not written:
                    log.warning("the job's lease was lost; its result is not written")
                return
            if self._stopping.wait(self._pace.poll_seconds):
                return

    # ── heartbeat and schedule ────────────────────────────────────────────────────────────────

    def _beat(self) -> None:
        spoken = 0.0
        while not self._stopping.wait(min(self._pace.beat_seconds, _PROGRESS_SECONDS)):
            if time.monotonic() - spoken >= self._pace.beat_seconds:
                spoken = time.monotonic()
                self._guarded(self.beat)
            self._guarded(self._save_progress)
        # Jobs may still be running towards the end of the grace period.
        while any(thread.is_alive() for thread in self._workers) and self._held:
            self._guarded(self.beat)
            threading.Event().wait(self._pace.beat_seconds)

    def beat(self) -> None:
        """Say that this runner lives, extend its leases, take over what others lost."""
        with self._lock:
            held = dict(self._held)
        now = utc_now()
        with self._database.writing() as session:
            session.merge(self._row())
            until = now + timedelta(seconds=self._pace.lease_seconds)
            kept = claims.renew(session, held, until)
            claims.take_over(session, self._jobs, now)
        for key, attempt in held.items():
            attempt.told(lost=key not in kept, cancel=kept.get(key, False))

    def _save_progress(self) -> None:
        with self._lock:
            held = list(self._held.values())
        news = [(attempt.held, row) for attempt in held if (row := attempt.progress.news())]
        if news:
            with self._database.writing() as session:
                for claim, row in news:
                    claims.save_progress(session, claim, row)

    def _schedule(self) -> None:
        while not self._stopping.is_set():
            self._guarded(self.tick)
            self._stopping.wait(self._pace.schedule_seconds)

    def tick(self) -> None:
        """Lead, if no other process does, and enqueue what is due."""
        now = utc_now()
        length = timedelta(seconds=self._pace.lease_seconds)
        with self._database.reading() as session:
            if not schedules.wants_leader(session, self.name, now, length):
                return
        with self._database.writing() as session:
            if schedules.lead(session, self.name, now, length):
                schedules.enqueue_due(session, now)

    def _row(self) -> Runner:
        return Runner(
            name=self.name,
            threads=self._thread_count,
            started_at=self._started_at,
            seen_at=utc_now(),
        )

    def _guarded(self, act: Callable[[], Result]) -> Result | None:
        try:
            return act()
        except (DBAPIError, PoolTimeout) as error:
            # The text of the statement holds payloads; the driver's words are enough.
            cause = getattr(error, "orig", None) or error
            log.warning("the database does not answer the job runner", error=str(cause))
            self._stopping.wait(self._pace.poll_seconds)
            return None


def _thread(name: str, target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread
