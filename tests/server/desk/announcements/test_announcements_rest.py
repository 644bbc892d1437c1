"""Announcements over REST: whom the graph says they concern, told once, until the end."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from cmdb.records.items import ItemParty
from cmdb.vocabulary import PartyRole
from server.desk.announcements.jobs import run_telling
from server.desk.tickets.actions import MoveDraft, TicketDraft, move_ticket, open_ticket
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.notify.models import Notification
from tests.server.desk.conftest import As
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults

HERE = "/api/v1/announcements"
LATER, LATEST = "2030-01-01T20:00:00+00:00", "2030-01-01T22:00:00+00:00"


def use(database: Database, item_id: int, person_id: int | None) -> None:
    with database.writing() as session:
        session.add(
            ItemParty(
                item_id=item_id, role=PartyRole.USER.value, person_id=person_id, source="person"
            )
        )


def written(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post(HERE, json={"title": "Works on the storage"} | body)
    assert answer.status_code == 201, answer.json
    return document(answer)


def moved(client: FlaskClient, made: dict[str, Any], state: str, text: str = "") -> Any:
    return client.post(f"{HERE}/{made['id']}/moves", json={"state": state, "text": text})


def tell_all(database: Database, settings: Settings) -> None:
    """Do what the runner does with every telling that was ever asked for, also a second time."""
    with database.reading() as session:
        asked = session.scalars(select(Job.payload).where(Job.kind == "announcements.tell")).all()
    for payload in asked:
        run_telling(JobContext(database, settings, payload))


def told(database: Database, person_id: int | None) -> list[str]:
    with database.reading() as session:
        query = select(Notification.kind).where(
            Notification.person_id == person_id, Notification.kind.startswith("announcement")
        )
        return list(session.scalars(query.order_by(Notification.id)))


def test_whoever_uses_what_the_graph_reaches_is_told_once_until_the_end(
    as_: As, database: Database, estate: Estate, tmp_path: Any
) -> None:
    """san ──> db ──> reports (used by the requester): works on the san concern the requester."""
    world, settings = estate.world, Settings(home=tmp_path)
    use(database, estate.reports, world.requester.person_id)
    agent, requester = as_(world.agent), as_(world.requester)
    made = written(agent, item_ids=[estate.san], starts_at=LATER, expected_end_at=LATEST)
    here = f"{HERE}/{made['id']}"
    assert requester.get(here).status_code == 404
    assert requester.post(HERE, json={"title": "x"}).status_code == 403
    published = document(moved(agent, made, "published"))
    # The owners of the database and of orders, and who uses reports; the laptop is not reached.
    assert published["people_count"] == 3
    assert document(requester.get(here))["title"] == made["title"]
    said = agent.post(f"{here}/updates", json={"text": "Half done", "expected_end_at": LATEST})
    assert said.status_code == 201
    assert document(moved(agent, made, "ended", "Thank you"))["state"] == "ended"
    assert [one["text"] for one in requester.get(f"{here}/updates").json or []] == [
        "Thank you",
        "Half done",
    ]
    for _ in range(2):
        tell_all(database, settings)
    # Also told late, what was said before the end does not say that it is over.
    heard = ["announcement", "announcement_news", "announcement_over"]
    assert told(database, world.requester.person_id) == heard
    assert told(database, world.admin.person_id) == []
    assert moved(agent, made, "published").status_code == 409
    assert agent.post(f"{here}/updates", json={"text": "x"}).status_code == 409


def test_what_loses_redundancy_or_nobody_uses_troubles_nobody(as_: As, estate: Estate) -> None:
    requester, agent = as_(estate.world.requester), as_(estate.world.agent)
    laptop = written(agent, item_ids=[estate.app])
    assert document(moved(agent, laptop, "published"))["people_count"] == 1
    assert requester.get(f"{HERE}/{laptop['id']}").status_code == 404
    everyone = written(agent, audience="everyone", organisation_id=estate.world.root.id)
    assert document(moved(agent, everyone, "published"))["people_count"] > 1
    rows = document(requester.get(HERE))["rows"]
    assert [row["id"] for row in rows] == [everyone["id"]]


def test_faults_are_told_at_their_fields_and_two_writers_hear_of_each_other(
    as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    assert faults(agent.post(HERE, json={"title": "x"})) == {"item_ids"}
    assert faults(agent.post(HERE, json={"title": "x", "item_ids": [999]})) == {"item_ids.0"}
    made = written(agent, item_ids=[estate.san])
    here, body = f"{HERE}/{made['id']}", {"title": "y", "item_ids": [estate.db]}
    assert agent.put(here, json=body, headers={"If-Match": '"1"'}).status_code == 200
    assert agent.put(here, json=body, headers={"If-Match": '"1"'}).status_code == 412
    # Who moves the end is an editor, too.
    moved(agent, made, "published")
    read = agent.get(here).headers["ETag"]
    said = {"text": "It takes longer", "expected_end_at": LATEST}
    assert agent.post(f"{here}/updates", json=said).status_code == 201
    assert agent.put(here, json=body, headers={"If-Match": read}).status_code == 412
    again = agent.get(here, headers={"If-None-Match": read})
    assert document(again)["expected_end_at"] == LATEST


def test_an_outage_announced_of_a_major_incident_goes_on_and_ends_with_it(
    as_: As, database: Database, estate: Estate
) -> None:
    agent = estate.world.agent
    with database.writing() as session:
        draft = TicketDraft("Mail is down", affected_item_ids=(estate.san,))
        reference = open_ticket(session, agent, draft, NOW).reference
    client = as_(agent)
    major = f"/api/v1/tickets/{reference}/major-incident"
    assert client.put(major, json={}).status_code == 200
    drafted = client.post("/api/v1/announcement-drafts", json={"reference": reference})
    made = document(drafted)
    assert (made["kind"], made["concerned"]) == ("outage", "Orders, Reports")
    assert moved(client, made, "published").status_code == 200
    said = {"kind": "announcement", "text": "We are looking at the storage."}
    assert client.post(f"{major}/updates", json=said).status_code == 201
    here = f"{HERE}/{made['id']}"
    assert [one["text"] for one in client.get(f"{here}/updates").json or []] == [said["text"]]
    with database.writing() as session:
        move_ticket(session, agent, reference, MoveDraft("in_progress"), NOW)
        done = MoveDraft("resolved", "", "fixed", "Replaced a controller.")
        move_ticket(session, agent, reference, done, NOW)
    ended = document(client.get(here))
    assert ended["state"] == "ended"
    assert (client.get(f"{here}/updates").json or [])[0]["text"] == "Replaced a controller."
