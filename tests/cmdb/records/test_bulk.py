"""Many rows at once: what goes in by COPY or by one statement comes out as it was said."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cmdb.inventory.outcomes import Outcome
from cmdb.records.among import among
from cmdb.records.asking import asked
from cmdb.records.bulk import insert_missing, insert_rows, update_rows
from cmdb.records.facts import SoftwareProduct
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.vocabulary import REST
from server.demo.purging import purge_organisation
from tests.cmdb.inventory.register import Register, relation

_ODD = ["tab\there", "line\nbreak", "back\\slash", "\\N", "\r", 'quo"te', "{1,2}", "", "Ж ☃", "'"]


def _rows(item_id: int, register: Register, count: int = 30) -> list[dict[str, Any]]:
    """Return rows with a column of each kind: odd texts, documents, numbers and gaps."""
    return [
        {
            "item_id": item_id,
            "other_id": None if number % 3 else number,
            "at": register.now,
            "observed_at": register.now,
            "kind": "changed",
            "subject": _ODD[number % len(_ODD)],
            "detail": {"new": _ODD[number % len(_ODD)], "n": [number / 2, None, True]},
            "source": "test",
            "person_id": None,
            "request_id": str(number),
        }
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 30, 600])  # one statement, and more than it takes
def test_rows_come_back_as_they_went_in(register: Register, count: int) -> None:
    rows = _rows(register.imported("srv"), register, count)
    with register.database.writing() as session:
        insert_rows(session, HistoryEntry, rows)
    with register.database.reading() as session:
        query = select(*(getattr(HistoryEntry, name) for name in rows[0]))
        found = session.execute(query.where(HistoryEntry.source == "test").order_by("id")).all()
    assert [dict(row._mapping) for row in found] == rows


def test_rows_are_updated_by_their_ids_and_no_others(register: Register) -> None:
    rows = _rows(register.imported("srv"), register, 3)
    columns = (HistoryEntry.id, HistoryEntry.subject, HistoryEntry.detail, HistoryEntry.other_id)
    query = select(*columns).where(HistoryEntry.source == "test").order_by(HistoryEntry.id)
    with register.database.writing() as session:
        insert_rows(session, HistoryEntry, rows)
        first, second, third = (row.id for row in session.execute(query))
        told = [
            {"id": third, "subject": 'a\\"b', "detail": {"n": [1, None]}, "other_id": None},
            {"id": first, "subject": "{}", "detail": {}, "other_id": 2**40},
        ]
        update_rows(session, HistoryEntry, told)
        update_rows(session, HistoryEntry, [])
    with register.database.reading() as session:
        found = [dict(row._mapping) for row in session.execute(query)]
    kept = {name: rows[1][name] for name in ("subject", "detail", "other_id")}
    assert found == [told[1], {"id": second, **kept}, told[0]]


def test_only_what_is_missing_is_inserted(register: Register) -> None:
    rows = [{"ecosystem": "deb", "name": name, "name_key": name} for name in ("a", "b", "c")]
    names = select(SoftwareProduct.name).where(SoftwareProduct.ecosystem == "deb").order_by("name")
    ids = select(SoftwareProduct.id).where(SoftwareProduct.name == "b")
    with register.database.writing() as session:
        insert_missing(session, SoftwareProduct, rows[1:2])
        known = session.scalars(ids).all()
        insert_missing(session, SoftwareProduct, rows)
        assert session.scalars(names).all() == ["a", "b", "c"]
        assert session.scalars(ids).all() == known


def test_a_question_is_made_once_and_sees_what_the_session_has_changed(register: Register) -> None:
    made: list[str] = []

    @asked
    def names_of(dialect: str) -> Select[str]:
        made.append(dialect)
        return select(Item.name).where(Item.id == bindparam("item_id"))

    first, second = register.imported("first"), register.imported("second")
    with register.database.writing() as session:
        session.get_one(Item, first).name = "renamed"
        assert names_of(session, item_id=first).scalar() == "renamed"
        with session.no_autoflush:
            session.get_one(Item, second).name = "not yet"
            assert names_of(session, item_id=second).scalar() == "second"
    assert len(made) == 1


def test_a_broken_constraint_looks_the_same_whichever_way_the_rows_went_in(
    register: Register,
) -> None:
    rows = _rows(register.imported("srv"), register, 600)
    rows[599]["kind"] = None
    for some in (rows, rows[598:]):
        with pytest.raises(DBAPIError), register.database.writing() as session:
            insert_rows(session, HistoryEntry, some)


def test_many_are_found_by_odd_names(register: Register) -> None:
    named = {register.imported(f"srv{n}"): name for n, name in enumerate(_ODD[:7])}
    with register.database.writing() as session:
        for item_id, name in named.items():
            session.get_one(Item, item_id).name = name
    with register.database.reading() as session:
        by_name = select(Item.id, Item.name).where(among(session, Item.name, named.values()))
        assert {row.id: row.name for row in session.execute(by_name)} == named
        by_id = select(Item.id).where(among(session, Item.id, named))
        assert set(session.scalars(by_id)) == set(named)
        assert session.scalars(select(Item.id).where(among(session, Item.id, []))).all() == []


def _wait_for_company(session: Session) -> None:
    """On PostgreSQL, return when somebody waits for what this transaction holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    is_shared = session.get_bind().dialect.name == "postgresql"
    until = time.monotonic() + 10
    while is_shared and not session.scalar(waiting):
        assert time.monotonic() < until, "nobody came"
        time.sleep(0.01)


def test_a_relation_to_what_is_purged_meanwhile_is_refused(register: Register) -> None:
    """No key of the database watches the ends of a relation: its writer looks after waiting."""
    kept = register.imported("kept")
    theirs = register.says(REST, "gone", {"name": "gone"}, organisation_id=register.sales)
    gone = register.item_of(theirs)
    purged = threading.Event()

    def purge() -> None:
        with register.database.writing() as session:
            purge_organisation(session, "sales")
            purged.set()
            _wait_for_company(session)

    with ThreadPoolExecutor(1) as pool:
        purging = pool.submit(purge)
        assert purged.wait(10)
        (answer,) = register.relate(relation(kept, "depends_on", gone))
        assert purging.result() is None
    assert answer.outcome is Outcome.REFUSED
    assert list(answer.problems) == ["end"]
    assert register.live() == []
