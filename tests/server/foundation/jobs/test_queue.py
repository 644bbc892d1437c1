import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, NotFound
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs import claims
from server.foundation.jobs.models import Job
from server.foundation.jobs.queue import cancel, enqueue, retry

LEASE = timedelta(seconds=60)


def _jobs(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def _job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        job = session.get(Job, job_id)
        assert job is not None
        session.expunge(job)
        return job


def _claim(session: Session, kind: str = "mail") -> claims.Claim | None:
    return claims.claim(session, [kind], "here", utc_now(), LEASE)


def test_a_job_of_a_rolled_back_transaction_never_was(database: Database) -> None:
    def enqueue_and_fail() -> None:
        with database.writing() as session:
            enqueue(session, "mail", {"to": "ada"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert _jobs(database) == 0


def test_a_job_keeps_its_payload_and_who_asked_in_which_request(database: Database) -> None:
    with database.writing() as session:
        session.info |= {"request_id": "r-1", "actor": "ada"}
        job_id = enqueue(session, "mail", {"to": "Ñandú", "copies": 2})
    job = _job(database, job_id)
    assert (job.kind, job.payload, job.state) == ("mail", {"to": "Ñandú", "copies": 2}, "queued")
    assert (job.request_id, job.created_by) == ("r-1", "ada")
    assert len(job.idempotency_key) == 32


def test_while_one_waits_a_second_job_with_its_key_is_the_same_job(database: Database) -> None:
    later = utc_now() + timedelta(hours=1)
    with database.writing() as session:
        first = enqueue(session, "sync", {"n": 1}, key="sync:1", run_at=later)
    with database.writing() as session:
        assert enqueue(session, "sync", {"n": 2}, key="sync:1") == first
        other = enqueue(session, "sync", {"n": 2}, key="sync:2")
    assert other != first
    assert _jobs(database) == 2
    # The sooner of the two wishes counts.
    assert _job(database, first).run_at < later


def test_a_running_job_does_not_swallow_a_new_one_and_the_two_never_run_together(
    database: Database,
) -> None:
    with database.writing() as session:
        first = enqueue(session, "sync", key="sync:1")
    with database.writing() as session:
        held = _claim(session, "sync")
        assert held is not None
    with database.writing() as session:
        second = enqueue(session, "sync", key="sync:1")
    assert second != first
    with database.writing() as session:
        assert not claims.anything_due(session, ["sync"], utc_now())
        assert _claim(session, "sync") is None
        claims.finish(session, held, utc_now())
    with database.writing() as session:
        claimed = _claim(session, "sync")
        assert claimed is not None
        assert claimed.job_id == second


def test_an_idempotency_key_works_once_for_ever(database: Database) -> None:
    with database.writing() as session:
        first = enqueue(session, "mail", idempotency_key="mail:7")
        held = _claim(session)
        assert held is not None
        claims.finish(session, held, utc_now())
    with database.writing() as session:
        assert enqueue(session, "mail", idempotency_key="mail:7") == first
    assert _jobs(database) == 1


def test_many_threads_asking_for_the_same_work_get_one_job(database: Database) -> None:
    ids: list[int] = []

    def ask() -> None:
        with database.writing() as session:
            ids.append(enqueue(session, "sync", key="sync:1"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked(database: Database) -> None:
    with database.writing() as session:
        running, waiting = enqueue(session, "mail"), enqueue(session, "mail")
    with database.writing() as session:
        held = _claim(session)
        assert held is not None
        assert held.job_id == running
        cancel(session, waiting)
        cancel(session, running)
    assert _job(database, waiting).state == "cancelled"
    asked = _job(database, running)
    assert (asked.state, asked.cancel_requested) == ("running", True)
    with database.writing() as session, pytest.raises(Conflict):
        cancel(session, waiting)


def test_a_dead_job_can_be_given_another_life(database: Database) -> None:
    with database.writing() as session:
        job_id = enqueue(session, "mail")
        held = _claim(session)
        assert held is not None
        claims.fail(session, held, utc_now(), "no such host", limit=1)
    assert _job(database, job_id).state == "dead"
    with database.writing() as session:
        retry(session, job_id)
    job = _job(database, job_id)
    assert (job.state, job.failures, job.error) == ("queued", 0, "no such host")
    with database.writing() as session, pytest.raises(Conflict):
        retry(session, job_id)


def test_a_dead_job_stays_dead_while_another_with_its_key_waits(database: Database) -> None:
    with database.writing() as session:
        job_id = enqueue(session, "sync", key="sync:1")
        held = _claim(session, "sync")
        assert held is not None
        claims.fail(session, held, utc_now(), "no such host", limit=1)
        enqueue(session, "sync", key="sync:1")
    with database.writing() as session, pytest.raises(Conflict, match="waits already"):
        retry(session, job_id)


def test_a_job_nobody_knows_is_not_found(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(NotFound):
            cancel(session, 4711)
        with pytest.raises(NotFound):
            retry(session, 4711)
