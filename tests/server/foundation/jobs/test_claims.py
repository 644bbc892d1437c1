import threading
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs import claims
from server.foundation.jobs.handler import JobHandler
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import enqueue

LEASE = timedelta(seconds=60)
JOBS = {"mail": JobHandler(lambda _context: None, max_failures=2)}


def _enqueue(database: Database, count: int = 1, key: str | None = None) -> list[int]:
    with database.writing() as session:
        return [enqueue(session, "mail", {"n": n}, key=key) for n in range(count)]


def _claim(database: Database, now: datetime | None = None) -> claims.Claim | None:
    with database.writing() as session:
        return claims.claim(session, ["mail"], "here", now or utc_now(), LEASE)


def _held(database: Database, now: datetime | None = None) -> claims.Claim:
    held = _claim(database, now)
    assert held is not None
    return held


def _job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        job = session.get(Job, job_id)
        assert job is not None
        session.expunge(job)
        return job


def test_the_job_that_waited_longest_is_claimed_first(database: Database) -> None:
    first, second = _enqueue(database, 2)
    assert (_held(database).job_id, _held(database).job_id) == (first, second)
    assert _claim(database) is None


def test_a_job_for_later_waits(database: Database) -> None:
    with database.writing() as session:
        enqueue(session, "mail", run_at=utc_now() + timedelta(hours=1))
    assert _claim(database) is None
    assert _claim(database, utc_now() + timedelta(hours=2)) is not None


def test_a_job_of_a_kind_this_process_does_not_know_is_left_to_others(database: Database) -> None:
    with database.writing() as session:
        enqueue(session, "labels")
    assert _claim(database) is None


def test_eight_threads_claim_two_hundred_jobs_each_exactly_once(database: Database) -> None:
    wanted = set(_enqueue(database, 200))
    claimed: list[int] = []

    def work() -> None:
        while (held := _claim(database)) is not None:
            claimed.append(held.job_id)
            with database.writing() as session:
                claims.finish(session, held, utc_now())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # SKIP LOCKED may answer "nothing" for a moment; what is left is claimed here.
    work()
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == wanted


def test_whoever_lost_the_lease_cannot_close_the_run_of_another(database: Database) -> None:
    (job_id,) = _enqueue(database)
    now = utc_now()
    slow = _held(database, now)
    with database.writing() as session:
        assert claims.take_over(session, JOBS, now + timedelta(seconds=61)) == 1
    quick = _held(database, now + timedelta(seconds=62))
    assert (quick.job_id, quick.attempt) == (job_id, slow.attempt + 1)
    with database.writing() as session:
        assert not claims.finish(session, slow, now)
        assert not claims.fail(session, slow, now, "too late", limit=1)
        assert not claims.give_back(session, slow, now)
    assert _job(database, job_id).state == "running"
    with database.writing() as session:
        assert claims.finish(session, quick, now, {"sent": 1})
    job = _job(database, job_id)
    assert (job.state, job.result) == ("done", {"sent": 1})


def test_a_lease_that_is_renewed_is_not_taken_over(database: Database) -> None:
    _enqueue(database)
    now = utc_now()
    held = _held(database, now)
    with database.writing() as session:
        kept = claims.renew(session, [(held.job_id, held.attempt)], now + timedelta(seconds=120))
        assert kept == {(held.job_id, held.attempt): False}
        assert claims.take_over(session, JOBS, now + timedelta(seconds=90)) == 0
        assert claims.renew(session, [(held.job_id, held.attempt + 1)], now) == {}


def test_failures_wait_longer_each_time_and_end_in_death(database: Database) -> None:
    (job_id,) = _enqueue(database)
    now = utc_now()
    held = _held(database, now)
    with database.writing() as session:
        claims.fail(session, held, now, "no", 2)
    job = _job(database, job_id)
    assert (job.state, job.failures, job.error) == ("queued", 1, "no")
    assert timedelta(seconds=7) < job.run_at - now < timedelta(seconds=13)
    held = _held(database, now + timedelta(seconds=20))
    with database.writing() as session:
        claims.fail(session, held, now, "no" * 5000, 2)
    job = _job(database, job_id)
    assert (job.state, job.failures, len(job.error)) == ("dead", 2, 2000)


def test_waiting_times_grow_to_an_hour_and_no_further() -> None:
    longest = [max(claims.waiting_time(n) for _ in range(20)) for n in (1, 3, 5, 7)]
    assert all(one < other for one, other in pairwise(longest))
    assert claims.waiting_time(60) <= timedelta(seconds=3600 * 1.25)


def test_a_job_that_keeps_killing_its_process_is_given_up(database: Database) -> None:
    (job_id,) = _enqueue(database)
    now = utc_now()
    for _ in range(2):
        _held(database, now)
        with database.writing() as session:
            claims.take_over(session, JOBS, now + timedelta(seconds=61))
        now += timedelta(seconds=120)
    job = _job(database, job_id)
    assert (job.state, job.failures) == ("dead", 2)
    assert "went away" in job.error


def test_without_other_runners_a_lost_job_is_taken_over_before_its_lease_ends(
    database: Database,
) -> None:
    (job_id,) = _enqueue(database)
    _held(database)
    with database.writing() as session:
        assert claims.take_over(session, JOBS, utc_now()) == 0
        assert claims.take_over(session, JOBS, utc_now(), only_runner_is_dead=True) == 1
    assert _held(database).job_id == job_id


@pytest.mark.parametrize("ending", ["fail", "give_back", "take_over"])
def test_a_job_does_not_wait_again_when_another_with_its_key_waits_already(
    database: Database, ending: str
) -> None:
    (first,) = _enqueue(database, key="sync:1")
    held = _held(database)
    (second,) = _enqueue(database, key="sync:1")
    with database.writing() as session:
        if ending == "fail":
            claims.fail(session, held, utc_now(), "no", 5)
        elif ending == "give_back":
            claims.give_back(session, held, utc_now())
        else:
            claims.take_over(session, JOBS, utc_now(), only_runner_is_dead=True)
    job = _job(database, first)
    assert job.state == "cancelled"
    assert job.finished_at is not None
    assert _held(database).job_id == second
