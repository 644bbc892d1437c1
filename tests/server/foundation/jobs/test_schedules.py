import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from cmdb.errors import InvalidValue
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs import schedules
from server.foundation.jobs.handler import JobHandler
from server.foundation.jobs.models import Job, Schedule

LENGTH = timedelta(seconds=60)
NIGHTLY = {"sync": JobHandler(lambda _context: None, cron="30 2 * * *")}


def _nightly(cron: str = "30 2 * * *", time_zone: str = "Europe/Madrid") -> Schedule:
    return Schedule(
        name="nightly", kind="sync", payload={"n": 1}, cron=cron, time_zone=time_zone, enabled=True
    )


def test_a_schedule_is_read_in_its_time_zone_and_follows_summer_time() -> None:
    winter = schedules.next_run("30 8 * * *", "Europe/Madrid", datetime(2026, 1, 10, tzinfo=UTC))
    summer = schedules.next_run("30 8 * * *", "Europe/Madrid", datetime(2026, 7, 10, tzinfo=UTC))
    assert winter.astimezone(UTC) == datetime(2026, 1, 10, 7, 30, tzinfo=UTC)
    assert summer.astimezone(UTC) == datetime(2026, 7, 10, 6, 30, tzinfo=UTC)


def test_a_night_that_lacks_the_hour_still_has_its_run() -> None:
    # 02:30 does not exist in Madrid on 2026-03-29.
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)
    moment = schedules.next_run("30 2 * * *", "Europe/Madrid", after)
    assert datetime(2026, 3, 29, 0, tzinfo=UTC) < moment <= datetime(2026, 3, 29, 2, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["", "every day", "61 * * * *", "0 0 30 2 *", "* * * *"])
def test_an_expression_that_never_comes_is_refused_by_name(cron: str) -> None:
    with pytest.raises(InvalidValue, match="cron"):
        schedules.next_run(cron, "UTC", utc_now())


@pytest.mark.parametrize("time_zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_a_time_zone_nobody_knows_is_refused_by_name(time_zone: str) -> None:
    with pytest.raises(InvalidValue, match="time_zone"):
        schedules.next_run("0 0 * * *", time_zone, utc_now())


def test_processes_that_start_together_declare_one_after_the_other(database: Database) -> None:
    together = threading.Barrier(4)

    def declare(_number: int) -> None:
        with database.writing() as session:
            # SQLite has one writer; waiting for the others inside would be for ever.
            if not database.is_sqlite:
                together.wait(20)
            schedules.declare(session, NIGHTLY)

    with ThreadPoolExecutor(4) as several:
        list(several.map(declare, range(4)))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Schedule)) == 1


def test_a_due_schedule_becomes_one_job_however_often_it_was_missed(database: Database) -> None:
    first, later = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 5, 9, 12, tzinfo=UTC)
    with time_machine.travel(first, tick=False), database.writing() as session:
        schedules.set_schedule(session, _nightly())
        assert schedules.enqueue_due(session, utc_now()) == 0
        assert schedules.due_at(session) == datetime(2026, 5, 2, 0, 30, tzinfo=UTC)
    with time_machine.travel(later, tick=False), database.writing() as session:
        assert schedules.enqueue_due(session, utc_now()) == 1
        assert schedules.enqueue_due(session, utc_now()) == 0
        assert schedules.due_at(session) == datetime(2026, 5, 10, 0, 30, tzinfo=UTC)
        job = session.scalars(select(Job)).one()
        assert (job.kind, job.payload) == ("sync", {"n": 1})


def test_writing_a_schedule_again_keeps_its_next_run_unless_the_hours_changed(
    database: Database,
) -> None:
    with database.writing() as session:
        schedules.set_schedule(session, _nightly())
    with database.writing() as session:
        first = session.get_one(Schedule, "nightly").next_run_at
    with time_machine.travel(utc_now() + timedelta(days=3)), database.writing() as session:
        schedules.set_schedule(session, _nightly())
        session.flush()
        assert session.get_one(Schedule, "nightly").next_run_at == first
        schedules.set_schedule(session, _nightly(cron="0 5 * * *"))
        session.flush()
        assert session.get_one(Schedule, "nightly").next_run_at > first


def test_what_the_table_of_jobs_no_longer_schedules_is_dropped_and_people_s_own_stay(
    database: Database,
) -> None:
    with database.writing() as session:
        schedules.set_schedule(session, _nightly())
        schedules.declare(session, NIGHTLY)
        schedules.declare(session, NIGHTLY)
    with database.writing() as session:
        assert session.scalar(select(func.count()).select_from(Schedule)) == 2
        schedules.declare(session, {})
    with database.writing() as session:
        assert session.scalars(select(Schedule.name)).all() == ["nightly"]
        schedules.remove_schedule(session, "nightly")
        assert schedules.due_at(session) is None


def test_one_process_leads_until_its_lease_ends_or_it_resigns(database: Database) -> None:
    now = utc_now()
    with database.writing() as session:
        assert schedules.lead(session, "one", now, LENGTH)
    with database.writing() as session:
        assert not schedules.lead(session, "other", now, LENGTH)
        assert schedules.lead(session, "one", now + timedelta(seconds=30), LENGTH)
    with database.writing() as session:
        assert not schedules.lead(session, "other", now + timedelta(seconds=80), LENGTH)
        assert schedules.lead(session, "other", now + timedelta(seconds=91), LENGTH)
        schedules.resign(session, "one")
        assert not schedules.lead(session, "one", now + timedelta(seconds=92), LENGTH)
        schedules.resign(session, "other")
        assert schedules.lead(session, "one", now + timedelta(seconds=92), LENGTH)


def test_a_scheduler_writes_only_when_it_has_a_reason_to(database: Database) -> None:
    now = utc_now()
    with database.writing() as session:
        assert schedules.wants_leader(session, "one", now, LENGTH)
        schedules.lead(session, "one", now, LENGTH)
    with database.writing() as session:
        later = now + timedelta(seconds=5)
        assert not schedules.wants_leader(session, "one", later, LENGTH)
        assert not schedules.wants_leader(session, "other", later, LENGTH)
        assert schedules.wants_leader(session, "one", now + timedelta(seconds=31), LENGTH)
        assert schedules.wants_leader(session, "other", now + timedelta(seconds=60), LENGTH)
        schedules.set_schedule(session, _nightly())
        session.get_one(Schedule, "nightly").next_run_at = later
        session.flush()
        assert schedules.wants_leader(session, "one", later, LENGTH)
        assert not schedules.wants_leader(session, "other", later, LENGTH)
