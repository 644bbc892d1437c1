import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.foundation.database import Database
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue
from tests.support.databases import DatabaseMaker
from tests.support.processes import as_dependent

ROOT = Path(__file__).parents[4]

# A process that carries out one kind of job: it notes each attempt, then stays at it as long as
# the file "slow" is there.
WORKER = """
import pathlib, sys, time
from server.foundation.database import Database
from server.foundation.jobs.handler import JobHandler
from server.foundation.jobs.runner import JobRunner, Pace
from server.foundation.journal import start_journal
from server.foundation.settings import Settings

start_journal("json", "INFO")
url, folder = sys.argv[1], pathlib.Path(sys.argv[2])

def work(context):
    with (folder / "attempts").open("a") as stream:
        stream.write(f"{context.attempt} {context.idempotency_key}\\n")
    while (folder / "slow").exists():
        time.sleep(0.05)
    return {"attempt": context.attempt}

pace = Pace(poll_seconds=0.1, beat_seconds=0.3, lease_seconds=1.5, schedule_seconds=1)
runner = JobRunner(Database(url), Settings(), {"slow": JobHandler(work)}, 1, pace)
runner.start()
print("ready", flush=True)
sys.stdin.read()
runner.stop()
"""


@contextmanager
def _runner(database: Database, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that carries out jobs; at the end, let it stop in good order."""
    url = database.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        as_dependent([sys.executable, "-c", WORKER, url, str(folder)]),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        except BaseException:
            # One that is frozen would never end by itself.
            process.kill()
            raise


def _attempts(folder: Path) -> list[str]:
    path = folder / "attempts"
    return path.read_text().splitlines() if path.exists() else []


def _wait_for(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 20
    while len(_attempts(folder)) < count:
        assert time.monotonic() < deadline, _attempts(folder)
        time.sleep(0.05)


def _wait_until_done(database: Database, job_id: int) -> Job:
    deadline = time.monotonic() + 20
    while True:
        with database.reading() as session:
            job = session.get_one(Job, job_id)
            session.expunge(job)
        if job.state == "done":
            return job
        assert time.monotonic() < deadline, job.state
        time.sleep(0.05)


def test_the_job_of_a_killed_process_is_taken_over_by_one_that_starts(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "slow").touch()
    with database.writing() as session:
        job_id = enqueue(session, "slow")
    with _runner(database, tmp_path) as killed:
        _wait_for(tmp_path, 1)
        killed.kill()
    (tmp_path / "slow").unlink()
    with _runner(database, tmp_path):
        job = _wait_until_done(database, job_id)
    assert (job.result, job.failures) == ({"attempt": 2}, 1)
    keys = [line.split()[1] for line in _attempts(tmp_path)]
    assert keys == [job.idempotency_key] * 2


def test_the_job_of_a_frozen_process_is_taken_over_and_its_late_result_is_refused(
    database_maker: DatabaseMaker, tmp_path: Path
) -> None:
    # Not on SQLite, where a frozen process may hold the one write lock of all.
    database = Database(database_maker.prepared("postgres"))
    (tmp_path / "slow").touch()
    with database.writing() as session:
        job_id = enqueue(session, "slow")
    with _runner(database, tmp_path) as frozen:
        _wait_for(tmp_path, 1)
        frozen.send_signal(signal.SIGSTOP)
        with _runner(database, tmp_path):
            _wait_for(tmp_path, 2)
            (tmp_path / "slow").unlink()
            _wait_until_done(database, job_id)
            frozen.send_signal(signal.SIGCONT)
            time.sleep(0.5)
    with database.reading() as session:
        after = session.get_one(Job, job_id)
        assert (after.state, after.result, after.attempts) == ("done", {"attempt": 2}, 2)
    database.dispose()
