"""Contracts on pages: those in force and those that are over, as a table, and let go."""

import csv
import io
import re
from datetime import timedelta

import pytest

from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.registers import add_item


def _contract(admin: Browser, world: World, reference: str, days: int, **more: str) -> str:
    """Write a contract down that ends in so many days; return its page."""
    today = utc_now().date()
    draft = {
        "organisation_id": str(world.root.id),
        "reference": reference,
        "name": "Next day",
        "supplier": "Acme",
        "kind": "support",
        "starts_on": (today - timedelta(days=400)).isoformat(),
        "ends_on": (today + timedelta(days=days)).isoformat(),
    }
    return admin.done("/contracts", **draft | more)


@pytest.fixture
def contracts(admin: Browser, world: World) -> dict[str, str]:
    """Write four contracts down; return their pages by reference."""
    ends = {"LONG-OVER": -500 + 150, "OVER": -1, "SOON": 20, "FAR": 900}
    return {name: _contract(admin, world, name, days) for name, days in ends.items()}


def _listed(page: str) -> list[str]:
    return re.findall(r"data-row-link>([A-Z-]+) ", page)


@pytest.mark.usefixtures("contracts")
def test_what_is_over_is_listed_when_it_is_asked_for(admin: Browser) -> None:
    assert _listed(admin.read("/contracts")) == ["SOON", "FAR"]
    assert _listed(admin.read("/contracts?state=running")) == ["SOON", "FAR"]
    assert _listed(admin.read("/contracts?state=ending")) == ["SOON"]
    over = admin.read("/contracts?state=over")
    assert _listed(over) == ["OVER", "LONG-OVER"]
    assert "ended on" in over
    every = _listed(admin.read("/contracts?state=every"))
    assert every == ["FAR", "SOON", "OVER", "LONG-OVER"]
    assert _listed(admin.read("/contracts?state=every&q=long")) == ["LONG-OVER"]
    assert _listed(admin.read("/contracts?state=every&q=acme")) == every
    assert "No contract that you may see fits." in admin.read("/contracts?q=nothing")


@pytest.mark.usefixtures("contracts")
def test_the_list_is_saved_as_it_is_narrowed(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-1")
    _contract(admin, world, "=CMD()", 10, items=str(item))
    page = admin.read("/contracts?state=ending")
    (link,) = re.findall(r'href="(/contracts/export\.csv[^"]*)"', page)
    answer = admin.get(link)
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["reference"], row["items"], row["state"]) for row in rows] == [
        ("'=CMD()", "1", "ending"),
        ("SOON", "0", "ending"),
    ]
    everything = admin.get("/contracts/export.csv?state=every").text
    assert len(everything.splitlines()) == 6
    outsider = browser_of(world.outsider.person_id)
    assert len(outsider.get("/contracts/export.csv?state=every").text.splitlines()) == 1


def test_a_contract_is_let_go_unless_something_counts_on_it(
    admin: Browser, browser_of: Browsers, world: World, contracts: dict[str, str]
) -> None:
    page = contracts["OVER"]
    reader = browser_of(world.reader.person_id)
    assert "Let this contract go" not in reader.read(page)
    assert reader.post(f"{page}/delete").status_code == 403
    number = page.rsplit("/", 1)[1]
    terms = {"organisation_id": str(world.root.id), "title": "Small print", "kind": "contract"}
    paper = admin.done(
        "/documents/new", **terms, contract=number, url="https://wiki.example.test/terms"
    )
    bound = admin.read(page)
    assert "What counts on it" in bound
    assert "Small print" in bound
    assert "Let this contract go" not in bound
    assert admin.post(f"{page}/delete").status_code == 409
    assert admin.post(f"{paper}/forget").status_code == 303
    assert "Let this contract go" in admin.read(page)
    assert admin.post(f"{page}/delete").status_code == 303
    assert admin.get(page).status_code == 404
    assert "OVER" not in _listed(admin.read("/contracts?state=over"))
