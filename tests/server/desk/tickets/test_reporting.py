"""From a ticket one asks the agent of an affected item for a report; its coming is a note too."""

import gzip
import json
from typing import Any

from sqlalchemy import select

from server.desk.tickets.models import TicketEntry
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import API, opened
from tests.server.items.machines import AGENT_ID, report, whole

_ASKED = "The agent of web-01 was asked for a report; it sends everything at its next word."
_CAME = "The agent of web-01 has sent everything; the item is up to date."


def test_a_report_is_asked_of_the_affected_items_agent_and_its_coming_is_noted(
    as_: Any, estate: Estate, database: Database
) -> None:
    agent, rita = as_(estate.world.agent), as_(estate.world.requester)
    machine = _enrolled(as_(estate.world.admin), estate)
    sections = whole()["sections"]
    item_id = _send(machine, whole())["item"]
    first, second, other = (opened(rita)["reference"] for _ in range(3))
    for reference in (first, second):
        ids = {"item_ids": [item_id, estate.san]}
        agent.post(f"{API}/{reference}/affected-items", json=ids)

    asked = agent.post(f"{API}/{first}/wanted-reports", json={"item_id": item_id})
    assert (asked.status_code, asked.json["hostname"]) == (202, "web-01")
    assert asked.json["last_report_at"] is not None
    again = agent.post(f"{API}/{first}/wanted-reports", json={"item_id": item_id})
    assert again.json["wanted_at"] == asked.json["wanted_at"]
    assert (
        agent.post(f"{API}/{second}/wanted-reports", json={"item_id": item_id}).status_code == 202
    )
    for reference, body, status in (
        (first, {"item_id": estate.san}, 409),
        (other, {"item_id": item_id}, 404),
    ):
        answer = agent.post(f"{API}/{reference}/wanted-reports", json=body)
        assert answer.status_code == status
    assert rita.post(f"{API}/{first}/wanted-reports", json={"item_id": item_id}).status_code == 403
    assert _notes(agent, first) == _notes(agent, second) == [_ASKED]

    short = _send(machine, report(sections, 2, leave_out=sections))
    assert set(sections) <= set(short["resend"])
    assert _notes(agent, first) == [_ASKED]
    _send(machine, report(sections, 3))
    assert _notes(agent, first) == _notes(agent, second) == [_ASKED, _CAME]
    assert _notes(agent, other) == _notes(rita, first) == []

    _send(machine, report(sections, 4))
    with database.reading() as session:
        kept = session.scalars(select(TicketEntry.text).where(TicketEntry.text == _CAME)).all()
    assert len(kept) == 2


def test_an_agent_that_was_revoked_is_asked_for_nothing(as_: Any, estate: Estate) -> None:
    agent, admin = as_(estate.world.agent), as_(estate.world.admin)
    item_id = _send(_enrolled(admin, estate), whole())["item"]
    reference = opened(as_(estate.world.requester))["reference"]
    agent.post(f"{API}/{reference}/affected-items", json={"item_ids": [item_id]})
    (row,) = admin.get("/api/v1/agents").json["rows"]
    assert admin.delete(f"/api/v1/agents/{row['id']}").status_code < 300
    asked = agent.post(f"{API}/{reference}/wanted-reports", json={"item_id": item_id})
    assert asked.status_code == 409
    assert _notes(agent, reference) == []


def _enrolled(admin: Any, estate: Estate) -> Any:
    wish = {"name": "t", "organisation_id": estate.world.root.id, "uses": None}
    token = admin.post("/api/v1/enrolment-tokens", json=wish).json["token"]
    enrolled = {"token": token, "agent_id": AGENT_ID, "hostname": "web-01"}
    return admin, admin.post("/api/v1/agents/enrol", json=enrolled).json["key"]


def _send(machine: Any, document: Any) -> Any:
    caller, key = machine
    answer = caller.post(
        "/api/v1/reports",
        data=gzip.compress(json.dumps(document).encode()),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 202, answer.text
    return answer.json


def _notes(reader: Any, reference: str) -> list[str]:
    rows = reader.get(f"{API}/{reference}/entries").json["rows"]
    return [one["text"] for one in rows if one["kind"] == "internal"]
