"""What the estate risks, from the nightly sweep."""

from pathlib import Path

import pytest

from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.wiring import JOBS
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.impact.conftest import Estate


@pytest.fixture
def swept(database: Database, estate: Estate, tmp_path: Path) -> Estate:
    """Return the estate after a sweep."""
    JOBS["impact.sweep"].run(JobContext(database, Settings(home=tmp_path), {}))
    return estate


@pytest.mark.usefixtures("estate")
def test_before_the_first_sweep_the_page_says_what_will_be_there(
    agent: Browser, admin: Browser
) -> None:
    page = agent.read("/risk")
    assert "Not computed yet" in page
    assert "An administrator can start it" in page
    assert "Compute now" not in page
    assert "Compute now" in admin.read("/risk")


def test_the_worst_come_first_and_lead_to_the_map(agent: Browser, swept: Estate) -> None:
    page = agent.read("/risk")
    assert "nothing has changed since" in page
    loaded = page[page.index('id="loaded"') : page.index('id="bare"')]
    assert loaded.index(">app<") < loaded.index(">secret<")
    assert f"/map?fail={swept.app}" in loaded


def test_a_service_is_explained_and_leads_to_its_single_points(
    agent: Browser, swept: Estate
) -> None:
    page = agent.read("/risk")
    weakest = page[page.index('id="weakest"') :]
    assert weakest.index("Reports") < weakest.index("Orders")
    assert f"/services/{swept.reports}#single-points" in weakest
    assert "take it down alone" in weakest


def test_the_age_counts_what_changed_since(agent: Browser, admin: Browser, swept: Estate) -> None:
    admin.done(f"/items/{swept.orders}/retire")
    assert "since then" in agent.read("/risk")


def test_an_administrator_asks_for_a_sweep_once(
    admin: Browser, agent: Browser, database: Database, estate: Estate
) -> None:
    for _ in range(2):
        assert admin.done("/risk/compute") == "/risk"
    with database.reading() as session:
        kinds = [job.kind for job in session.query(Job).filter(Job.kind == "impact.sweep")]
    assert kinds == ["impact.sweep"]
    assert agent.post("/risk/compute").status_code == 403


def test_numbers_that_count_what_is_hidden_are_left_out(
    browser_of: Browsers, world: World, swept: Estate
) -> None:
    page = browser_of(world.outsider.person_id).read("/risk")
    assert "secret" in page
    assert ">app<" not in page
    assert "Orders" not in page


def test_somebody_without_rights_is_refused(nobody: Browser) -> None:
    assert nobody.get("/risk").status_code == 403
