"""The map: asked a question, drawn, and let fail piece by piece."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, update

from cmdb.observation import GroupMembership
from cmdb.records.parties import Person
from cmdb.records.relations import GraphChange
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.actions import ItemDraft, RelationDraft, create_item, create_relation
from server.people.actions.roles import Holder, Scope, give_role
from tests.support.people import BEGINNING, World, make_person
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.impact.conftest import Estate


def drawn(page: str) -> Any:
    """Return the data of the map on a page."""
    found = re.search(r'<template id="map-data"[^>]*>(.*?)</template>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def states(page: str) -> dict[str, str]:
    """Return the state of each item on the map by its name."""
    return {node["name"]: node["state"] for node in drawn(page)["nodes"]}


@pytest.mark.usefixtures("estate")
def test_the_map_opens_on_questions_and_never_on_everything(agent: Browser) -> None:
    page = agent.read("/map")
    assert "map-data" not in page
    assert page.index("Orders") < page.index("Reports")  # the most critical first
    assert "hall-1" in page


def test_what_an_item_needs_and_what_needs_it(agent: Browser, estate: Estate) -> None:
    needs = states(agent.read(f"/map?about={estate.orders}&way=needs"))
    assert set(needs) == {"Orders", "app", "db-1", "db-2", "host-1", "host-2", "hall-1"}
    needed = states(agent.read(f"/map?about={estate.app}&way=needed_by"))
    assert set(needed) == {"app", "Orders", "Reports"}


def test_only_the_ways_to_another_item(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/map?about={estate.orders}&towards={estate.hosts[1]}")
    assert set(states(page)) == {"Orders", "app", "db-2", "host-2"}


def test_what_stands_at_a_site(agent: Browser, estate: Estate) -> None:
    assert set(states(agent.read(f"/map?site={estate.site}"))) == {"hall-1", "host-1"}


def test_one_of_two_fails_and_the_group_holds(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/map?about={estate.orders}&way=needs&fail={estate.hosts[1]}")
    found = states(page)
    assert (found["host-2"], found["db-2"]) == ("down", "down")
    assert (found["app"], found["Orders"], found["db-1"]) == ("at_risk", "at_risk", "up")
    (group,) = drawn(page)["groups"]
    assert (group["label"], group["note"]) == ("1 of 2", "needs 1 of 2, 1 up")
    assert "“databases” lost db-2 and holds" in page


def test_both_fail_and_the_services_that_suffer_are_named(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/map?fail={estate.hosts[0]},{estate.hosts[1]}")
    found = states(page)
    assert found["Orders"] == found["Reports"] == "down"
    suffering = page[page.index("Services that suffer") :]
    assert suffering.index("Orders") < suffering.index("Reports")
    assert "too few of “databases” are left" in page


def test_each_row_of_the_table_lets_fail_and_works_again(agent: Browser, estate: Estate) -> None:
    first, second = estate.hosts
    page = agent.read(f"/map?fail={first}")
    link = re.search(rf'id="fail-{first}" href="([^"]*)"', page)
    assert link is not None
    assert link[1] == "/map"
    page = agent.read(f"/map?about={estate.orders}&way=needs&fail={first}")
    link = re.search(rf'id="fail-{second}" href="([^"]*)"', page)
    assert link is not None
    assert states(agent.read(link[1].replace("&amp;", "&")))["Orders"] == "down"


def test_the_way_a_failure_took_to_the_chosen_item(agent: Browser, estate: Estate) -> None:
    first, second = estate.hosts
    page = agent.read(f"/map?fail={first},{second}&choose={estate.orders}")
    way = page[page.index('aria-label="The shortest way"') :]
    names = ["host-", "db-", "app", "Orders"]
    assert [way.index(name) for name in names] == sorted(way.index(name) for name in names)
    lit = {node["name"] for node in drawn(page)["nodes"] if node["lit"]}
    assert {"app", "Orders"} < lit
    assert len(lit) == 4


def test_the_steps_drawn_change_no_state(agent: Browser, estate: Estate) -> None:
    both = f"fail={estate.hosts[0]},{estate.hosts[1]}"
    page = agent.read(f"/map?about={estate.orders}&way=needs&depth=1&{both}")
    found = states(page)
    assert found["Orders"] == "down"
    assert "db-1" not in found


def test_filters_hide_what_they_hide_but_never_what_was_asked(
    agent: Browser, estate: Estate
) -> None:
    question = f"/map?about={estate.orders}&way=needs&fail={estate.hosts[0]}"
    assert set(states(agent.read(f"{question}&state=down"))) == {"Orders", "host-1", "db-1"}
    by_class = states(agent.read(f"{question}&class=database_instance"))
    assert set(by_class) == {"Orders", "host-1", "db-1", "db-2"}


def test_an_item_joins_those_that_fail_by_its_name(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/map?fail={estate.hosts[0]}&add={estate.hosts[1]}")
    assert states(page)["Orders"] == "down"


@pytest.mark.parametrize(
    "nonsense",
    ["way=sideways", "depth=-1", "state=sleeping", "class=gone", "open=x", "fail=abc", "choose=x"],
)
def test_nonsense_in_the_address_asks_for_nothing(
    agent: Browser, estate: Estate, nonsense: str
) -> None:
    page = agent.read(f"/map?about={estate.orders}&{nonsense}")
    assert "Orders" in states(page)


def test_what_does_not_exist_is_not_found(agent: Browser) -> None:
    for question in ("about=999999", "fail=999999", "site=999999", "about=1&towards=999999"):
        assert agent.get(f"/map?{question}").status_code == 404


def test_a_retired_item_is_drawn_and_harms_nobody(
    agent: Browser, admin: Browser, estate: Estate
) -> None:
    admin.done(f"/items/{estate.reports}/retire")
    page = agent.read(f"/map?about={estate.reports}&fail={estate.reports}")
    assert set(states(page)) == {"Reports"}
    assert "not in use" in page


def test_items_out_of_sight_are_neither_drawn_nor_counted(
    browser_of: Browsers, database: Database, world: World, estate: Estate
) -> None:
    with database.writing() as session:
        person = make_person(session, world.operations, "Olga Operations")
        give_role(
            session, "reader", Holder(person_id=person.id), Scope(world.operations.id), BEGINNING
        )
        person_id = person.id
    page = browser_of(person_id).read(f"/map?about={estate.reports}&way=needs")
    assert "secret" not in page
    assert "Reports" in states(page)


def test_a_group_with_a_hidden_member_shows_no_numbers(
    browser_of: Browsers, agent: Browser, database: Database, world: World, estate: Estate
) -> None:
    with database.writing() as session:
        draft = ItemDraft("database_instance", world.sales.id, {"name": "hidden-db"})
        hidden = create_item(session, world.admin, draft, BEGINNING)
        either = GroupMembership("databases", "at_least", 1)
        member = RelationDraft("depends_on", estate.app, hidden.id, either)
        create_relation(session, world.admin, member, BEGINNING)
        person = make_person(session, world.operations, "Olga Operations")
        place = Scope(world.operations.id)
        give_role(session, "reader", Holder(person_id=person.id), place, BEGINNING)
        person_id = person.id
    (seen,) = drawn(browser_of(person_id).read(f"/map?about={estate.app}"))["groups"]
    assert (seen["label"], seen["note"], len(seen["members"])) == ("", "", 2)
    (counted,) = drawn(agent.read(f"/map?about={estate.app}"))["groups"]
    assert counted["label"] == "1 of 3"


def test_the_map_as_it_was_shows_relations_and_groups_of_then(
    agent: Browser, admin: Browser, database: Database, world: World, estate: Estate
) -> None:
    before = _later(database)
    with database.writing() as session:
        replica = create_item(
            session,
            world.admin,
            ItemDraft("database_instance", world.operations.id, {"name": "db-3"}),
            utc_now(),
        )
        either = GroupMembership("databases", "at_least", 1)
        member = RelationDraft("depends_on", estate.app, replica.id, either)
        create_relation(session, world.admin, member, utc_now())
    failing = f"about={estate.app}&fail={estate.databases[0]},{estate.databases[1]}"
    now = agent.read(f"/map?{failing}")
    assert (states(now)["app"], drawn(now)["groups"][0]["label"]) == ("at_risk", "1 of 3")
    then = agent.read(f"/map?{failing}&at={before}")
    assert (states(then)["app"], drawn(then)["groups"][0]["label"]) == ("down", "1 of 2")
    assert "db-3" not in states(then)
    assert "Back to now" in then
    assert f"at={before}".replace(":", "%3A") in then  # every link stays at that moment


def test_the_slider_stops_at_recorded_moments_and_at_now(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/map?about={estate.app}")
    stops = re.findall(r'id="moment-(\d+)" href="([^"]*)"', page)
    slider = re.search(r'max="(\d+)"[^>]* value="(\d+)" data-map-slider', page)
    assert slider is not None
    assert slider[1] == slider[2] == stops[-1][0]
    assert "at=" not in stops[-1][1]
    assert "at=" in stops[0][1]
    assert agent.get(stops[0][1].replace("&amp;", "&")).status_code == 200


def test_a_moment_typed_by_hand_is_one_of_the_readers_own_clock(
    agent: Browser, database: Database, world: World, estate: Estate
) -> None:
    with database.writing() as session:
        session.get_one(Person, world.agent.person_id).time_zone = "Asia/Tokyo"
    page = agent.read(f"/map?about={estate.app}&at=2100-01-01T09:00:00")
    assert 'value="2100-01-01T09:00:00"' in page
    assert "at=2100-01-01T00%3A00%3A00Z" in page
    assert "app" in states(page)


@pytest.mark.parametrize("moment", ["yesterday", "9999-99-99", "0001-01-01T00:00:00"])
def test_no_moment_at_all_is_now(agent: Browser, estate: Estate, moment: str) -> None:
    assert "app" in states(agent.read(f"/map?about={estate.app}&at={moment}"))


def test_before_anything_was_recorded_nothing_needs_anything(
    agent: Browser, estate: Estate
) -> None:
    page = agent.read(f"/map?about={estate.app}&at=2001-01-01T00:00:00Z")
    assert set(states(page)) == {"app"}


def test_what_is_no_longer_kept_is_said_with_its_date(
    agent: Browser, database: Database, estate: Estate
) -> None:
    with database.writing() as session:
        session.execute(delete(GraphChange).where(GraphChange.seq <= 5))
    answer = agent.get(f"/map?about={estate.app}&at=2001-01-01T00:00:00Z")
    assert answer.status_code == 410
    assert "is not kept" in answer.text


def test_somebody_without_rights_is_refused(nobody: Browser, estate: Estate) -> None:
    assert nobody.get("/map").status_code == 403
    assert nobody.get(f"/map?about={estate.app}").status_code == 403


def test_a_large_site_is_grouped_and_opens_bundle_by_bundle(
    agent: Browser, database: Database, world: World, estate: Estate
) -> None:
    _fill(database, world, estate, 320)
    page = agent.read(f"/map?about={estate.site}&way=needed_by")
    data = drawn(page)
    bundles = {node["id"]: node["count"] for node in data["nodes"] if node["count"]}
    assert bundles["bundle~server~8"] == 320
    assert len(data["nodes"]) < 20
    link = re.search(r'id="open-bundle~server~8" href="([^"]*)"', page)
    assert link is not None
    opened = drawn(agent.read(link[1].replace("&amp;", "&")))["nodes"]
    assert sum(node["kind"] == "Server" for node in opened) == 100
    # So many are laid out by the server.
    assert all(node["place"] for node in opened)


def test_a_page_asks_no_more_for_many_items_than_for_few(
    agent: Browser, database: Database, world: World, estate: Estate
) -> None:
    address = f"/map?about={estate.site}&way=needed_by"
    agent.read(address)
    few = _statements(database, lambda: agent.read(address))
    _fill(database, world, estate, 60)
    agent.read(address)
    many = _statements(database, lambda: agent.read(address))
    assert many <= few + 1
    assert many <= 30


def _later(database: Database) -> str:
    """Let all that was recorded be past, and return a moment after it."""
    with database.writing() as session:
        past = utc_now() - timedelta(hours=2)
        session.execute(update(GraphChange).values(at=past))
    return (utc_now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _statements(database: Database, act: Any) -> int:
    """Return the fewest of three times: every two seconds somebody looks for a changed model."""
    return min(_counted(database, act) for _ in range(3))


def _counted(database: Database, act: Any) -> int:
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)


def _fill(database: Database, world: World, estate: Estate, count: int) -> None:
    with database.writing() as session:
        for number in range(count):
            draft = ItemDraft("server", world.operations.id, {"name": f"node-{number}"})
            item = create_item(session, world.admin, draft, BEGINNING)
            place = RelationDraft("located_in", item.id, estate.site)
            create_relation(session, world.admin, place, BEGINNING)
