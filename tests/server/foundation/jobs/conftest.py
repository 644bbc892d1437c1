"""A database with the job tables in it, and a way to carry jobs out that ends with the test."""

from collections.abc import Callable, Iterator

import pytest

from server.foundation.database import Database
from server.foundation.jobs.handler import Jobs
from server.foundation.jobs.runner import JobRunner, Pace
from server.foundation.settings import Settings

QUICK = Pace(poll_seconds=0.05, beat_seconds=0.1, lease_seconds=2.0, schedule_seconds=0.1)

StartRunner = Callable[..., JobRunner]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield the database of this test; it runs on both kinds."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def start_runner(database: Database) -> Iterator[StartRunner]:
    """Start runners over the test's database and stop them at its end."""
    runners: list[JobRunner] = []

    def start(jobs: Jobs, threads: int = 1, pace: Pace = QUICK) -> JobRunner:
        runner = JobRunner(database, Settings(), jobs, threads, pace)
        runner.start()
        runners.append(runner)
        return runner

    yield start
    for runner in runners:
        runner.stop(grace_seconds=2)
