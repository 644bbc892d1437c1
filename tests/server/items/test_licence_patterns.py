"""Which products a licence is about, and that finding them takes no pass over the catalogue."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text

from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from server.assets.licences import matching
from server.assets.licences.matching import MATCH_LICENCES, run_licence_matching
from server.assets.licences.models import PatternProduct
from server.assets.licences.queries import items_using
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.paging import PageRequest
from server.foundation.settings import Settings
from tests.server.items.catalogue import install
from tests.server.items.rest import Callers
from tests.support.people import World

Match = Callable[[], Mapping[str, Any] | None]


@pytest.fixture
def match(database: Database) -> Match:
    """Give the job that looks patterns up."""
    return lambda: run_licence_matching(JobContext(database, Settings(), {}))


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("MICROSOFT office*", ["Microsoft Office 2021", "microsoft office"]),
        ("microsoft office", ["microsoft office"]),
        ("*office", ["microsoft office"]),
        ("*office*2021", ["Microsoft Office 2021"]),
        ("micro*2021", ["Microsoft Office 2021"]),
        ("100%_sure*", ["100%_sure 2"]),
        ("grün*", ["GRÜN & Söhne Kasse"]),
        ("журнал*", ["Журнал 8"]),
        ("x" * 240, ["x" * 230]),
        ("deb:grün*", []),
    ],
)
def test_a_pattern_means_names_in_any_case_from_their_first_letter_on(
    callers: Callers, database: Database, pattern: str, meant: list[str]
) -> None:
    names = (
        "Microsoft Office 2021",
        "microsoft office",
        "Microsoftware",
        "100%_sure 2",
        "100 is sure",
        "GRÜN & Söhne Kasse",
        "Журнал 8",
        "x" * 230,
    )
    for name in names:
        install(database, callers.admin.create(name[:50]), "windows", name)
    draft = {"organisation_id": 1, "name": "L", "metric": "device", "covers": [pattern]}
    made = callers.admin.post("/licences", draft)
    rows = callers.reader.get(f"/licences/{made['id']}/items")["rows"]
    assert sorted(row["product"] for row in rows) == sorted(meant)


def test_products_are_looked_up_by_their_first_letters(
    callers: Callers, database: Database, world: World
) -> None:
    draft = {"organisation_id": 1, "name": "L", "metric": "device", "covers": ["office*"]}
    made = callers.admin.post("/licences", draft)
    _fill_catalogue(database)
    plans = _plans_of_using(database, world, made["id"])
    assert ["ix_software_product_name_key" in str(plan) for plan in plans] == [True], plans


def _fill_catalogue(database: Database) -> None:
    with database.writing() as session:
        rows = [
            {"ecosystem": "windows", "name": f"product {n}", "name_key": f"product {n}"}
            for n in range(5000)
        ]
        session.execute(insert(SoftwareProduct), rows)
        session.execute(text("ANALYZE"))


def _plans_of_using(database: Database, world: World, licence_id: int) -> list[Any]:
    with database.reading() as session:
        connection = session.connection()
        asked: list[tuple[str, Any]] = []

        def remember(*what: Any) -> None:
            asked.append((what[2], what[3]))

        event.listen(connection, "before_cursor_execute", remember)
        items_using(session, world.reader, licence_id, PageRequest("name"))
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        about = [one for one in asked if "software_product" in one[0]]
        plans = [connection.exec_driver_sql(explain + one[0], one[1]).all() for one in about]
    assert about
    return plans


def _used(callers: Callers, licence_id: int) -> list[str]:
    rows = callers.reader.get(f"/licences/{licence_id}/items")["rows"]
    return sorted(row["product"] for row in rows)


def _kept(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(PatternProduct)).one()


def test_what_begins_with_a_star_means_the_same_before_and_after_it_was_looked_up(
    callers: Callers, database: Database, match: Match
) -> None:
    machines = [callers.admin.create(name) for name in ("one", "two", "three", "four")]
    install(database, machines[0], "windows", "Adobe Reader")
    install(database, machines[1], "deb", "qpdfview-reader")
    install(database, machines[2], "deb", "Reader 100%")
    draft = {"organisation_id": 1, "name": "L", "metric": "device", "covers": ["*READER"]}
    made = callers.admin.post("/licences", draft)["id"]
    assert _used(callers, made) == ["Adobe Reader", "qpdfview-reader"]
    assert match() == {"patterns": 1, "products": 2}
    assert _used(callers, made) == ["Adobe Reader", "qpdfview-reader"]
    # Nothing is new, so nothing is looked at.
    assert match() is None
    install(database, machines[3], "windows", "Foxit Reader")
    expected = ["Adobe Reader", "Foxit Reader", "qpdfview-reader"]
    assert _used(callers, made) == expected
    assert match() == {"patterns": 1, "products": 1}
    assert (_used(callers, made), _kept(database)) == (expected, 3)
    told = {"name": "L", "metric": "device", "covers": ["deb:*reader*"]}
    callers.admin.send("PUT", f"/licences/{made}", json=told)
    assert (_used(callers, made), _kept(database)) == (["Reader 100%", "qpdfview-reader"], 0)
    assert match() == {"patterns": 1, "products": 2}
    callers.admin.send("DELETE", f"/licences/{made}")
    assert _kept(database) == 0


def test_writing_such_a_pattern_asks_for_it_to_be_looked_up(
    callers: Callers, database: Database
) -> None:
    draft = {"organisation_id": 1, "name": "L", "metric": "device"}
    callers.admin.post("/licences", draft | {"covers": ["office*"]})
    waiting = select(func.count()).select_from(Job).where(Job.kind == MATCH_LICENCES)
    with database.reading() as session:
        assert session.scalars(waiting).one() == 0
    callers.admin.post("/licences", draft | {"name": "M", "covers": ["office*", "deb:*office"]})
    with database.reading() as session:
        assert session.scalars(waiting).one() == 1


def test_what_means_too_much_is_looked_up_each_time_and_misses_nothing(
    callers: Callers, database: Database, match: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MOST_KEPT", 2)
    for name in ("lib one", "lib two"):
        install(database, callers.admin.create(name), "deb", name)
    draft = {"organisation_id": 1, "name": "L", "metric": "device", "covers": ["*lib*"]}
    made = callers.admin.post("/licences", draft)["id"]
    match()
    assert _kept(database) == 2
    install(database, callers.admin.create("three"), "deb", "lib three")
    match()
    assert _kept(database) == 0
    assert _used(callers, made) == ["lib one", "lib three", "lib two"]


def test_a_product_whose_writer_commits_late_is_not_passed_over(
    callers: Callers, database: Database, match: Match
) -> None:
    machine = callers.admin.create("one")
    draft = {"organisation_id": 1, "name": "L", "metric": "device", "covers": ["*late"]}
    made = callers.admin.post("/licences", draft)["id"]
    begun, go_on = Event(), Event()

    def write_late() -> None:
        with database.writing() as session:
            product = SoftwareProduct(ecosystem="deb", name="too late", name_key="too late")
            session.add(product)
            session.flush()
            release = SoftwareRelease(product_id=product.id, version="1")
            session.add(release)
            session.flush()
            session.add(Installation(item_id=machine, release_id=release.id, source="agent"))
            begun.set()
            go_on.wait(30)

    with ThreadPoolExecutor(2) as pool:
        late = pool.submit(write_late)
        assert begun.wait(30)
        if not database.is_sqlite:  # which lets one write at a time
            install(database, machine, "deb", "higher number")
        matched = pool.submit(match)
        # It waits for whoever is still writing.
        assert not wait([matched], 0.3).done
        go_on.set()
        late.result(30)
        assert matched.result(30) == {"patterns": 1, "products": 1}
    assert _used(callers, made) == ["too late"]


def test_products_that_were_looked_up_are_not_looked_for(
    callers: Callers, database: Database, match: Match, world: World
) -> None:
    install(database, callers.admin.create("one"), "windows", "Libre Office")
    draft = {"organisation_id": 1, "name": "L", "metric": "device", "covers": ["*office"]}
    made = callers.admin.post("/licences", draft)
    _fill_catalogue(database)
    match()
    plans = _plans_of_using(database, world, made["id"])
    whole = ("SCAN software_product", "Seq Scan on software_product")
    assert [any(one in str(plan) for one in whole) for plan in plans] == [False], plans
