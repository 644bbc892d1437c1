"""What one does on a ticket: done and shown, or refused with what was typed."""

import re
from io import BytesIO

import pytest

from server.desk.tickets.queries import find_ticket
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.desk.conftest import hidden_field


def stored(database: Database, estate: Estate, reference: str) -> dict[str, object]:
    """Return the columns of a ticket."""
    with database.reading() as session:
        ticket = find_ticket(session, estate.world.agent, reference)
        return {name: value for name, value in vars(ticket).items() if name[0] != "_"}


def test_a_reply_stands_in_the_conversation_and_the_page_goes_there(
    agent: Browser, requester: Browser, ticket: str
) -> None:
    address = agent.done(f"/tickets/{ticket}/reply", text="We are on it.", kind="public")
    entry = address.split("#")[1]
    assert f'id="{entry}"' in agent.read(address)
    assert "We are on it." in requester.read(f"/tickets/{ticket}")


def test_a_reply_takes_files_with_words_or_without(
    agent: Browser, requester: Browser, ticket: str
) -> None:
    here = f"/tickets/{ticket}"
    said = {"text": "As in the picture.", "kind": "public"}
    address = agent.done(f"{here}/reply", file=(BytesIO(b"x"), "shown.png"), **said)
    assert "#entry-" in address
    assert "shown.png" in requester.read(f"/portal/{ticket}")
    noted = agent.done(f"{here}/reply", text="", kind="internal", file=(BytesIO(b"y"), "log.txt"))
    assert noted.endswith("#papers")
    assert "log.txt" in agent.read(f"{here}/papers")
    assert "log.txt" not in requester.read(f"/portal/{ticket}")
    # What was written is not lost with a file that cannot be taken, and is not there twice.
    refused = agent.post(
        f"{here}/reply", text="Once more", kind="public", file=(BytesIO(b""), "nothing.txt")
    )
    assert refused.status_code == 422
    assert "Once more</textarea>" in refused.text
    assert 'id="error-file"' in refused.text
    assert "Once more" not in requester.read(f"/portal/{ticket}")


def test_an_empty_reply_is_refused_beside_the_field(agent: Browser, ticket: str) -> None:
    answer = agent.post(f"/tickets/{ticket}/reply", text="  ", kind="internal")
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert 'value="internal" data-key="i"' in answer.text
    assert "checked" in answer.text.split('value="internal"')[1].split(">")[0]


def test_a_requester_writes_no_internal_note(requester: Browser, ticket: str) -> None:
    answer = requester.post(f"/tickets/{ticket}/reply", text="Psst", kind="internal")
    assert answer.status_code == 403
    assert "You may not do this" in answer.text


def test_each_legal_step_is_offered_and_taken(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    page = agent.read(f"/tickets/{ticket}")
    menu = page[page.index("state-menu") : page.index("page-actions") + 6000]
    for word in ("In progress", "Waiting …", "Resolved …", "Cancelled …"):
        assert word in menu
    agent.done(f"/tickets/{ticket}/move", state="in_progress")
    assert stored(database, estate, ticket)["state"] == "in_progress"
    assert "New → In progress" in agent.read(f"/tickets/{ticket}")


def test_resolving_asks_how_and_what_was_done(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    assert "How it was resolved" in agent.read(f"/tickets/{ticket}?act=resolved")
    answer = agent.post(
        f"/tickets/{ticket}/move", state="resolved", resolution_code="", resolution_text="Done"
    )
    assert answer.status_code == 422
    assert "This step needs it." in answer.text
    assert "Done</textarea>" in answer.text
    agent.done(
        f"/tickets/{ticket}/move", state="resolved", resolution_code="fixed", resolution_text="Ok"
    )
    assert stored(database, estate, ticket)["resolution_code"] == "fixed"


def test_a_step_that_somebody_took_already_is_told(agent: Browser, ticket: str) -> None:
    agent.done(f"/tickets/{ticket}/move", state="in_progress")
    answer = agent.post(f"/tickets/{ticket}/move", state="in_progress")
    assert answer.status_code == 409
    assert "This step is not possible from here" in answer.text


def test_a_ticket_is_taken_and_its_group_stays(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    page = agent.read(f"/tickets/{ticket}?act=assign")
    agent.done(
        f"/tickets/{ticket}/assign",
        version=hidden_field(page, "version"),
        group_id=str(estate.world.support.id),
        assignee_id="",
    )
    agent.done(f"/tickets/{ticket}/take")
    now = stored(database, estate, ticket)
    assert now["assignee_id"] == estate.world.agent.person_id
    assert now["group_id"] == estate.world.support.id


def test_an_edit_over_a_newer_version_shows_both(
    agent: Browser, manager: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    version = hidden_field(agent.read(f"/tickets/{ticket}?act=edit"), "version")
    form = {"kind": "incident", "urgency": "high", "category": "", "version": version}
    manager.done(f"/tickets/{ticket}/edit", title="Orders stand still", **form)
    answer = agent.post(f"/tickets/{ticket}/edit", title="Orders are slow", **form)
    assert answer.status_code == 412
    assert "Somebody else changed it first" in answer.text
    assert 'value="Orders are slow"' in answer.text
    assert "<q>Orders stand still</q>" in answer.text
    again = form | {"version": hidden_field(answer.text, "version")}
    agent.done(f"/tickets/{ticket}/edit", title="Orders are slow", **again)
    assert stored(database, estate, ticket)["title"] == "Orders are slow"


def test_two_who_assign_at_once_see_each_other_and_keep_their_choice(
    agent: Browser, manager: Browser, estate: Estate, ticket: str
) -> None:
    sam, chloe = estate.world.agent.person_id, estate.world.change_manager.person_id
    version = hidden_field(agent.read(f"/tickets/{ticket}?act=assign"), "version")
    form = {"group_id": "", "version": version}
    manager.done(f"/tickets/{ticket}/assign", assignee_id=str(chloe), **form)
    answer = agent.post(f"/tickets/{ticket}/assign", assignee_id=str(sam), **form)
    assert answer.status_code == 412
    assert "<q>Chloe Changes</q>" in answer.text
    assert f'<option value="{sam}" selected>Sam Support</option>' in answer.text


def test_another_impact_needs_a_reason(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    version = hidden_field(agent.read(f"/tickets/{ticket}?act=edit"), "version")
    answer = agent.post(f"/tickets/{ticket}/edit", title="x", impact="minor", version=version)
    assert answer.status_code == 422
    assert "Say why the suggestion of the graph does not fit." in answer.text
    agent.done(
        f"/tickets/{ticket}/edit",
        title="x",
        impact="minor",
        impact_reason="A drill",
        version=version,
    )
    assert stored(database, estate, ticket)["impact"] == "minor"
    assert "by hand: A drill; the graph says Extensive" in agent.read(f"/tickets/{ticket}")


def test_items_come_and_go_and_the_impact_follows(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    agent.done(f"/tickets/{ticket}/items", item=[str(estate.laptop), str(estate.san)])
    agent.done(f"/tickets/{ticket}/items/{estate.san}/cause")
    page = agent.read(f"/tickets/{ticket}")
    assert "+ LT-0231, + san-1" in page
    assert "cause" in page
    agent.done(f"/tickets/{ticket}/items/{estate.db}/remove")
    agent.done(f"/tickets/{ticket}/items/{estate.san}/remove")
    assert stored(database, estate, ticket)["service_count"] == 0


@pytest.mark.usefixtures("estate")
def test_an_item_that_is_none_is_refused(agent: Browser, ticket: str) -> None:
    answer = agent.post(f"/tickets/{ticket}/items", item="999999")
    assert answer.status_code == 422
    assert "you may not see it" in answer.text


def test_following_goes_both_ways(agent: Browser, ticket: str) -> None:
    agent.done(f"/tickets/{ticket}/follow", follow="yes")
    assert "Follow no longer" in agent.read(f"/tickets/{ticket}/following")
    agent.done(f"/tickets/{ticket}/follow", follow="no")
    assert "Follow no longer" not in agent.read(f"/tickets/{ticket}/following")


@pytest.mark.parametrize(
    "act", ["reply", "move", "take", "assign", "edit", "items", "items/1/remove", "items/1/cause"]
)
def test_who_only_reads_may_do_nothing(
    browser_of: Browsers, estate: Estate, ticket: str, act: str
) -> None:
    reader = browser_of(estate.world.reader.person_id)
    answer = reader.post(f"/tickets/{ticket}/{act}", text="x", state="in_progress", version="1")
    assert answer.status_code == 403
    assert "Assign to me" not in reader.read(f"/tickets/{ticket}")


@pytest.mark.parametrize("act", ["reply", "move", "edit", "items"])
def test_out_of_sight_nothing_can_be_done(
    browser_of: Browsers, estate: Estate, elsewhere: str, act: str
) -> None:
    outsider = browser_of(estate.world.outsider.person_id)
    assert outsider.post(f"/tickets/{elsewhere}/{act}", text="x").status_code == 404


def test_adding_nothing_is_refused(agent: Browser, ticket: str) -> None:
    answer = agent.post(f"/tickets/{ticket}/items")
    assert answer.status_code == 422
    assert "Choose an item first." in answer.text


def test_lines_that_nobody_changed_are_no_difference(
    agent: Browser, manager: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    form = {"title": "Orders hang", "kind": "incident", "urgency": "high", "category": ""}
    # As browsers send it, and as it is stored.
    sent = "Since nine.\r\n\r\nNothing prints."
    form["version"] = hidden_field(agent.read(f"/tickets/{ticket}?act=edit"), "version")
    agent.done(f"/tickets/{ticket}/edit", description=sent, **form)
    form["version"] = hidden_field(agent.read(f"/tickets/{ticket}?act=edit"), "version")
    manager.done(f"/tickets/{ticket}/edit", description=sent, **form | {"title": "Orders wait"})
    answer = agent.post(f"/tickets/{ticket}/edit", description=sent, **form)
    assert answer.status_code == 412
    assert re.findall("<q>(.*?)</q>", answer.text) == ["Orders wait"]
    form["version"] = hidden_field(answer.text, "version")
    manager.done(f"/tickets/{ticket}/edit", description=f"{sent}\r\nAt all.", **form)
    answer = agent.post(f"/tickets/{ticket}/edit", description=sent, **form)
    assert "<q>Since nine. Nothing prints. At all.</q>" in answer.text
