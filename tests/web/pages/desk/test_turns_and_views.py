"""Pages over who gets a ticket, views of the queue that people keep, and statistics."""

from io import BytesIO
from zipfile import ZipFile

from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser

ROUTING = "/administration/desk/routing"


def opened_for(database: Database, estate: Estate, group_id: int) -> str:
    draft = TicketDraft("Nobody can book", group_id=group_id)
    with database.writing() as session:
        return open_ticket(session, estate.world.agent, draft, utc_now()).reference


def test_a_group_chooses_the_ablest_and_the_ticket_says_why(
    admin: Browser, agent: Browser, database: Database, estate: Estate
) -> None:
    support, me = estate.world.support.id, estate.world.agent
    here = f"{ROUTING}/groups/{support}"
    assert admin.done(f"{ROUTING}/skills", code="sap", name="SAP") == f"{ROUTING}/skills"
    wants = {"line": "1", "assignment": "skilled", "most_open": "0", "skills": "SAP 2"}
    assert admin.done(here, **wants) == here
    assert "lacks sap" in admin.read(here)
    reference = opened_for(database, estate, support)
    page = agent.read(f"/tickets/{reference}")
    assert "it waits" in page
    assert f"{me.name}: lacks sap" in page
    assert (
        "There is no skill cobol"
        in admin.post(f"{ROUTING}/people/{me.person_id}", skills="cobol").text
    )
    admin.done(f"{ROUTING}/people/{me.person_id}", skills="sap 4")
    assert "gets the next one" in admin.read(here)
    reference = opened_for(database, estate, support)
    assert f"by turn: {me.name}" in agent.read(f"/tickets/{reference}")
    # A skill that is wanted stays, and the page says so.
    assert "A group still wants this skill" in admin.post(f"{ROUTING}/skills/sap/remove").text


def test_a_shift_is_written_on_a_form_and_what_is_wrong_stands_beside_its_field(
    admin: Browser, estate: Estate
) -> None:
    support, me = estate.world.support.id, estate.world.agent.person_id
    here = f"{ROUTING}/groups/{support}"
    asked = {"line": "1", "assignment": "round_robin", "most_open": "0", "needs_shift": "1"}
    assert "The group has no shifts yet" in admin.post(here, **asked).text
    shift = {"name": "Nights", "zone": "Europe/Madrid", "weeks": "2", f"weeks-{me}": "1"}
    wrong = admin.post(f"{here}/shifts/new", **shift, mon="22:00-06:00", sun="early")
    assert wrong.status_code == 422
    assert "22:00-06:00 is no span of hours within one day" in wrong.text
    assert "Hours are written 09:00-17:00" in wrong.text
    assert 'value="early"' in wrong.text
    assert admin.done(f"{here}/shifts/new", **shift, mon="22:00-24:00") == here
    page = admin.read(here)
    assert "Nights" in page
    assert "a rota of 2 weeks" in page
    admin.done(here, **asked)
    number = page.split(f"{ROUTING}/shifts/")[1].split('"')[0]
    assert (
        "numbers with commas"
        in admin.post(
            f"{ROUTING}/shifts/{number}", **(shift | {f"weeks-{me}": "all"}), mon="22:00-24:00"
        ).text
    )
    assert admin.done(f"{ROUTING}/shifts/{number}/remove") == here
    assert "Nights" not in admin.read(here)


def test_somebody_says_in_their_menu_that_they_are_away(agent: Browser, requester: Browser) -> None:
    assert 'value="away"\n                aria-pressed="false"' in agent.read("/tickets")
    agent.done("/account/availability", state="away")
    assert 'value="away"\n                aria-pressed="true"' in agent.read("/tickets")
    assert agent.post("/account/availability", state="asleep").status_code == 422
    assert "/account/availability" not in requester.read("/tickets")


def test_a_view_of_the_queue_is_kept_opened_watched_and_forgotten(
    agent: Browser, manager: Browser, estate: Estate
) -> None:
    page = agent.read("/tickets?view=all&priority=1&sort=-created")
    kept = page.split('name="q" value="')
    assert any(part.startswith("view=all&amp;priority=1") for part in kept)
    where = agent.done(
        "/tickets/views",
        name="Pressing",
        q="view=all&priority=1",
        sort="-created",
        whose=str(estate.world.support.id),
    )
    assert where == "/tickets?view=all&priority=1&sort=-created"
    page = agent.read("/tickets")
    number = page.split("/tickets/views/")[1].split("/")[0]
    assert "Pressing" in page
    assert agent.get(f"/tickets/views/{number}").headers["Location"] == where
    assert "Pressing" not in manager.read("/tickets")
    assert manager.get(f"/tickets/views/{number}").status_code == 404
    agent.done(f"/tickets/views/{number}/watch")
    assert "Watch Pressing no more" in agent.read("/tickets")
    agent.done(f"/tickets/views/{number}/watch", watch="0")
    assert "Watch Pressing no more" not in agent.read("/tickets")
    agent.done(f"/tickets/views/{number}/forget")
    assert "Pressing" not in agent.read("/tickets")


def test_statistics_are_reached_from_the_queues(agent: Browser) -> None:
    assert "/tickets/statistics" in agent.read("/tickets/queues")
    page = agent.read("/tickets/statistics?days=90&share=95")
    assert "Nothing has run to its end yet" in page
    assert "the last 90 days" in page


def test_the_list_is_a_workbook_too_and_runs_nothing(
    agent: Browser, database: Database, estate: Estate
) -> None:
    draft = TicketDraft("=cmd|'/c calc'!A1")
    with database.writing() as session:
        reference = open_ticket(session, estate.world.agent, draft, utc_now()).reference
    assert "/tickets/export.xlsx" in agent.read("/tickets")
    answer = agent.get("/tickets/export.xlsx?view=all")
    with ZipFile(BytesIO(answer.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert reference in sheet
    # A text, not a formula.
    assert f">{draft.title}</t>" in sheet
    assert "<f>" not in sheet
    assert agent.get("/tickets/export.xlsx?view=mine").status_code == 200
