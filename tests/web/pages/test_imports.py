"""The import wizard: what a column means is seen before it is written, faults stand at columns."""

import re
from io import BytesIO

import pytest
from sqlalchemy import func, select

from cmdb.records.items import Item
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.imports.jobs import run_import, undo_import
from tests.support.people import World
from tests.web.pages.conftest import Browser

_HEAD = "Host,Kind,State,RAM,Bought\n"
_GOOD = "".join(f"db-{n},Server,In stock,64 GiB,2025-01-31\n" for n in range(150))
_BAD = "db-150,Server,broken,64 GiB,31.12.2025\ndb-151,Teapot,In stock,8 GiB,2025-01-31\n,,,,\n"


@pytest.fixture
def sheet(admin: Browser, world: World) -> str:
    """Return the address of an uploaded list with good lines and bad ones."""
    return _upload(admin, world, _HEAD + _GOOD + _BAD)


def _upload(admin: Browser, world: World, text: str) -> str:
    return admin.done(
        "/imports",
        file=(BytesIO(text.encode()), "estate.csv"),
        organisation_id=str(world.root.id),
        source="sheet",
    )


#: The columns of the list, by what they mean.
_COLUMNS = {
    "column-0": "name",
    "column-1": "@class",
    "column-2": "stage",
    "column-3": "memory_bytes",
    "column-4": "warranty_end",
}


def _items(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Item)) or 0


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found[1]


def _words(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", "", page).split())


def test_nothing_is_imported_before_it_was_seen(
    admin: Browser, database: Database, settings: Settings, sheet: str
) -> None:
    assert 'value="run"' not in admin.read(sheet)
    hasty = admin.post(f"{sheet}/map", act="run", **_COLUMNS)
    assert (hasty.status_code, "Look at it, then import." in hasty.text) == (409, True)
    mark = _seen(hasty.text)
    # Another meaning of a column than the one that was looked at.
    other = admin.post(f"{sheet}/map", act="run", seen=mark, **{**_COLUMNS, "column-3": ""})
    assert other.status_code == 409
    mark = _seen(other.text)
    number = int(sheet.rsplit("/", 1)[1])
    run_import(JobContext(database, settings, {"run": number}))
    assert _items(database) == 0
    admin.done(f"{sheet}/map", act="run", seen=mark, **{**_COLUMNS, "column-3": ""})
    assert 'hx-trigger="every 2s" hx-select="#import"' in admin.read(sheet)
    run_import(JobContext(database, settings, {"run": number}))
    assert _items(database) == 151
    page = admin.read(sheet)
    assert '<div id="import">' in page
    assert " db-0 " in _words(admin.read(f"{sheet}?outcome=created"))


def test_faults_name_the_columns_of_the_file(admin: Browser, sheet: str) -> None:
    page = admin.post(f"{sheet}/map", act="rehearse", **_COLUMNS)
    assert page.status_code == 200
    for told in (
        "State: Expected one of planned, in_stock, in_use, maintenance, retired.",
        "Bought: A date is written 2025-01-31.",
        "Kind: There is no class Teapot.",
        "100 are shown, those with problems first.",
    ):
        assert told in _words(page.text), told
    # "In stock" is what people call the choice in_stock; of the bad lines one has a name.
    assert "new: 151" in page.text
    wrong = admin.post(f"{sheet}/map", act="rehearse", **{**_COLUMNS, "column-4": "stage"})
    assert wrong.status_code == 422
    assert "Bought: The column State is that already." in _words(wrong.text)
    assert wrong.text.count("is-invalid") == 1


def test_lines_are_taken_back_from_their_page(
    admin: Browser, database: Database, settings: Settings, sheet: str
) -> None:
    seen = _seen(admin.post(f"{sheet}/map", act="rehearse", **_COLUMNS).text)
    admin.done(f"{sheet}/map", act="run", seen=seen, **_COLUMNS)
    number = int(sheet.rsplit("/", 1)[1])
    run_import(JobContext(database, settings, {"run": number}))
    refused = admin.read(f"{sheet}?outcome=refused")
    assert "Kind: There is no class Teapot." in _words(refused)
    assert f"{sheet}/undo" in refused
    faulty = _words(admin.read(f"{sheet}?outcome=faulty"))
    assert "Bought: A date is written 2025-01-31." in faulty
    assert ("Teapot" in faulty, "db-149" in faulty) == (True, False)
    admin.done(f"{sheet}/undo")
    assert f"{sheet}/undo" not in admin.read(sheet)
    undo_import(JobContext(database, settings, {"run": number, "person_id": None}))
    assert _items(database) == 0
    assert "taken back" in admin.read(sheet)
