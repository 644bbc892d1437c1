"""The record of acts shows whatever was done to it, and no route does anything to it."""

import pytest
from sqlalchemy import delete, select, update

from server.foundation.audit import AuditEntry, record, verify
from server.foundation.database import Database
from server.foundation.permissions import system_actor
from tests.immunity.conftest import Target
from tests.support.databases import DatabaseMaker


@pytest.fixture
def chain(database_maker: DatabaseMaker) -> Database:
    database = Database(database_maker.prepared("sqlite"))
    for number in range(9):
        with database.writing() as session:
            record(session, system_actor("tests"), "act", f"thing:{number}", {"n": number})
    with database.reading() as session:
        assert verify(session).whole
    return database


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "person:1"},
        {"act": "other"},
        {"subject": "thing:99"},
        {"detail": {"n": 99}},
        {"person_id": 1},
        {"request_id": "x"},
    ],
)
def test_a_changed_entry_is_found(chain: Database, change: dict[str, object]) -> None:
    with chain.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.seq == 5).values(change))
    with chain.reading() as session:
        assert verify(session).broken_at == 5
    chain.dispose()


def test_a_removed_entry_is_found(chain: Database) -> None:
    with chain.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == 5))
    with chain.reading() as session:
        assert verify(session).broken_at == 6
    chain.dispose()


def test_two_entries_that_change_places_are_found(chain: Database) -> None:
    with chain.writing() as session:
        for old, new in ((3, 100), (4, 3), (100, 4)):
            session.execute(update(AuditEntry).where(AuditEntry.seq == old).values(seq=new))
    with chain.reading() as session:
        assert verify(session).broken_at == 3
    chain.dispose()


def test_no_route_writes_or_removes_an_entry(target: Target) -> None:
    for rule in target.site.url_map.iter_rules():
        if "act" in rule.rule.split("/")[-1] and "administration" in rule.rule:
            assert not {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())
    with target.database.reading() as session:
        assert session.scalars(select(AuditEntry)).first() is None or verify(session).whole
