"""The requester's portal, the parts of a ticket's page, and the desk's words as pages."""

import html
import re
from io import BytesIO

from sqlalchemy import update

from cmdb.records.items import ItemParty
from server.desk.tickets.actions import MoveDraft, move_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser


def test_a_requester_reports_follows_answers_reopens_and_rates(
    requester: Browser, agent: Browser, database: Database, estate: Estate
) -> None:
    assert "LT-0231" in requester.read("/portal/new")
    address = requester.done(
        "/portal/new",
        title="My laptop is slow",
        item=str(estate.laptop),
        category="hardware.computer",
        **{"own-error_text": "Too hot"},
        file=(BytesIO(b"a picture"), "hot.png"),
    )
    reference = address.rsplit("/", 1)[-1]
    page = requester.read(address)
    assert '<span class="initials" aria-hidden="true">RR</span>' in page
    assert "Too hot" in page
    assert "hot.png" in page
    assert "LT-0231" in page
    desk = agent.read(f"/tickets/{reference}")
    assert '<a href="#papers">attached a file: hot.png</a>' in desk
    assert 'id="papers"' in desk
    agent.done(f"/tickets/{reference}/reply", text="Psst: dust", kind="internal")
    agent.done(f"/tickets/{reference}/reply", text="Bring it over", kind="public")
    requester.done(f"{address}/reply", text="On my way")
    page = requester.read(address)
    assert "Bring it over" in page
    assert "Psst" not in page
    solved = MoveDraft("resolved", "", "fixed", "Cleaned the fan")
    with database.writing() as session:
        move_ticket(session, estate.world.agent, reference, solved, utc_now())
    page = requester.read(address)
    assert "Cleaned the fan" in page
    assert page.index("Yes, it is solved") < page.index("What is still wrong?")
    refused = requester.post(f"{address}/move", state="in_progress", reason=" ")
    assert refused.status_code == 422
    requester.done(f"/tickets/{reference}/rating", rating="4", back="portal")
    requester.done(f"{address}/move", state="in_progress", reason="Hot again")
    assert reference in requester.read("/portal")


def test_the_portal_knows_nobody_elses_tickets(
    agent: Browser, requester: Browser, elsewhere: str, ticket: str
) -> None:
    assert requester.get(f"/portal/{elsewhere}").status_code == 404
    # Who works on tickets reads them at the desk.
    assert agent.get(f"/portal/{ticket}").status_code == 404
    assert ticket in requester.read("/portal")


def test_steps_files_links_and_time_stand_on_the_page(agent: Browser, ticket: str) -> None:
    here = f"/tickets/{ticket}"
    agent.done(f"{here}/tasks", title="Ring the owner")
    agent.done(f"{here}/times", minutes="1:30", note="Looked")
    work = agent.read(f"{here}/work")
    assert "Ring the owner" in work
    assert "1 h 30 min" in work
    agent.done(f"{here}/files", file=(BytesIO(b"x"), "<b>.txt"), kind="internal")
    other = agent.done("/tickets/new", title="The same again").rsplit("/", 1)[-1]
    agent.done(f"{here}/link", kind="child_of", other=other)
    papers = agent.read(f"{here}/papers")
    assert "&lt;b&gt;" not in papers
    assert "b.txt" in papers
    assert other in papers
    refused = agent.post(f"/tickets/{other}/link", kind="child_of", other=ticket)
    assert refused.status_code == 422
    assert "Steps" in agent.read(here)
    mistyped = agent.post(f"/tickets/{other}/link", kind="merge", other="INC-99999")
    assert mistyped.status_code == 422
    (part,) = re.findall(r'hx-get="(/tickets/[^"]*/papers[^"]*)"', mistyped.text)
    again = agent.read(html.unescape(part))
    assert 'value="INC-99999"' in again
    assert 'value="merge" selected' in again
    assert agent.done(f"/tickets/{other}/link", kind="merge", other=ticket).endswith(ticket)


def test_an_answer_with_a_file_that_cannot_be_taken_never_was(
    agent: Browser, requester: Browser, ticket: str
) -> None:
    refused = requester.post(
        f"/portal/{ticket}/reply", text="Here it is", file=(BytesIO(b""), "nothing.txt")
    )
    assert refused.status_code == 422
    assert "Here it is" not in agent.read(f"/tickets/{ticket}")


def test_an_administrator_edits_the_matrix_and_the_words(admin: Browser, agent: Browser) -> None:
    page = admin.read("/administration/desk/priority")
    assert 'name="minor-low"' in page
    cells = {
        f"{impact}-{urgency}": "5"
        for impact in ("extensive", "significant", "moderate", "minor")
        for urgency in ("critical", "high", "medium", "low")
    }
    admin.done("/administration/desk/priority", act="matrix", **cells)
    reference = agent.done("/tickets/new", title="Whatever", urgency="critical").rsplit("/", 1)[-1]
    assert "P5" in agent.read(f"/tickets/{reference}")
    broken = admin.post("/administration/desk/lists", act="save", text="[channels")
    assert broken.status_code == 422
    assert "Expected" in broken.text
    assert agent.get("/administration/desk").status_code == 403
    admin.done("/administration/desk/priority", act="shipped")


def test_who_reported_what_went_into_another_ticket_is_led_there(
    agent: Browser, requester: Browser, ticket: str
) -> None:
    main = agent.done("/tickets/new", title="Nothing works").rsplit("/", 1)[-1]
    agent.done(f"/tickets/{ticket}/link", kind="merge", other=main)
    page = requester.read(f"/portal/{ticket}")
    assert "goes on there" in page
    assert f'href="/portal/{main}"' in page
    assert "How it was solved" not in page
    # An answer would be written where nobody looks any more.
    assert "Your answer" not in page
    assert "Nothing works" in requester.read(f"/portal/{main}")


def test_who_is_waited_for_reads_what_is_asked(
    agent: Browser, requester: Browser, ticket: str
) -> None:
    agent.done(f"/tickets/{ticket}/move", state="waiting", reason="Please send a picture.")
    page = requester.read(f"/portal/{ticket}")
    assert "What it waits for" in page
    assert "Please send a picture." in page
    file = (BytesIO(b"\x89PNG"), "error.png")
    requester.done(f"/portal/{ticket}/reply", text="", file=file)
    assert "What it waits for" not in requester.read(f"/portal/{ticket}")


def test_who_only_asks_finds_what_waits_for_their_approval(
    requester: Browser, agent: Browser, database: Database, estate: Estate, change: str
) -> None:
    assert "Waits for your approval" not in requester.read("/portal")
    mine = {"person_id": estate.world.requester.person_id}
    with database.writing() as session:
        session.execute(update(ItemParty).where(ItemParty.item_id == estate.orders).values(mine))
    agent.done(f"/changes/{change}/approval")
    page = requester.read("/portal")
    waiting = page[page.index("Waits for your approval") :]
    assert change in waiting
    assert 'href="/changes/inbox"' in waiting


def test_a_long_quotation_is_folded_away_for_both_who_read_it(
    requester: Browser, agent: Browser, ticket: str
) -> None:
    quoted = "\r\n".join(f"> line {number} of INC-1" for number in range(60))
    answer = f"No, it does not blink.\r\n\r\nSam wrote:\r\n{quoted}\r\nRita"
    requester.done(f"/portal/{ticket}/reply", text=answer)
    for reader, address in ((agent, f"/tickets/{ticket}"), (requester, f"/portal/{ticket}")):
        page = reader.read(address)
        before, folded = page.split('<details class="quotation"><summary>60 quoted lines</summary>')
        folded, after = folded.split("</details>", maxsplit=1)
        assert before.endswith("No, it does not blink.\n\nSam wrote:")
        assert folded.count("&gt; line") == 60
        assert after.startswith("Rita</div>")
