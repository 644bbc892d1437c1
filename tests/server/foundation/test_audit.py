from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select, update

from server.foundation.audit import BEGINNING, AuditEntry, record, verify
from server.foundation.database import Database
from server.foundation.permissions import Actor, system_actor

ADA = Actor(name="Ada", person_id=7, request_id="request-1")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def _note(database: Database, *acts: str) -> None:
    for act in acts:
        with database.writing() as session:
            record(session, ADA, act, "role:1", {"gives": ["ticket:read"], "äöü": {"n": 1}})


def _acts(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)))


def test_an_empty_chain_is_whole(database: Database) -> None:
    with database.reading() as session:
        verdict = verify(session)
    assert (verdict.entries, verdict.head, verdict.whole) == (0, BEGINNING, True)


def test_acts_are_chained_in_the_order_of_their_commits(database: Database) -> None:
    _note(database, "first", "second")
    with database.writing() as session:
        record(session, system_actor("tests"), "third", "role:2")
        record(session, None, "fourth", "account:unknown")
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
        verdict = verify(session)
        session.expunge_all()
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.actor for entry in entries] == ["person:7"] * 2 + ["system:tests", "nobody"]
    assert entries[0].request_id == "request-1"
    assert [entry.prev_hash for entry in entries] == [
        BEGINNING,
        *(entry.hash for entry in entries[:-1]),
    ]
    assert (verdict.entries, verdict.head, verdict.whole) == (4, entries[-1].hash, True)


def test_an_act_that_was_rolled_back_never_was(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            record(session, ADA, "lost", "role:1")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    _note(database, "kept")
    assert _acts(database) == ["kept"]


def test_a_savepoint_rolled_back_takes_its_acts_along(database: Database) -> None:
    with database.writing() as session:
        record(session, ADA, "before", "role:1")
        with session.begin_nested():
            record(session, ADA, "inside", "role:1")
        savepoint = session.begin_nested()
        record(session, ADA, "outer", "role:1")
        with session.begin_nested():
            record(session, ADA, "inner, released", "role:1")
        savepoint.rollback()
        record(session, ADA, "after", "role:1")
    assert _acts(database) == ["before", "inside", "after"]
    with database.reading() as session:
        assert verify(session).whole


@pytest.mark.parametrize(
    ("column", "value"), [("act", "other"), ("person_id", 8), ("subject", "role:2"), ("detail", {})]
)
def test_a_changed_entry_is_found(database: Database, column: str, value: object) -> None:
    _note(database, "first", "second", "third")
    with database.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.seq == 2).values({column: value}))
    with database.reading() as session:
        verdict = verify(session)
    assert (verdict.broken_at, verdict.fault) == (2, "its content was changed")


def test_a_removed_entry_is_found(database: Database) -> None:
    _note(database, "first", "second", "third")
    with database.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == 2))
    with database.reading() as session:
        verdict = verify(session)
    assert (verdict.broken_at, verdict.fault) == (3, "entry 2 is missing")


def test_an_entry_that_was_rewritten_with_its_hash_breaks_the_next_one(database: Database) -> None:
    _note(database, "first", "second")
    with database.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.seq == 1).values(hash="f" * 64))
    with database.reading() as session:
        assert verify(session).broken_at == 1


def test_many_writers_at_once_make_one_chain(database: Database) -> None:
    start = Barrier(4)

    def write() -> None:
        start.wait()
        _note(database, *["act"] * 10)

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.reading() as session:
        verdict = verify(session)
    assert (verdict.entries, verdict.whole) == (40, True)


def test_what_the_databases_write_differently_is_refused(database: Database) -> None:
    with database.writing() as session, pytest.raises(TypeError):
        record(session, ADA, "act", "role:1", {"share": 0.1})
