"""Many rows at once: what goes in by COPY or by one statement comes out as it was said."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cmdb.inventory.outcomes import Outcome
from cmdb.records.among import among
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.vocabulary import REST
from server.demo.purging import purge_organisation
from tests.cmdb.inventory.register import Register, relation

_ODD = ["tab\there", "line\nbreak", "back\\slash", "\\N", "\r", 'quo"te', "{1,2}", "", "Ж ☃", "'"]


def _rows(item_id: int, register: Register) -> list[dict[str, Any]]:
    """Return thirty rows with a column of each kind: odd texts, documents, numbers and gaps."""
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
        for number in range(30)
    ]


def test_rows_come_back_as_they_went_in(register: Register) -> None:
    rows = _rows(register.imported("srv"), register)
    with register.database.writing() as session:
        insert_rows(session, HistoryEntry, rows)
    with register.database.reading() as session:
        query = select(*(getattr(HistoryEntry, name) for name in rows[0]))
        found = session.execute(query.where(HistoryEntry.source == "test").order_by("id")).all()
    assert [dict(row._mapping) for row in found] == rows


def test_a_broken_constraint_looks_the_same_whichever_way_the_rows_went_in(
    register: Register,
) -> None:
    rows = _rows(register.imported("srv"), register)
    rows[29]["kind"] = None
    for some in (rows, rows[28:]):
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
