"""The panel of similar tickets: why they are, and how the solved ones were solved."""

from pathlib import Path

from server.desk.tickets.actions import MoveDraft, TicketDraft, move_ticket, open_ticket
from server.desk.tickets.jobs import run_comparing_old
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import open_on


def test_the_page_shows_similar_tickets_and_how_they_were_solved(
    agent: Browser, requester: Browser, database: Database, estate: Estate, tmp_path: Path
) -> None:
    solved = open_on(database, estate, estate.db, title="Orders hang at nine")
    with database.writing() as session:
        step = MoveDraft("resolved", resolution_code="fixed", resolution_text="More <memory>")
        move_ticket(session, estate.world.agent, solved, step, utc_now())
    mine = open_on(database, estate, estate.db, title="Orders hang")
    with database.writing() as session:
        draft = TicketDraft("Mouse is dead", affected_item_ids=(estate.laptop,))
        alone = open_ticket(session, estate.world.agent, draft, utc_now()).reference
    address = f"/tickets/{mine}/similar"
    assert f'hx-get="{address}"' in agent.read(f"/tickets/{mine}")
    assert solved not in agent.read(address)
    run_comparing_old(JobContext(database, Settings(home=tmp_path), {}))

    panel = agent.read(address)
    for said in (solved, "same item: db-07", "same words: orders, hang", "More &lt;memory&gt;"):
        assert said in panel
    assert alone not in panel
    # She reads both tickets, and not the item that they share.
    hers = requester.read(address)
    assert "db-07" not in hers
    assert "same words" in hers
    # Her own page has no panels of the work.
    assert "/similar" not in requester.read(f"/tickets/{mine}")
