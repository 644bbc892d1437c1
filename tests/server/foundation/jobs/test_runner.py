import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from cmdb.errors import CadastreError
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs import queries
from server.foundation.jobs.handler import HopelessJob, JobContext, JobHandler, JobStopped
from server.foundation.jobs.models import Job, Runner, Schedule
from server.foundation.jobs.queue import cancel, enqueue
from server.foundation.jobs.runner import Pace
from tests.server.foundation.jobs.conftest import StartRunner

WAIT_SECONDS = 10


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def _enqueue(database: Database, kind: str, **payload: object) -> int:
    with database.writing() as session:
        return enqueue(session, kind, payload)


def _job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        job = session.get_one(Job, job_id)
        session.expunge(job)
        return job


def _state(database: Database, job_id: int, state: str) -> Job:
    _wait_until(lambda: _job(database, job_id).state == state)
    return _job(database, job_id)


def test_a_job_is_carried_out_soon_after_the_commit_and_keeps_its_result(
    database: Database, start_runner: StartRunner
) -> None:
    seen: list[JobContext] = []

    def add(context: JobContext) -> dict[str, int]:
        seen.append(context)
        return {"sum": context.payload["a"] + context.payload["b"]}

    # A runner that looks every minute on its own: only the wake-up can be this quick.
    start_runner({"add": JobHandler(add)}, pace=Pace(poll_seconds=60))
    time.sleep(0.3)
    started = time.monotonic()
    job_id = _enqueue(database, "add", a=2, b=3)
    job = _state(database, job_id, "done")
    assert time.monotonic() - started < 5
    assert job.result == {"sum": 5}
    assert job.finished_at is not None
    assert (seen[0].attempt, seen[0].job_id) == (1, job_id)
    assert seen[0].idempotency_key == job.idempotency_key


def test_a_failure_is_kept_and_tried_again_later(
    database: Database, start_runner: StartRunner
) -> None:
    def refuse(_context: JobContext) -> None:
        raise CadastreError("the mail server refused")

    start_runner({"mail": JobHandler(refuse)})
    job_id = _enqueue(database, "mail")
    _wait_until(lambda: _job(database, job_id).failures == 1)
    job = _job(database, job_id)
    assert (job.state, job.error) == ("queued", "the mail server refused")
    assert job.run_at > utc_now()


def test_after_enough_failures_a_job_is_dead_and_says_why(
    database: Database, start_runner: StartRunner
) -> None:
    def divide(_context: JobContext) -> None:
        raise ZeroDivisionError("division by zero")

    start_runner({"odd": JobHandler(divide, max_failures=1)})
    job = _state(database, _enqueue(database, "odd"), "dead")
    assert job.error == "ZeroDivisionError: division by zero"


def test_a_hopeless_job_is_not_tried_again(database: Database, start_runner: StartRunner) -> None:
    def give_up(_context: JobContext) -> None:
        raise HopelessJob("the range was deleted")

    start_runner({"scan": JobHandler(give_up, max_failures=9)})
    job = _state(database, _enqueue(database, "scan"), "dead")
    assert (job.error, job.failures) == ("the range was deleted", 1)


def test_a_running_job_can_be_cancelled(database: Database, start_runner: StartRunner) -> None:
    started = threading.Event()

    def scan(context: JobContext) -> None:
        started.set()
        while True:
            context.go_on()
            time.sleep(0.01)

    start_runner({"scan": JobHandler(scan)})
    job_id = _enqueue(database, "scan")
    assert started.wait(WAIT_SECONDS)
    with database.writing() as session:
        cancel(session, job_id)
    assert _state(database, job_id, "cancelled").failures == 0


def test_a_runner_that_stops_gives_its_job_back_without_counting_a_failure(
    database: Database, start_runner: StartRunner
) -> None:
    started = threading.Event()

    def scan(context: JobContext) -> None:
        started.set()
        while not context.cancelled():
            time.sleep(0.01)
        raise JobStopped("going")

    runner = start_runner({"scan": JobHandler(scan)})
    job_id = _enqueue(database, "scan")
    assert started.wait(WAIT_SECONDS)
    assert runner.stop(grace_seconds=5)
    job = _job(database, job_id)
    assert (job.state, job.failures, job.runner) == ("queued", 0, "")


def test_a_job_that_does_not_stop_in_time_is_given_back_and_cannot_be_closed_any_more(
    database: Database, start_runner: StartRunner
) -> None:
    started, release = threading.Event(), threading.Event()

    def stubborn(_context: JobContext) -> dict[str, bool]:
        started.set()
        release.wait(WAIT_SECONDS)
        return {"late": True}

    runner = start_runner({"scan": JobHandler(stubborn)})
    job_id = _enqueue(database, "scan")
    assert started.wait(WAIT_SECONDS)
    assert not runner.stop(grace_seconds=0.2)
    release.set()
    time.sleep(0.3)
    job = _job(database, job_id)
    assert (job.state, job.result) == ("queued", {})


def test_a_long_job_keeps_its_lease(database: Database, start_runner: StartRunner) -> None:
    release = threading.Event()

    def wait(_context: JobContext) -> None:
        release.wait(WAIT_SECONDS)

    pace = Pace(poll_seconds=0.05, beat_seconds=0.1, lease_seconds=0.5, schedule_seconds=0.1)
    start_runner({"long": JobHandler(wait)}, pace=pace)
    start_runner({"long": JobHandler(wait)}, pace=pace)
    job_id = _enqueue(database, "long")
    time.sleep(1.5)
    job = _job(database, job_id)
    assert (job.state, job.attempts) == ("running", 1)
    release.set()
    assert _state(database, job_id, "done").attempts == 1


def test_progress_can_be_read_while_the_job_runs(
    database: Database, start_runner: StartRunner
) -> None:
    release = threading.Event()

    def work(context: JobContext) -> None:
        context.progress.begin("Importing", 10)
        context.progress.advance(4)
        context.progress.note("half way")
        release.wait(WAIT_SECONDS)

    start_runner({"import": JobHandler(work)})
    job_id = _enqueue(database, "import")
    _wait_until(lambda: bool(_job(database, job_id).progress.get("note")))
    expected = {"what": "Importing", "done": 4, "total": 10, "note": "half way"}
    assert _job(database, job_id).progress == expected
    release.set()


def test_progress_may_be_told_inside_a_unit_of_work(
    database: Database, start_runner: StartRunner
) -> None:
    def work(context: JobContext) -> None:
        with context.database.writing() as session:
            enqueue(session, "unknown")
            context.progress.begin("Importing", 2)
            context.progress.advance()

    start_runner({"import": JobHandler(work)})
    started = time.monotonic()
    assert _state(database, _enqueue(database, "import"), "done").error == ""
    assert time.monotonic() - started < 5


def test_a_schedule_of_the_table_of_jobs_comes_by_itself(
    database: Database, start_runner: StartRunner
) -> None:
    ran = threading.Event()

    def sync(_context: JobContext) -> None:
        ran.set()

    start_runner({"sync": JobHandler(sync, cron="0 3 * * *")})
    # The first look finds nothing due and takes the lead; a later one must find the work.
    time.sleep(0.3)
    with database.writing() as session:
        session.execute(update(Schedule).values(next_run_at=utc_now() - timedelta(seconds=1)))
    assert ran.wait(WAIT_SECONDS)
    with database.reading() as session:
        assert queries.scheduler_until(session) is not None


def test_a_runner_says_that_it_lives_and_signs_off(
    database: Database, start_runner: StartRunner
) -> None:
    runner = start_runner({})
    with database.reading() as session:
        first = queries.runner_seen_at(session)
    assert first is not None

    def seen_later() -> bool:
        with database.reading() as session:
            latest = queries.runner_seen_at(session)
        return latest is not None and latest > first

    _wait_until(seen_later)
    runner.stop()
    with database.reading() as session:
        assert queries.runner_seen_at(session) is None
        assert queries.scheduler_until(session) is None


def test_a_runner_that_was_forgotten_by_the_table_writes_itself_again(
    database: Database, start_runner: StartRunner
) -> None:
    runner = start_runner({})
    with database.writing() as session:
        session.execute(delete(Runner))
    runner.beat()
    with database.reading() as session:
        assert queries.runner_seen_at(session) is not None


@pytest.mark.parametrize("threads", [1, 4])
def test_every_job_of_many_is_done_once(
    database: Database, start_runner: StartRunner, threads: int
) -> None:
    done: list[int] = []

    def note(context: JobContext) -> None:
        done.append(context.payload["n"])

    start_runner({"note": JobHandler(note)}, threads=threads)
    with database.writing() as session:
        for n in range(60):
            enqueue(session, "note", {"n": n})
    _wait_until(lambda: len(done) >= 60)
    assert sorted(done) == list(range(60))
    with database.reading() as session:
        assert queries.oldest_due(session, utc_now()) is None
