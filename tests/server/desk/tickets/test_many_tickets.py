"""Many tickets at once: changed together, and taken along as a table."""

import csv
import io

from server.desk.tickets.queries import TicketFilter
from server.desk.tickets.queries.exporting import ticket_csv
from server.foundation.database import Database
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults, opened

V1 = "/api/v1"


def test_each_ticket_is_changed_or_refused_by_itself(as_: As, estate: Estate) -> None:
    agent = as_(estate.world.agent)
    one, two = (opened(agent, title=title)["reference"] for title in ("One", "Two"))
    end = {"state": "cancelled", "reason": "Not needed"}
    agent.post(f"{V1}/tickets/{two}/moves", json=end)
    wish = {
        "references": [one, two, "INC-999"],
        "note": "Asked again",
        "move": end,
        "assignee_id": estate.world.agent.person_id,
    }
    done, ended, missing = agent.post(f"{V1}/ticket-bulk", json=wish).json or []
    assert done == {"reference": one, "fault": ""}
    assert "cancelled" in ended["fault"]
    assert "INC-999" in missing["fault"]
    assert document(agent.get(f"{V1}/tickets/{one}"))["state"] == "cancelled"
    # Nothing is half-done to what was refused: neither the person nor the note.
    refused = document(agent.get(f"{V1}/tickets/{two}"))
    assert refused["assignee_id"] is None
    entries = document(agent.get(f"{V1}/tickets/{two}/entries"))["rows"]
    assert "Asked again" not in {row["text"] for row in entries}
    assert {row["detail"].get("event") for row in entries} == {"opened", "moved"}
    assert faults(agent.post(f"{V1}/ticket-bulk", json={"references": [one]})) == {"references"}
    wrong = {"references": [one], "assignee_id": 999, "urgency": "soon"}
    (told,) = agent.post(f"{V1}/ticket-bulk", json=wrong).json or []
    assert "assignee_id: there is no active person 999" in told["fault"]
    assert "urgency: must be one of" in told["fault"]
    requester = as_(estate.world.requester)
    assert requester.post(f"{V1}/ticket-bulk", json=wish).status_code == 403


def test_a_list_is_taken_along_and_runs_nothing(
    database: Database, as_: As, estate: Estate
) -> None:
    agent = as_(estate.world.agent)
    opened(agent, title="=HYPERLINK(1)")
    opened(as_(estate.world.requester), title="Mine")
    with database.reading() as session:
        text = "".join(ticket_csv(session, estate.world.agent, TicketFilter(open=True)))
        own = "".join(ticket_csv(session, estate.world.requester, TicketFilter()))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["title"] for row in rows] == ["Mine", "'=HYPERLINK(1)"]
    assert rows[0]["requester"] == "Rita Request"
    assert "Mine" in own
    assert "HYPERLINK" not in own
