"""The job that sends mail is asked for once in a transaction, and never forgotten."""

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from server.foundation.database import Database
from server.foundation.events import whole_or_not
from server.foundation.jobs.models import Job
from server.notify.actions import DELIVER, Notice, tell
from tests.support.people import BEGINNING, World


class _TakenBack(Exception):
    """What was done within is undone."""


def _tell(session: Session, world: World, key: str) -> None:
    notice = Notice("ticket_moved", key, "/tickets/INC-1", {"reference": "INC-1", "title": ""})
    assert world.admin.person_id is not None
    assert tell(session, [world.admin.person_id], notice, BEGINNING) == 1


def _tell_and_fail(session: Session, world: World) -> None:
    with whole_or_not(session):
        _tell(session, world, "first")
        raise _TakenBack


def _waiting(session: Session) -> int | None:
    jobs = select(func.count()).select_from(Job).where(Job.kind == DELIVER, Job.state == "queued")
    return session.scalar(jobs)


def test_whoever_is_told_second_costs_no_question_for_the_job(
    database: Database, world: World
) -> None:
    asked: list[str] = []

    def note(_one: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    with database.writing() as session:
        _tell(session, world, "first")
        before = len([one for one in asked if " job" in one])
        _tell(session, world, "second")
        assert before > 0
        assert len([one for one in asked if " job" in one]) == before
        assert _waiting(session) == 1


def test_a_job_that_a_savepoint_took_back_is_asked_for_again(
    database: Database, world: World
) -> None:
    with database.writing() as session:
        with pytest.raises(_TakenBack):
            _tell_and_fail(session, world)
        assert _waiting(session) == 0
        _tell(session, world, "second")
        assert _waiting(session) == 1


def test_the_next_transaction_asks_again(database: Database, world: World) -> None:
    with database.writing() as session:
        _tell(session, world, "first")
        session.rollback()
        assert _waiting(session) == 0
        _tell(session, world, "second")
        assert _waiting(session) == 1
