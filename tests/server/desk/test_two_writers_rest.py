"""Two programs write the same over REST: the second is refused, and told who wrote first."""

from threading import Barrier, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import document, opened

V1 = "/api/v1"
LEVELS = f"{V1}/service-levels"


def read(client: FlaskClient, path: str) -> tuple[dict[str, Any], str]:
    """Return what is there, and its ETag."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return document(answer), answer.headers["ETag"]


def stale(answer: Any) -> str:
    """Return what a refused writer is told."""
    assert answer.status_code == 412, answer.text
    told = document(answer)
    assert told["type"] == "urn:cadastre:problem:stale-version"
    detail: str = told["detail"]
    return detail


def share(client: FlaskClient, percent: int, **headers: str) -> Any:
    """Change the share of the first line."""
    return client.patch(
        LEVELS, json={"sections": {"first_line": {"percent": percent}}}, headers=headers
    )


def test_service_levels_are_written_over_what_was_read_alone(as_: As, estate: Estate) -> None:
    admin, manager = as_(estate.world.admin), as_(estate.world.change_manager)
    before, tag = read(manager, LEVELS)
    assert manager.get(LEVELS, headers={"If-None-Match": tag}).status_code == 304
    answer = share(admin, 71, **{"If-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] == read(manager, LEVELS)[1] != tag
    assert manager.get(LEVELS, headers={"If-None-Match": tag}).status_code == 200
    assert "last by Ada Admin at " in stale(share(admin, 72, **{"If-Match": tag}))
    now, newest = read(admin, LEVELS)
    assert now["sections"]["first_line"] == {"percent": 71} != before["sections"]["first_line"]
    assert share(admin, 72, **{"If-Match": f"{tag}, {newest}"}).status_code == 200
    # Who names nothing overwrites, as before.
    assert share(admin, 73).status_code == 200
    assert share(admin, 74, **{"If-Match": "*"}).status_code == 200


def test_what_was_written_and_taken_back_is_a_change_too(as_: As, estate: Estate) -> None:
    admin = as_(estate.world.admin)
    before, tag = read(admin, LEVELS)
    assert share(admin, 71).status_code == 200
    shipped = {"sections": {"first_line": None}}
    assert admin.patch(LEVELS, json=shipped).status_code == 200
    after, newest = read(admin, LEVELS)
    assert (after["sections"], newest == tag) == (before["sections"], False)
    stale(share(admin, 72, **{"If-Match": tag}))


def test_what_was_agreed_once_says_which_version_is_in_force(as_: As, estate: Estate) -> None:
    admin = as_(estate.world.admin)
    assert share(admin, 71).status_code == 200
    now, tag = read(admin, LEVELS)
    past = f"{LEVELS}?at=2026-01-01T00:00:00Z"
    then, same = read(admin, past)
    assert (same, then["sections"] != now["sections"]) == (tag, True)
    assert share(admin, 72, **{"If-Match": same}).status_code == 200
    # When it was changed is told of the past, too: that answer is another one now.
    assert admin.get(past, headers={"If-None-Match": same}).status_code == 200


def test_who_may_not_write_is_told_that_and_not_which_version_it_is(
    as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    assert share(agent, 71, **{"If-Match": '"1"'}).status_code == 403


def test_of_two_who_write_service_levels_at_once_one_is_refused(as_: As, estate: Estate) -> None:
    admin = as_(estate.world.admin)
    other = admin.application.test_client()
    other.environ_base["HTTP_AUTHORIZATION"] = admin.environ_base["HTTP_AUTHORIZATION"]
    _, tag = read(admin, LEVELS)
    ready, told = Barrier(2), list[int]()

    def write(client: FlaskClient, percent: int) -> None:
        ready.wait()
        told.append(share(client, percent, **{"If-Match": tag}).status_code)

    writers = [Thread(target=write, args=(one, 71 + n)) for n, one in enumerate((admin, other))]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert sorted(told) == [200, 412]


@pytest.fixture
def agent(as_: As, estate: Estate) -> FlaskClient:
    """Return the client of a support agent."""
    return as_(estate.world.agent)


@pytest.fixture
def major(agent: FlaskClient, estate: Estate) -> str:
    """Open a ticket and return where it is run as a major incident."""
    made = opened(agent, title="Nothing prints", affected_item_ids=[estate.db])
    return f"{V1}/tickets/{made['reference']}/major-incident"


def run(client: FlaskClient, path: str, bridge: str, **headers: str) -> Any:
    return client.put(path, json={"bridge": bridge}, headers=headers)


def test_a_major_incident_is_written_over_what_was_read_alone(
    agent: FlaskClient, as_: As, estate: Estate, major: str
) -> None:
    manager = as_(estate.world.change_manager)
    # Nobody has declared it: there is nothing that one could have read.
    stale(run(agent, major, "Room 1", **{"If-Match": '"1"'}))
    assert agent.get(major).status_code == 404
    declared = run(agent, major, "Room 1")
    assert declared.status_code == 200
    _, tag = read(manager, major)
    assert declared.headers["ETag"] == tag
    assert manager.get(major, headers={"If-None-Match": tag}).status_code == 304
    assert run(manager, major, "Room 2", **{"If-Match": tag}).status_code == 200
    told = stale(run(agent, major, "Room 3", **{"If-Match": tag}))
    assert "last by Chloe Changes at " in told
    now, newest = read(agent, major)
    assert now["bridge"] == "Room 2"
    assert run(agent, major, "Room 3", **{"If-Match": newest}).status_code == 200
    # A line of the time line changes nothing of how it is run.
    _, newest = read(agent, major)
    agent.post(f"{major}/updates", json={"text": "The spooler restarts"})
    assert run(agent, major, "Room 4", **{"If-Match": newest}).status_code == 200


def test_an_end_is_a_change_of_a_major_incident(agent: FlaskClient, major: str) -> None:
    assert run(agent, major, "Room 1").status_code == 200
    _, tag = read(agent, major)
    end = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "Spooler mended"}
    moves = major.replace("major-incident", "moves")
    assert agent.post(moves, json=end).status_code == 200
    ended, newest = read(agent, major)
    assert ended["ended_at"] is not None
    assert agent.get(major, headers={"If-None-Match": tag}).status_code == 200
    stale(run(agent, major, "Room 2", **{"If-Match": tag}))
    assert run(agent, major, "Room 2", **{"If-Match": newest}).status_code == 200


def test_of_two_who_run_a_major_incident_at_once_one_is_refused(
    agent: FlaskClient, as_: As, estate: Estate, major: str
) -> None:
    clients = [agent, as_(estate.world.change_manager)]
    assert run(clients[0], major, "Room 1").status_code == 200
    _, tag = read(clients[0], major)
    ready, told = Barrier(2), list[int]()

    def write(client: FlaskClient, bridge: str) -> None:
        ready.wait()
        told.append(run(client, major, bridge, **{"If-Match": tag}).status_code)

    writers = [Thread(target=write, args=(one, f"Room {n}")) for n, one in enumerate(clients, 2)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert sorted(told) == [200, 412]
