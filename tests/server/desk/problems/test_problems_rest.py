"""Problems over REST: what incidents share, why it happens, how to live with it meanwhile."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update

from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults, opened

V1 = "/api/v1"


def problem(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post(f"{V1}/problems", json={"title": "The pool leaks"} | body)
    assert answer.status_code == 201, answer.json
    return document(answer)


def test_incidents_that_one_failure_explains_are_offered_as_one_problem(
    as_: As, estate: Estate
) -> None:
    """San ──> db ──> app ──> orders, and db ──> reports: both services suffer, one database."""
    agent = as_(estate.world.agent)
    one = opened(agent, title="Orders time out", affected_item_ids=[estate.orders])
    two = opened(agent, title="Reports are empty", affected_item_ids=[estate.reports])
    opened(agent, title="Laptop is slow", affected_item_ids=[estate.laptop])
    (found, *_) = agent.get(f"{V1}/problem-proposals").json or []
    assert found["tickets"] == [one["reference"], two["reference"]]
    assert found["item_id"] in {estate.db, estate.san}
    assert found["explains"] == [estate.orders, estate.reports]
    made = problem(agent, tickets=found["tickets"], cause_item_id=found["item_id"])
    tickets = agent.get(f"{V1}/problems/{made['reference']}/tickets").json or []
    assert {row["reference"] for row in tickets} == set(found["tickets"])
    (item,) = agent.get(f"{V1}/problems/{made['reference']}/items").json or []
    assert (item["id"], item["is_cause"]) == (found["item_id"], True)
    # What a problem gathers is not offered again.
    assert agent.get(f"{V1}/problem-proposals").json == []
    entries = document(agent.get(f"{V1}/tickets/{one['reference']}/entries"))["rows"]
    assert entries[-1]["detail"]["reference"] == made["reference"]


def test_what_belongs_to_a_major_incident_is_not_offered_again(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    first, *others = (
        opened(agent, affected_item_ids=[item_id])["reference"]
        for item_id in (estate.orders, estate.reports, estate.app)
    )
    assert agent.get(f"{V1}/problem-proposals").json != []
    major = f"{V1}/tickets/{first}/major-incident"
    assert agent.put(major, json={"children": others}).status_code == 200
    assert agent.get(f"{V1}/problem-proposals").json == []


def test_a_known_error_needs_a_workaround_and_solving_the_cause(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    ticket = opened(agent)["reference"]
    here = f"{V1}/problems/{problem(agent, tickets=[ticket])['reference']}"
    assert faults(agent.post(f"{here}/moves", json={"state": "known_error"})) == {"workaround"}
    assert faults(agent.patch(here, json={"published": "everyone"})) == {"workaround"}
    assert agent.post(f"{here}/moves", json={"state": "closed"}).status_code == 422
    whys = [{"because": "Connections stay open", "evidence": "pg_stat"}, {"because": " "}]
    changed = document(agent.patch(here, json={"whys": whys, "workaround": "Restart the pool"}))
    assert changed["whys"] == [whys[0]]
    known = document(agent.post(f"{here}/moves", json={"state": "known_error"}))
    assert (known["state"], known["published"]) == ("known_error", "agents")
    assert faults(agent.post(f"{here}/moves", json={"state": "resolved"})) == {
        "cause",
        "resolution",
    }
    agent.patch(here, json={"cause": "No timeout", "resolution": "A timeout"})
    done = document(agent.post(f"{here}/moves", json={"state": "resolved"}))
    assert (done["state"], done["open"]) == ("resolved", False)
    assert agent.post(f"{here}/moves", json={"state": "new"}).status_code == 409
    entries = document(agent.get(f"{V1}/tickets/{ticket}/entries"))["rows"]
    assert entries[-1]["detail"]["event"] == "problem_resolved"


def test_known_errors_are_told_by_item_model_and_software(
    database: Database, as_: As, estate: Estate
) -> None:
    agent, requester = as_(estate.world.agent), as_(estate.world.requester)
    with database.writing() as session:
        session.execute(update(Item).where(Item.id == estate.laptop).values(model="T14 Gen 3"))
        product = SoftwareProduct(ecosystem="deb", name="openssl", name_key="openssl")
        session.add(product)
        session.flush()
        release = SoftwareRelease(product_id=product.id, version="3.0.9-1", architecture="")
        session.add(release)
        session.flush()
        session.add(Installation(item_id=estate.laptop, release_id=release.id, source="agent"))

    def told(client: FlaskClient, item_id: int) -> list[tuple[str, str]]:
        rows = client.get(f"{V1}/known-errors?item_id={item_id}").json or []
        return sorted((row["title"], row["by"]) for row in rows)

    way = {"workaround": "Wait"}
    for title, match in (
        ("Dock", {"match_model": "t14 gen 3", "published": "everyone"}),
        ("Old", {"match_software": "OpenSSL", "match_below": "3.0.10-1", "published": "agents"}),
        ("New", {"match_software": "openssl", "match_below": "3.0.1-1", "published": "agents"}),
        ("Hidden", {"match_model": "T14 Gen 3"}),
    ):
        here = f"{V1}/problems/{problem(agent, title=title)['reference']}"
        assert agent.patch(here, json=way | match).status_code == 200
    disk = problem(agent, title="Disk", item_ids=[estate.db])["reference"]
    agent.patch(f"{V1}/problems/{disk}", json=way | {"published": "agents"})
    assert told(agent, estate.laptop) == [("Dock", "model"), ("Old", "software")]
    assert told(agent, estate.db) == [("Disk", "item")]
    # Who asks for help is told what is meant for everybody, on what is theirs.
    assert told(requester, estate.laptop) == [("Dock", "model")]
    assert requester.get(f"{V1}/problems").json == {"rows": [], "next_cursor": None}
    assert requester.get(f"{V1}/problems/{disk}").status_code == 404
    ticket = opened(agent, affected_item_ids=[estate.db])["reference"]
    (row,) = agent.get(f"{V1}/known-errors?ticket={ticket}").json or []
    assert row["workaround"] == "Wait"


def test_a_major_incident_speaks_to_all_its_tickets_and_ends_with_them(
    as_: As, estate: Estate
) -> None:
    world = estate.world
    agent = as_(world.agent)
    parent = opened(agent, title="Nothing prints", affected_item_ids=[estate.db])["reference"]
    one = opened(agent, title="No print", requester_id=world.requester.person_id)["reference"]
    here = f"{V1}/tickets/{parent}/major-incident"
    assert agent.get(here).status_code == 404
    assert faults(agent.put(here, json={"children": ["INC-999"]})) == {"children.0"}
    leads = {"manager_id": world.agent.person_id, "bridge": "Room 7", "children": [one]}
    assert document(agent.put(here, json=leads))["manager_id"] == world.agent.person_id
    agent.post(f"{here}/updates", json={"text": "The spooler restarts"})
    said = {"kind": "announcement", "text": "We know of it."}
    assert document(agent.post(f"{here}/updates", json=said))["told"] == 2
    requester = as_(world.requester)
    read = document(requester.get(f"{V1}/tickets/{one}/entries"))["rows"]
    assert [row["text"] for row in read] == ["We know of it."]
    told = document(requester.get(f"{V1}/notifications"))["rows"]
    assert f"{one}: Cadastre wrote" in [row["line"] for row in told]
    end = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "Spooler mended"}
    assert agent.post(f"{V1}/tickets/{parent}/moves", json=end).status_code == 200
    child = document(agent.get(f"{V1}/tickets/{one}"))
    assert (child["state"], child["resolution_text"]) == ("resolved", "Spooler mended")
    assert document(agent.get(here))["ended_at"] is not None
    kinds = [row["kind"] for row in agent.get(f"{here}/updates").json or []]
    assert kinds == ["fact", "announcement"]
    again = {"state": "in_progress", "reason": "It fails again"}
    agent.post(f"{V1}/tickets/{parent}/moves", json=again)
    assert document(agent.get(here))["ended_at"] is None
