"""Pages that say whose a promise is, what the first line solves, and what one follows."""

from typing import Any

from server.desk.sla.actions.agreeing import change_agreements
from server.desk.sla.queries import agreements_document
from server.desk.tickets.actions import MoveDraft, TicketDraft, move_ticket, open_ticket
from server.desk.tickets.actions.clocks import sweep_clocks
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import NOW, Estate
from tests.server.desk.tickets.test_clocks import opened
from tests.web.pages.conftest import Browser, Browsers


def agreed(database: Database, estate: Estate, **target: Any) -> None:
    with database.writing() as session:
        targets = agreements_document(session)["targets"]
        first = {"measure": "resolve", "minutes": 60, "calendar": "always"} | target
        wanted = {"targets": [first, *targets]}
        change_agreements(session, estate.world.admin, wanted, NOW)


def test_the_strip_says_whose_each_clock_is_and_each_missed_one_takes_its_reason(
    agent: Browser, requester: Browser, database: Database, estate: Estate
) -> None:
    support = estate.world.support.id
    agreed(database, estate, whose="group", groups=[support])
    with database.writing() as session:
        wish = TicketDraft(
            "Disk fails",
            affected_item_ids=(estate.db,),
            requester_id=estate.world.requester.person_id,
            group_id=support,
        )
        reference = open_ticket(session, estate.world.agent, wish, NOW).reference
    with database.writing() as session:
        sweep_clocks(session, utc_now())
    strip = agent.read(f"/tickets/{reference}/clocks")
    assert 'With Support <span class="muted">OLA</span>' in strip
    assert 'Solution <span class="muted">SLA</span>' in strip
    assert f'name="holder" value="group:{support}"' in strip
    assert "OLA" not in requester.read(f"/tickets/{reference}/clocks")
    where = f"/tickets/{reference}/clocks/resolve/reason"
    agent.done(where, reason="No spare disk", holder=f"group:{support}")
    strip = agent.read(f"/tickets/{reference}/clocks")
    assert strip.count("<q ") == 1
    assert "No spare disk" in strip
    assert "With Support: the promise is missed" in agent.read(f"/tickets/{reference}?show=system")


def test_statistics_tell_the_share_of_the_first_line_against_its_target(
    agent: Browser, database: Database, estate: Estate
) -> None:
    assert "Nothing was solved yet" in agent.read("/tickets/statistics")
    with database.writing() as session:
        now = utc_now()
        wish = TicketDraft(
            "Disk fails",
            affected_item_ids=(estate.db,),
            group_id=estate.world.support.id,
            category="hardware",
        )
        number = open_ticket(session, estate.world.agent, wish, now).id
        done = MoveDraft("resolved", "", "fixed", "A disk was changed")
        move_ticket(session, estate.world.agent, number, done, now)
    page = agent.read("/tickets/statistics?days=30")
    assert "of 1 solved ticket; the target is 70 %." in page
    assert "100 %" in page
    for what in ("By category", "Hardware", "By service", "Orders"):
        assert what in page


def test_what_one_follows_stands_on_one_page_and_is_left_from_there(
    agent: Browser, browser_of: Browsers, database: Database, estate: Estate
) -> None:
    assert "/notifications/following" in agent.read("/notifications")
    page = agent.read("/notifications/following")
    assert page.count("None yet:") == 3
    opened(database, estate)
    agent.done("/changes/followings", item_id=str(estate.san), **{"from": "item"})
    agent.done("/tickets/INC-1/follow", follow="yes")
    agent.done("/tickets/views", name="Pressing", q="view=all&priority=1", sort="", whose="")
    number = agent.read("/tickets").split("/tickets/views/")[1].split("/")[0]
    agent.done(f"/tickets/views/{number}/watch")
    page = agent.read("/notifications/following")
    for what in ("san-1", "INC-1", "Pressing"):
        assert what in page
    others = browser_of(estate.world.admin.person_id).read("/notifications/following")
    assert "san-1" not in others
    where = agent.done(f"/changes/followings/{estate.san}/remove", **{"from": "list"})
    assert where == "/notifications/following"
    agent.done("/tickets/INC-1/follow", follow="no")
    agent.done(f"/tickets/views/{number}/watch", watch="0")
    assert agent.read("/notifications/following").count("None yet:") == 3
