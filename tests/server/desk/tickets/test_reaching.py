"""From a ticket one asks whether an affected item is there; the answer is an internal note."""

import socket
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cmdb.records.facts import Address, Interface
from cmdb.records.items import Item
from discovery.collector.sealing import new_private_key, public_key_of
from discovery.reach.values import Answer, Echoes, Hop, Names, PortState, Route
from server.desk.tickets.actions.reaching import CHECK
from server.desk.tickets.jobs import run_check
from server.desk.tickets.rules.reaching import note_of
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.foundation.translation import Language
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import API, faults, opened


def test_a_check_knocks_where_the_item_is_and_leaves_an_internal_note(
    as_: Any, estate: Estate, database: Database, tmp_path: Path
) -> None:
    agent, rita = as_(estate.world.agent), as_(estate.world.requester)
    ticket = opened(rita)["reference"]
    checks = f"{API}/{ticket}/checks"
    agent.post(f"{API}/{ticket}/affected-items", json={"item_ids": [estate.app, estate.san]})
    put_address(database, estate.app, "127.0.0.1", "10.77.0.5")

    body = {"item_id": estate.app, "kind": "tcp", "port": 22}
    asked = agent.post(checks, json=body)
    assert (asked.status_code, asked.json["address"], asked.json["port"]) == (202, "10.77.0.5", 22)
    assert agent.post(checks, json=body).json["job_id"] == asked.json["job_id"]
    assert rita.post(checks, json=body).status_code == 403
    assert agent.post(checks, json=body | {"item_id": estate.db}).status_code == 404
    assert faults(agent.post(checks, json=body | {"item_id": estate.san})) == {"address"}
    assert faults(agent.post(checks, json=body | {"address": "127.0.0.1"})) == {"address"}
    assert faults(agent.post(checks, json=body | {"port": 0})) == {"port"}
    assert faults(agent.post(checks, json=body | {"kind": "flood"})) == {"kind"}

    with socket.create_server(("127.0.0.1", 0)) as listening, database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == CHECK)).one()
        port = listening.getsockname()[1]
        here = {**job.payload, "address": "127.0.0.1", "port": port}
        run_check(JobContext(database, Settings(home=tmp_path), here))
    entries = agent.get(f"{API}/{ticket}/entries").json["rows"]
    (entry,) = [one for one in entries if one["kind"] == "internal"]
    assert entry["text"].startswith(f"TCP 127.0.0.1 port {port}: open")
    seen = [one["kind"] for one in rita.get(f"{API}/{ticket}/entries").json["rows"]]
    assert "internal" not in seen


def test_the_collector_of_the_items_site_checks_from_there(
    as_: Any, estate: Estate, database: Database
) -> None:
    agent, admin = as_(estate.world.agent), as_(estate.world.admin)
    ticket = opened(as_(estate.world.requester))["reference"]
    agent.post(f"{API}/{ticket}/affected-items", json={"item_ids": [estate.app]})
    put_address(database, estate.app, "10.77.0.5")
    with database.reading() as session:
        organisation = session.get_one(Item, estate.app).organisation_id
    checks, body = f"{API}/{ticket}/checks", {"item_id": estate.app, "kind": "tcp", "port": 22}
    assert faults(agent.post(checks, json=body | {"place": "site"})) == {"place"}

    place = {"organisation_id": organisation, "name": "Oslo"}
    named = admin.post("/api/v1/collectors", json=place).json
    secret = place | {"community": "public"}
    credential = admin.post("/api/v1/discovery/credentials", json=secret).json["id"]
    swept = {"addresses": "10.77.0.0/24", "credential_ids": [credential]}
    swept |= {"collector_id": named["id"]}
    assert admin.post("/api/v1/discovery/ranges", json=place | swept).status_code == 201
    wish = {"token": named["token"], "public_key": public_key_of(new_private_key())}
    bearer = admin.post("/api/v1/collectors/enrol", json=wish).json["key"]
    there = {"Authorization": f"Bearer {bearer}"}

    asked = agent.post(checks, json=body)
    assert (asked.status_code, asked.json["collector"], asked.json["job_id"]) == (202, "Oslo", None)
    assert agent.post(checks, json=body | {"place": "server"}).json["collector"] == ""
    (errand,) = admin.post("/api/v1/collectors/errands", json={}, headers=there).json["errands"]
    assert errand["work"] == {"kind": "tcp", "address": "10.77.0.5", "port": 22}
    said = {"tcp": {"address": "10.77.0.5", "port": 22, "state": "silent"}, "at": 0}
    delivery = {"errand": errand["id"], "attempt": 1, "first": 1, "results": [said]}
    for _ in range(2):
        came = admin.post(
            "/api/v1/collectors/deliveries", json=delivery | {"state": "done"}, headers=there
        )
        assert came.status_code == 202
    entries = agent.get(f"{API}/{ticket}/entries").json["rows"]
    assert [one["text"] for one in entries if one["kind"] == "internal"] == [
        "Asked from the site, by Oslo:\n\nTCP 10.77.0.5 port 22: no answer"
    ]


def put_address(database: Database, item_id: int, *addresses: str) -> None:
    """Give an item a port with these addresses, as an agent would report it."""
    with database.writing() as session:
        port = Interface(item_id=item_id, source="agent", name="eth0")
        session.add(port)
        session.flush()
        for one in addresses:
            session.add(
                Address(item_id=item_id, interface_id=port.id, address=one, prefix_length=24)
            )


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Echoes("10.0.0.1", 4, ()), "Ping 10.0.0.1: none of 4 requests was answered"),
        (
            Echoes("10.0.0.1", 4, (0.5, 0.25, 2.0)),
            "Ping 10.0.0.1: 3 of 4 answered, 0.25 / 0.5 / 2 ms (fastest, middle, slowest)",
        ),
        (PortState("10.0.0.1", 22, "silent"), "TCP 10.0.0.1 port 22: no answer"),
        (
            Route("10.0.0.1", (Hop(1, "10.9.0.1", 0.5), Hop(2)), reached=False),
            "Route to 10.0.0.1: not reached\n\n1. 10.9.0.1 0.5 ms\n2. *",
        ),
        (Names("10.0.0.1", "", ()), "10.0.0.1 has no name in the DNS"),
        (
            Names("10.0.0.1", "db", ("10.0.0.9",)),
            "10.0.0.1 is called db, but that name leads to 10.0.0.9",
        ),
        (
            Names("10.0.0.1", "db", ("10.0.0.1",)),
            "10.0.0.1 is called db, and that name leads back to it",
        ),
    ],
)
def test_a_note_says_what_was_found(answer: Answer, text: str) -> None:
    assert note_of(answer, Language("en")) == text
