"""What a worker consists of: application, database, jobs; and how it comes to an end."""

import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from cmdb.snapshot.live import LIVE
from server.foundation.collecting import settle
from server.foundation.database import Database
from server.foundation.edge.health import expect_revision
from server.foundation.jobs.pool import leave_pool
from server.foundation.jobs.runner import JobRunner
from server.foundation.settings import Settings
from server.migrations.runner import Migrations
from server.serving.site import create_site
from server.wiring import JOBS, REACTIONS

STOP_SECONDS = 10


class CountedApp:
    """A WSGI application that knows how many requests it has in hand."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._in_hand = 0
        self._changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request; it counts until its last byte was sent."""
        self._count(1)
        try:
            return ClosingIterator(self._app(environ, start), lambda: self._count(-1))
        except BaseException:
            self._count(-1)
            raise

    def wait_until_idle(self, timeout_seconds: float) -> None:
        """Return when no request is in hand, at the latest after the time-out."""
        with self._changed:
            self._changed.wait_for(lambda: self._in_hand == 0, timeout_seconds)

    def _count(self, difference: int) -> None:
        with self._changed:
            self._in_hand += difference
            self._changed.notify_all()


class Worker:
    """What one worker consists of, made after the fork."""

    def __init__(
        self,
        settings: Settings,
        on_ready: Callable[[], None],
        *,
        jobs: bool,
    ) -> None:
        self._settings = settings
        self._on_ready = on_ready
        self._with_jobs = jobs
        self._database: Database | None = None
        self._runner: JobRunner | None = None
        self._counted: CountedApp | None = None

    def application(self) -> CountedApp:
        """Open the database and return the application."""
        settings = self._settings
        self._database = Database(settings.url, REACTIONS)
        LIVE.keep_in(settings.cache_folder, self._database.engine)
        app = create_site(settings, self._database)
        expect_revision(app, Migrations(settings.url).head())
        if self._with_jobs and settings.job_threads:
            # The processes share the jobs as they share the requests.
            threads = -(-settings.job_threads // settings.processes)
            self._runner = JobRunner(self._database, settings, JOBS, threads)
        self._counted = CountedApp(app)
        return self._counted

    def begin(self, worker: Any) -> None:
        """Start the jobs; called in the worker when its application is ready."""
        if self._runner is not None:
            self._runner.start()
        settle()
        if worker.age == 1:
            # gunicorn numbers its workers; those after the first have nothing to announce.
            self._on_ready()

    def end(self, _arbiter: object, _worker: object) -> None:
        """Let what runs come to an end, then go; called in the worker when it shall stop."""
        if self._counted is not None:
            self._counted.wait_until_idle(STOP_SECONDS)
        if self._runner is not None:
            self._runner.stop(STOP_SECONDS)
        leave_pool()
        if self._database is not None:
            self._database.dispose()
        # Tearing down a whole interpreter takes a second, and waits for connections that never
        # sent a request; nothing is left to do.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
