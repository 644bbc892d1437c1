"""The record of acts: saved lists stand in it, days narrow it, and it is a file for auditors."""

import csv
import io

import pytest
from sqlalchemy import select

from server.foundation.audit import AuditEntry
from server.foundation.database import Database
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.registers import add_item


def _exported(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.act == "exported")
        return list(session.scalars(query.order_by(AuditEntry.seq)))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/items/export.csv", "items.csv"),
        ("/items/export.xlsx", "items.xlsx"),
        ("/tickets/export.csv", "tickets.csv"),
        ("/contracts/export.csv", "contracts.csv"),
        ("/discovery/network.csv", "network.csv"),
        ("/administration/acts/export.csv", "acts.csv"),
        ("/api/v1/items/export.csv", "items.csv"),
        ("/api/v1/contracts/export.csv", "contracts.csv"),
        ("/api/v1/discovery/links.graphml", "network.graphml"),
    ],
)
def test_whoever_saves_a_list_is_recorded(
    admin: Browser, nobody: Browser, database: Database, world: World, address: str, name: str
) -> None:
    assert nobody.get(address).status_code == 403
    assert admin.get("/items").status_code == 200
    assert _exported(database) == []
    answer = admin.get(address)
    assert answer.status_code == 200
    assert f'filename="{name}"' in answer.headers["Content-Disposition"]
    (entry,) = _exported(database)
    assert (entry.person_id, entry.subject) == (world.admin.person_id, f"file:{name}")
    assert entry.detail == {"path": address, "narrowed_by": []}
    assert entry.request_id == answer.headers["X-Request-ID"]
    assert "saved a list" in admin.read("/administration/acts?act=exported")


def test_the_words_that_a_list_was_narrowed_by_are_not_kept(
    admin: Browser, database: Database
) -> None:
    admin.read("/items/export.csv?q=Ana+Ruiz&class=")
    (entry,) = _exported(database)
    assert entry.detail["narrowed_by"] == ["q"]
    assert "Ana" not in str(entry.detail)


def test_the_record_is_narrowed_by_days_and_saved_whole(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "=cmd")
    for _ in range(60):
        admin.read(f"/items/{item}/sbom.json")
    assert "saved a list" in admin.read("/administration/acts?from=2026-01-01")
    assert "Nothing fits" in admin.read("/administration/acts?to=2026-01-01")
    # What is no day, or one that no clock can say, narrows nothing.
    for odd in ("yesterday", "9999-12-31", "0001-01-01"):
        assert "saved a list" in admin.read(f"/administration/acts?from={odd}&to={odd}")
    text = admin.read("/administration/acts/export.csv?act=exported")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 60
    assert {row["person"] for row in rows} == {"Ada Admin"}
    numbers = [int(row["number"]) for row in rows]
    assert numbers == sorted(numbers)
    with database.reading() as session:
        hashes = {one.seq: one.hash for one in session.scalars(select(AuditEntry))}
    assert all(hashes[int(row["number"])] == row["hash"] for row in rows)
    agent = browser_of(world.agent.person_id)
    assert agent.get("/administration/acts/export.csv").status_code == 403
