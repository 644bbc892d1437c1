"""The list of agents over REST, narrowed as their page narrows it."""

from datetime import timedelta
from typing import Any

import pytest

from cmdb.inventory.door import Inventory
from cmdb.observation import Identifier, Observation, Origin
from cmdb.vocabulary import AGENT, NAME, SERVER
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.models import Agent
from server.people.actions.roles import Holder, Scope, give_role
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import BEGINNING, World, actor_of

OURS, OLDER = "1.4.0", "1.3.2"


def put(database: Database, name: str, organisation_id: int, **more: Any) -> None:
    """Write an agent as enrolments and reports leave it."""
    now = utc_now()
    known = {
        "agent_id": f"agent-of-{name}",
        "key_hash": name.encode().ljust(32, b"."),
        "hostname": name,
        "version": OURS,
        "enrolled_at": now - timedelta(days=30),
        "last_report_at": now,
        "problems": {},
    }
    with database.writing() as session:
        session.add(Agent(organisation_id=organisation_id, **known | more))


def item(database: Database, world: World, name: str) -> int:
    seen = Observation(
        origin=Origin(AGENT, f"agent-of-{name}"),
        class_code=SERVER,
        organisation_id=world.root.id,
        observed_at=utc_now(),
        identifiers=(Identifier(NAME, name),),
        values={"name": name},
    )
    with database.writing() as session:
        made = Inventory(session, utc_now()).record(seen).item_id
        assert made is not None
        return made


@pytest.fixture
def fleet(database: Database, world: World) -> World:
    """Six agents: one of another version, a silent pair, a troubled and a foreign one, a till."""
    twin = item(database, world, "twin")
    root, long_ago = world.root.id, utc_now() - timedelta(days=2)
    put(database, "older", root, version=OLDER)
    put(database, "silent-1", root, item_id=twin, last_report_at=long_ago)
    put(database, "silent-2", root, item_id=twin, last_report_at=long_ago)
    put(database, "trouble", root, problems={"software": "dpkg did not answer"})
    put(database, "foreign", root, kind="glpi", version="1.7", last_report_at=long_ago)
    put(database, "till", world.sales.id, problems={"disks": "no right"}, version=OLDER)
    return world


def names(caller: Caller, **query: Any) -> set[str]:
    return {row["hostname"] for row in caller.get("/agents", **query)["rows"]}


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"older", "silent-1", "silent-2", "trouble", "foreign", "till"}),
        ({"problems": "true"}, {"trouble", "till"}),
        ({"problems": "false"}, {"older", "silent-1", "silent-2", "foreign"}),
        ({"suspect": "true"}, {"silent-1", "silent-2"}),
        ({"suspect": "false"}, {"older", "trouble", "foreign", "till"}),
        ({"version": OLDER}, {"older", "till"}),
        ({"version": "1.7"}, {"foreign"}),
        ({"version": "1.3"}, set()),
        # Agents of other makers have versions of their own.
        ({"not_version": OURS}, {"older", "till"}),
        # They come once a day, and have two days more.
        ({"silent_hours": 24}, {"silent-1", "silent-2"}),
        ({"silent_hours": 49}, set()),
        ({"suspect": "true", "q": "LENT-2"}, {"silent-2"}),
        ({"not_version": OURS, "problems": "true"}, {"till"}),
    ],
)
def test_agents_are_narrowed_by_what_the_page_asks(
    callers: Callers, query: dict[str, Any], found: set[str]
) -> None:
    assert names(callers.admin, **query) == found


@pytest.mark.usefixtures("fleet")
def test_revoked_ones_are_there_unless_asked_otherwise_and_never_silent(callers: Callers) -> None:
    (row,) = callers.admin.get("/agents", q="silent-2")["rows"]
    assert callers.admin.send("DELETE", f"/agents/{row['id']}").status_code == 204
    assert names(callers.admin, revoked="true") == {"silent-2"}
    assert "silent-2" not in names(callers.admin, revoked="false")
    assert "silent-2" in names(callers.admin)
    assert names(callers.admin, silent_hours=24) == {"silent-1"}
    assert names(callers.admin, silent_hours=24, revoked="true") == set()
    # Its twin is gone: the other reports the item alone. The revoked one still shares it.
    assert names(callers.admin, suspect="true", revoked="false") == set()


@pytest.mark.usefixtures("fleet")
def test_a_narrowed_list_is_paged_without_a_gap(callers: Callers) -> None:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"problems": "false", "sort": "-hostname", "limit": 2, "cursor": cursor}
        page = callers.admin.get("/agents", **query)
        found += [row["hostname"] for row in page["rows"]]
        cursor = page["next_cursor"]
    assert found == ["silent-2", "silent-1", "older", "foreign"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("problems", "perhaps"),
        ("suspect", "2"),
        ("revoked", "soon"),
        ("silent_hours", "0"),
        ("silent_hours", "9000"),
        ("silent_hours", "long"),
        ("version", "x" * 65),
        ("version", "1\0"),
        ("not_version", "x" * 65),
        ("sort", "version"),
        ("cursor", "?"),
        ("colour", "blue"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_name(
    callers: Callers, name: str, value: str
) -> None:
    answer = callers.admin.send("GET", "/agents", query_string={name: value})
    assert name in refused(answer, 422)


def test_who_administers_a_part_is_told_of_that_part(
    callers: Callers, database: Database, fleet: World
) -> None:
    assert fleet.outsider.person_id is not None
    with database.writing() as session:
        holder = Holder(person_id=fleet.outsider.person_id)
        give_role(session, "administrator", holder, Scope(fleet.sales.id), BEGINNING)
        actor = actor_of(session, fleet.outsider.person_id)
    local = callers.of(actor)
    assert names(local, problems="true") == {"till"}
    assert names(local, not_version=OURS) == {"till"}
    assert names(local, suspect="true") == set()
    assert local.post("/agents/wanted-reports", {"problems": True}, 202) == {"asked": 1}
    refused(callers.support.send("GET", "/agents", query_string={"suspect": "true"}), 403)


@pytest.mark.usefixtures("fleet")
def test_a_whole_report_is_wanted_of_the_same_ones(callers: Callers) -> None:
    def wanted() -> set[str]:
        rows = callers.admin.get("/agents")["rows"]
        return {row["hostname"] for row in rows if row["wanted_at"] is not None}

    body = {"suspect": False, "not_version": OURS}
    assert callers.admin.post("/agents/wanted-reports", body, 202) == {"asked": 2}
    assert wanted() == {"older", "till"}
    wrong = callers.admin.send("POST", "/agents/wanted-reports", json={"problems": "yes"})
    assert "problems" in refused(wrong, 422)
    assert wanted() == {"older", "till"}
