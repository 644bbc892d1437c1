"""What is done to every ticked ticket of the queue at once, and what becomes of the refused."""

import re

from server.desk.tickets.queries import find_ticket
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import open_on


def state_of(database: Database, estate: Estate, reference: str) -> tuple[str, str]:
    """Return state and resolution of a ticket."""
    with database.reading() as session:
        ticket = find_ticket(session, estate.world.agent, reference)
        return ticket.state, ticket.resolution_text


def ticked(page: str) -> list[str]:
    """Return the tickets that stand ticked in a list."""
    return re.findall(r'name="selected" value="([A-Z]+-\d+)"[^>]* checked', page)


def test_many_are_resolved_at_once(
    agent: Browser, requester: Browser, database: Database, estate: Estate
) -> None:
    same = [open_on(database, estate, title=f"Cannot print {number}") for number in (1, 2)]
    other = open_on(database, estate, title="Cannot scan")
    assert "How it was resolved" in agent.read("/tickets?q=print")
    here = agent.done(
        "/tickets/bulk",
        selected=same,
        q="print",
        view="open",
        to_state="resolved",
        resolution_code="fixed",
        why="The spooler runs again",
    )
    assert here == "/tickets?view=open&q=print"
    assert "2 tickets changed." in agent.read(here)
    for reference in same:
        assert state_of(database, estate, reference) == ("resolved", "The spooler runs again")
        assert "The spooler runs again" in requester.read(f"/portal/{reference}")
    assert state_of(database, estate, other)[0] == "new"


def test_what_a_step_needs_is_named_and_nothing_typed_is_lost(
    agent: Browser, database: Database, estate: Estate
) -> None:
    first = open_on(database, estate, title="Cannot print")
    agent.done("/tickets/bulk", selected=[first], to_state="in_progress")
    second = open_on(database, estate, title="Cannot print either")
    open_on(database, estate, title="Cannot scan")
    form = {
        "selected": [first, second],
        "q": "print",
        "view": "all",
        "to_state": "resolved",
        "why": "The spooler runs again",
        "note": "Seen at nine",
        "assignee_id": str(estate.world.agent.person_id),
    }
    answer = agent.post("/tickets/bulk", **form)
    assert answer.status_code == 422
    page = answer.text
    assert f"{first}: How it was resolved: This step needs it." in page
    assert sorted(ticked(page)) == [first, second]
    assert "Cannot scan" not in page
    for kept in ('value="The spooler runs again"', 'value="Seen at nine"', "Sam Support</option>"):
        assert kept in page
    assert state_of(database, estate, first)[0] == "in_progress"
    assert 'href="/tickets?q=print&amp;view=all&amp;sort=' in page
    assert "/tickets/bulk?" not in page


def test_only_what_was_refused_stays_ticked(
    agent: Browser, database: Database, estate: Estate
) -> None:
    first, second = (open_on(database, estate, title=f"Cannot print {n}") for n in (1, 2))
    agent.done("/tickets/bulk", selected=[first], to_state="in_progress")
    answer = agent.post("/tickets/bulk", selected=[first, second], to_state="in_progress")
    assert answer.status_code == 422
    assert "1 ticket changed." in answer.text
    assert ticked(answer.text) == [first]
    assert state_of(database, estate, second)[0] == "in_progress"


def test_who_may_not_work_on_tickets_changes_none(
    requester: Browser, database: Database, estate: Estate
) -> None:
    reference = open_on(database, estate)
    assert 'id="bulk"' not in requester.read("/tickets")
    answer = requester.post("/tickets/bulk", selected=[reference], to_state="cancelled", why="x")
    assert answer.status_code == 403
    assert state_of(database, estate, reference)[0] == "new"
