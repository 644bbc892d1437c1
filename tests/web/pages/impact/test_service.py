"""A service's page: what takes it down alone, how redundantly it stands, what changed below it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from cmdb.records.history import HistoryEntry
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.actions import edit_item
from server.items.impacts.weak_points import weak_points_of
from server.people.actions.roles import Holder, Scope, give_role
from server.wiring import JOBS
from tests.support.people import BEGINNING, World, make_person
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.impact.conftest import Estate


def _part(page: str, title: str) -> str:
    """Return a page from a card's title to the next card."""
    return page[page.index(title) :].split('<section class="card', maxsplit=1)[0]


def test_single_points_are_named_widest_first_and_lead_to_the_map(
    agent: Browser, estate: Estate
) -> None:
    page = agent.read(f"/services/{estate.orders}")
    points = _part(page, "Single points of failure")
    assert "Computed just now" in points
    assert ">app<" in points
    assert ">db-1<" not in points  # one of two
    assert f"fail={estate.app}" in points
    assert f"about={estate.orders}" in points


def test_redundancy_says_what_may_still_be_lost(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/services/{estate.orders}")
    groups = _part(page, 'id="redundancy"')
    for said in ("databases", "needs 1 of 2, 2 up", "1 more may be lost", "db-1", "db-2"):
        assert said in groups


def test_members_stand_in_layers(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/services/{estate.orders}")
    layers = page[page.index('id="layers"') :]
    names = ["1 step below", ">app<", "2 steps below", ">db-1<", "3 steps below", ">host-1<"]
    places = [layers.index(name) for name in names]
    assert places == sorted(places)


def test_tickets_changes_and_the_state_stand_beside_it(
    agent: Browser, database: Database, world: World, estate: Estate
) -> None:
    with database.writing() as session:
        draft = TicketDraft("Orders hang", affected_item_ids=(estate.app,))
        open_ticket(session, world.agent, draft, utc_now())
        edit_item(session, world.admin, estate.app, {"vendor": "Dell"}, utc_now())
    page = agent.read(f"/services/{estate.orders}")
    assert "Orders hang" in page
    assert "state-down" in page
    assert "Vendor: Dell" in _part(page, "Changed lately")


def test_what_is_no_service_has_its_items_page(agent: Browser, estate: Estate) -> None:
    answer = agent.get(f"/services/{estate.app}")
    assert answer.headers["Location"] == f"/items/{estate.app}"
    assert agent.get("/services/999999").status_code == 404


def test_a_service_out_of_sight_is_not_found(
    browser_of: Browsers, world: World, estate: Estate
) -> None:
    assert browser_of(world.outsider.person_id).get(f"/services/{estate.orders}").status_code == 404


def test_each_single_point_says_how_much_falls_with_it(
    database: Database, world: World, estate: Estate
) -> None:
    with database.reading() as session:
        found = weak_points_of(session, world.admin, estate.reports, 50)
        told = {row.item.name: (row.down, row.services) for row in found.rows}
    assert told == {"app": (3, 2), "secret": (2, 1)}
    assert found.hidden == 0


def test_a_single_point_out_of_sight_is_neither_named_nor_counted(
    browser_of: Browsers, database: Database, world: World, estate: Estate
) -> None:
    with database.writing() as session:
        person = make_person(session, world.operations, "Olga Operations")
        place = Scope(world.operations.id)
        give_role(session, "reader", Holder(person_id=person.id), place, BEGINNING)
        person_id = person.id
    page = browser_of(person_id).read(f"/services/{estate.reports}")
    points = _part(page, "Single points of failure")
    assert ">app<" in points
    assert "secret" not in page
    assert "outside your view" not in points


def test_a_large_service_is_answered_from_the_nightly_sweep_with_its_age(
    agent: Browser,
    database: Database,
    estate: Estate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    JOBS["impact.sweep"].run(JobContext(database, Settings(home=tmp_path), {}))
    monkeypatch.setattr("server.items.impacts.weak_points.LIVE_SUPPLIERS", 2)
    points = _part(agent.read(f"/services/{estate.orders}"), "Single points of failure")
    assert "nothing has changed since" in points
    assert "Computed just now" not in points
    assert ">app<" in points


def test_the_list_of_services_leads_to_their_pages(agent: Browser, estate: Estate) -> None:
    page = agent.read("/services")
    assert f'href="/services/{estate.orders}"' in page
    assert f"about={estate.orders}" in page


def test_an_items_page_leads_to_the_map_and_a_services_page_to_itself(
    agent: Browser, estate: Estate
) -> None:
    assert f"/map?fail={estate.app}" in agent.read(f"/items/{estate.app}/impact")
    assert f"/map?about={estate.app}" in agent.read(f"/items/{estate.app}/relations")
    assert f'href="/services/{estate.orders}"' in agent.read(f"/items/{estate.orders}")
    assert "Seen as a service" not in agent.read(f"/items/{estate.app}")


def test_what_changed_longer_ago_is_left_to_the_history(
    agent: Browser, database: Database, world: World, estate: Estate
) -> None:
    with database.writing() as session:
        edit_item(session, world.admin, estate.app, {"vendor": "Dell"}, utc_now())
    assert "Vendor: Dell" in agent.read(f"/services/{estate.orders}")
    with database.writing() as session:
        session.execute(update(HistoryEntry).values(observed_at=utc_now() - timedelta(days=10)))
    page = agent.read(f"/services/{estate.orders}")
    assert "Nothing was seen to change" in _part(page, "Changed lately")
