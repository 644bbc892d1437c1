"""Administrators hear of it when the last good backup is too old."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from server.foundation.audit import AuditEntry, record
from server.foundation.backup.standing import standing_of
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.permissions import Permission
from server.foundation.settings import Settings
from server.notify.backups import WATCH_BACKUPS
from server.notify.models import Notification
from server.notify.rules.texts import Told, line_of
from server.people.actions.roles import Holder, Scope, create_role, give_role
from server.wiring import JOBS
from tests.support.people import BEGINNING, World


def _backup(home: Path, age: timedelta, name: str = "nightly-20260101-021000.tar.gz") -> None:
    path = home / "backups" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    moment = (utc_now() - age).timestamp()
    os.utime(path, (moment, moment))


def _begun(database: Database, world: World, at: datetime) -> None:
    """Let the installation have begun at a moment."""
    with database.writing() as session:
        record(session, world.admin, "begun", "installation")
    with database.engine.begin() as connection:
        connection.execute(update(AuditEntry).values(at=at))


def _watch(database: Database, settings: Settings) -> int:
    """Look as the hourly job does; return how many were told."""
    told = JOBS[WATCH_BACKUPS].run(JobContext(database, settings, {}))
    return int((told or {})["told"])


def _notices(database: Database) -> list[Notification]:
    with database.reading() as session:
        found = list(session.scalars(select(Notification)))
        session.expunge_all()
    return found


def test_who_looks_after_jobs_is_told_once_a_day_since_when_there_is_none(
    database: Database, world: World, settings: Settings
) -> None:
    _begun(database, world, BEGINNING)
    with database.writing() as session:
        create_role(session, world.admin, "jobs", {"en": "Jobs"}, {Permission.ADMIN_JOBS})
        holder = Holder(person_id=world.nobody.person_id)
        give_role(session, "jobs", holder, Scope(world.root.id), BEGINNING)
        # Of the whole installation nobody of one department is told.
        local = Holder(person_id=world.outsider.person_id)
        give_role(session, "jobs", local, Scope(world.sales.id), BEGINNING)
    assert _watch(database, settings) == 2
    _watch(database, settings)
    found = _notices(database)
    assert {row.person_id for row in found} == {world.admin.person_id, world.nobody.person_id}
    assert len(found) == 2
    told = Told(found[0].kind, found[0].detail, found[0].path)
    assert line_of(told, "en") == "No backup was made since 2026-01-01 08:00 UTC"


@pytest.mark.parametrize(
    ("hours_old", "changes", "late"),
    [
        (1, {}, False),
        (35, {}, False),
        (37, {}, True),
        (37, {"backup_alarm_hours": 48}, False),
        (5_000, {"backup_alarm_hours": 0}, False),
        # Whoever makes them otherwise and leaves them there is told when that stops.
        (37, {"backups_kept": 0}, True),
    ],
)
def test_the_newest_decides_and_how_old_it_may_be_is_a_setting(
    database: Database,
    world: World,
    settings: Settings,
    hours_old: int,
    changes: dict[str, Any],
    *,
    late: bool,
) -> None:
    _begun(database, world, BEGINNING)
    _backup(settings.home, timedelta(days=200))
    _backup(settings.home, timedelta(hours=hours_old), "cadastre-20200101-000000.tar.gz.enc")
    assert (_watch(database, replace(settings, **changes)) > 0) is late


def test_who_makes_none_here_and_who_began_today_hears_nothing(
    database: Database, world: World, settings: Settings
) -> None:
    _begun(database, world, BEGINNING)
    assert _watch(database, replace(settings, backups_kept=0)) == 0
    with database.engine.begin() as connection:
        connection.execute(update(AuditEntry).values(at=utc_now() - timedelta(hours=3)))
    assert _watch(database, settings) == 0
    assert _notices(database) == []


def test_what_is_still_being_written_is_no_backup(settings: Settings) -> None:
    now = utc_now()
    _backup(settings.home, timedelta(0), ".nightly-20260101-021000.tar.gz.part")
    _backup(settings.home, timedelta(0), "notes.txt")
    assert standing_of(settings, now, now).newest is None
