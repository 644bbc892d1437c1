"""Views of the ticket list: kept, shared with a group, and watched."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from cmdb.records.parties import Membership
from server.desk.tickets.queries.kept import TICKET_VIEWS
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.listing.jobs import view_watcher
from server.items.listing.views import ITEM_VIEWS
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_routing_rest import V1, group_of
from tests.server.desk.tickets.test_tickets_rest import document, faults, opened

VIEWS = f"{V1}/ticket-views"


def kept(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post(VIEWS, json={"name": "Pressing"} | body)
    assert answer.status_code == 201, answer.json
    return document(answer)


def names(client: FlaskClient) -> list[str]:
    return [one["name"] for one in client.get(VIEWS).json or []]


def look(database: Database, settings: Settings) -> dict[str, Any]:
    found = view_watcher(ITEM_VIEWS, TICKET_VIEWS)(JobContext(database, settings, {}))
    return dict(found or {})


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return Settings(home=tmp_path)


def told(client: FlaskClient) -> list[str]:
    rows = document(client.get(f"{V1}/notifications"))["rows"]
    return [one["line"] for one in rows if one["kind"] == "view_entered"]


def test_a_view_is_shared_with_the_people_of_a_group_and_with_nobody_else(
    database: Database, as_: As, estate: Estate
) -> None:
    world = estate.world
    one, two = world.agent.person_id, world.change_manager.person_id
    desk = group_of(database, estate, "Desk", one or 0, two or 0)
    agent, colleague, requester = (
        as_(who) for who in (world.agent, world.change_manager, world.requester)
    )
    assert faults(requester.post(VIEWS, json={"name": "x", "group_id": desk})) == {"group_id"}
    view = kept(agent, query="view=open&priority=1", sort="-created", group_id=desk)
    assert (view["group_id"], view["watched"]) == (desk, False)
    assert names(colleague) == ["Pressing"]
    assert names(requester) == []
    assert colleague.delete(f"{VIEWS}/{view['id']}").status_code == 404
    assert requester.put(f"{VIEWS}/{view['id']}/watch").status_code == 404
    # A view of items of the same name is another one.
    assert agent.post(f"{V1}/item-views", json={"name": "Pressing"}).status_code == 201
    assert names(agent) == ["Pressing"]
    assert agent.delete(f"{VIEWS}/{view['id']}").status_code == 204
    assert names(colleague) == []


@pytest.mark.parametrize(
    "query",
    ["colour=red", "view=yours", "kind=nothing", "state=nowhere", "priority=x", "item=-1"],
)
def test_a_view_that_nobody_could_open_is_not_kept(as_: As, estate: Estate, query: str) -> None:
    agent = as_(estate.world.agent)
    assert faults(agent.post(VIEWS, json={"name": "x", "query": query})) == {"query"}


def test_whoever_watches_a_view_hears_once_of_what_enters_by_their_own_rights(
    database: Database, as_: As, estate: Estate, settings: Settings
) -> None:
    world = estate.world
    agent, requester = as_(world.agent), as_(world.requester)
    before = opened(agent, title="Old", urgency="high")
    view = kept(agent, query="view=all&q=switch", shared=True)
    watch = f"{VIEWS}/{view['id']}/watch"
    for client in (agent, requester):
        assert client.put(watch).status_code == 204
        assert client.put(watch).status_code == 204
    assert look(database, settings) == {"views": 2, "entered": 0}
    made = opened(agent, title="The switch is dark")
    opened(agent, title="A printer jams")
    assert look(database, settings) == {"views": 2, "entered": 1}
    assert look(database, settings)["entered"] == 0
    (text,) = told(agent)
    assert made["reference"] in text
    # The requester watches the same view and does not see that ticket.
    assert told(requester) == []
    # What is renamed enters, what leaves and comes back enters again.
    agent.patch(f"{V1}/tickets/{before['reference']}", json={"title": "An old switch"})
    assert look(database, settings)["entered"] == 1
    assert before["reference"] in told(agent)[0]
    assert [one["watched"] for one in requester.get(VIEWS).json or []] == [True]
    assert requester.delete(watch).status_code == 204
    assert look(database, settings)["views"] == 1


def test_who_may_open_a_view_no_longer_watches_it_no_longer(
    database: Database, as_: As, estate: Estate, settings: Settings
) -> None:
    world = estate.world
    one, two = world.agent.person_id or 0, world.change_manager.person_id or 0
    desk = group_of(database, estate, "Desk", one, two)
    agent, colleague = as_(world.agent), as_(world.change_manager)
    view = kept(agent, query="view=open", group_id=desk)
    assert colleague.put(f"{VIEWS}/{view['id']}/watch").status_code == 204
    with database.writing() as session:
        session.execute(delete(Membership).where(Membership.person_id == two))
    opened(agent)
    assert look(database, settings) == {"views": 1, "entered": 0}
    assert look(database, settings) == {"views": 0, "entered": 0}
    assert told(colleague) == []


def test_mine_is_the_readers_own_in_a_shared_view(
    database: Database, as_: As, estate: Estate, settings: Settings
) -> None:
    world = estate.world
    agent, colleague = as_(world.agent), as_(world.change_manager)
    view = kept(agent, name="Mine", query="view=mine", shared=True)
    assert colleague.put(f"{VIEWS}/{view['id']}/watch").status_code == 204
    opened(agent, assignee_id=world.agent.person_id)
    assert look(database, settings)["entered"] == 0
    theirs = opened(agent, assignee_id=world.change_manager.person_id)
    assert look(database, settings)["entered"] == 1
    assert theirs["reference"] in told(colleague)[0]


def test_items_that_enter_a_view_are_told_too(
    database: Database, as_: As, estate: Estate, settings: Settings
) -> None:
    admin = as_(estate.world.admin)
    view = document(admin.post(f"{V1}/item-views", json={"name": "Big", "query": "name:big*"}))
    assert admin.put(f"{V1}/item-views/{view['id']}/watch").status_code == 204
    assert look(database, settings)["entered"] == 0
    body = {"class": "server", "organisation_id": estate.world.root.id, "values": {"name": "big-1"}}
    answer = admin.post(f"{V1}/items", json=body)
    assert answer.status_code == 201, answer.json
    assert look(database, settings)["entered"] == 1
    (text,) = told(admin)
    assert "big-1" in text
