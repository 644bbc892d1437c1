"""What is announced or run as a major incident, when its ticket ends or goes elsewhere."""

from typing import Any

from flask.testing import FlaskClient

from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import API, document, faults, opened

ANNOUNCED = "/api/v1/announcements"
SOLVED = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "New controller"}
WITHDRAWN = {"state": "cancelled", "reason": "Reported in error"}


def announced(client: FlaskClient, reference: str) -> str:
    """Draft and publish an announcement of a ticket; return its address."""
    drafted = client.post("/api/v1/announcement-drafts", json={"reference": reference})
    here = f"{ANNOUNCED}/{document(drafted)['id']}"
    assert client.post(f"{here}/moves", json={"state": "published"}).status_code == 200
    return here


def declared(client: FlaskClient, reference: str, **body: Any) -> str:
    here = f"{API}/{reference}/major-incident"
    assert client.put(here, json=body).status_code == 200
    return here


def test_what_was_announced_of_any_ticket_ends_with_it(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    one, two = (opened(agent, affected_item_ids=[estate.san])["reference"] for _ in range(2))
    of_one, of_two = announced(agent, one), announced(agent, two)
    assert agent.post(f"{API}/{one}/moves", json=SOLVED).status_code == 200
    assert agent.post(f"{API}/{two}/moves", json=WITHDRAWN).status_code == 200
    assert document(agent.get(of_one))["state"] == document(agent.get(of_two))["state"] == "ended"
    assert (agent.get(f"{of_one}/updates").json or [])[0]["text"] == "New controller"
    # Why it was taken back is between the requester and the desk.
    assert (agent.get(f"{of_two}/updates").json or [])[0]["text"] == ""


def test_what_goes_into_another_ticket_is_not_over(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    big, child, later = (
        opened(agent, affected_item_ids=[estate.san])["reference"] for _ in range(3)
    )
    leads = {"manager_id": estate.world.agent.person_id, "bridge": "Room 7", "children": [child]}
    begun = document(agent.get(declared(agent, big, **leads)))["declared_at"]
    agent.post(f"{API}/{big}/major-incident/updates", json={"text": "Both controllers are gone"})
    here = announced(agent, big)
    assert agent.post(f"{API}/{big}/merge", json={"into": later}).status_code == 200
    assert document(agent.get(here))["state"] == "published"
    assert agent.get(f"{API}/{big}/major-incident").status_code == 404
    major = f"{API}/{later}/major-incident"
    gone_on = document(agent.get(major))
    assert (gone_on["declared_at"], gone_on["bridge"], gone_on["ended_at"]) == (
        begun,
        "Room 7",
        None,
    )
    lines = [row["text"] for row in agent.get(f"{major}/updates").json or []]
    assert lines == ["Both controllers are gone"]
    assert agent.post(f"{API}/{later}/moves", json=SOLVED).status_code == 200
    assert document(agent.get(here))["state"] == "ended"
    assert document(agent.get(f"{API}/{child}"))["state"] == "resolved"


def test_of_two_major_incidents_the_one_that_goes_into_the_other_ends(
    as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    one, two = (opened(agent)["reference"] for _ in range(2))
    ended, running = declared(agent, one), declared(agent, two)
    assert agent.post(f"{API}/{one}/merge", json={"into": two}).status_code == 200
    assert document(agent.get(ended))["ended_at"] is not None
    assert document(agent.get(running))["ended_at"] is None


def test_a_child_that_asks_for_more_stays_open_and_stops_nobody(as_: As, estate: Estate) -> None:
    agent, admin = as_(estate.world.agent), as_(estate.world.admin)
    moves = document(admin.get("/api/v1/desk-words"))["sections"]["moves"]
    stricter = [
        {
            "from": ["new", "in_progress"],
            "to": "resolved",
            "kinds": ["request"],
            "requires": ["resolution_code", "resolution_text", "category"],
        },
        *moves,
    ]
    saved = admin.patch("/api/v1/desk-words", json={"sections": {"moves": stricter}})
    assert saved.status_code == 200, saved.json
    top = opened(agent)["reference"]
    plain, bare, sorted_in = (
        opened(agent, kind=kind, category=category)["reference"]
        for kind, category in (("incident", ""), ("request", ""), ("request", "hardware.printer"))
    )
    declared(agent, top, children=[plain, bare, sorted_in])
    assert agent.post(f"{API}/{top}/moves", json=SOLVED).status_code == 200
    states = [document(agent.get(f"{API}/{one}"))["state"] for one in (plain, bare, sorted_in)]
    assert states == ["resolved", "new", "resolved"]


def test_a_ticket_that_belongs_elsewhere_is_named_by_its_place(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    top, other, one, two = (opened(agent)["reference"] for _ in range(4))
    link = {"kind": "child_of", "other": other}
    assert agent.post(f"{API}/{two}/links", json=link).status_code == 201
    refused = agent.put(f"{API}/{top}/major-incident", json={"children": [one, two]})
    assert (refused.status_code, faults(refused)) == (422, {"children.1"})
    assert agent.get(f"{API}/{top}/major-incident").status_code == 404
    assert agent.get(f"{API}/{one}/links").json == []
