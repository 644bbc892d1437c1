"""The queue: what is in a view, what a filter leaves, and what it says when nothing is left."""

import pytest
from sqlalchemy import event, insert, select

from server.desk.tickets.actions import TicketDraft, assign, open_ticket
from server.desk.tickets.models import Ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.search.index import NEWEST
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import open_on


@pytest.mark.usefixtures("ticket")
def test_a_row_says_how_urgent_it_is_and_how_many_services_suffer(agent: Browser) -> None:
    page = agent.read("/tickets")
    assert "Orders hang" in page
    assert "P1" in page
    assert "2 services" in page
    assert "tier 0" in page


def test_a_view_holds_what_is_mine(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    assert "Nothing waits for you" in agent.read("/tickets?view=mine")
    me = estate.world.agent
    with database.writing() as session:
        assign(session, me, ticket, me.person_id, None, utc_now())
    assert ticket in agent.read("/tickets?view=mine")
    assert "Everything is in somebody" in agent.read("/tickets?view=unassigned")


def test_the_view_of_my_groups_holds_what_a_group_was_given(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    with database.writing() as session:
        support = estate.world.support.id
        assign(session, estate.world.agent, ticket, None, support, utc_now())
    assert ticket in agent.read("/tickets?view=groups")


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("kind=incident", True),
        ("kind=request", False),
        ("priority=1", True),
        ("priority=5", False),
        ("q=hang", True),
        ("q=INC-1", True),
        ("q=printer", False),
        ("kind=nonsense&priority=x&state=%25", True),
    ],
)
def test_filters_narrow_and_nonsense_does_not(agent: Browser, query: str, *, left: bool) -> None:
    page = agent.read(f"/tickets?{query}")
    assert ("Orders hang" in page) is left
    assert ("Nothing fits" in page) is not left


def test_tickets_about_an_item_are_named_by_it(agent: Browser, estate: Estate, ticket: str) -> None:
    page = agent.read(f"/tickets?view=all&item={estate.db}")
    assert ticket in page
    assert "db-07" in page
    assert ticket not in agent.read(f"/tickets?view=all&item={estate.laptop}")


def test_a_requester_sees_their_own_and_no_counts_of_services(
    requester: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    with database.writing() as session:
        other = TicketDraft("Not yours", affected_item_ids=(estate.app,))
        open_ticket(session, estate.world.agent, other, utc_now())
    page = requester.read("/tickets")
    assert ticket in page
    assert "Not yours" not in page
    assert "Services hit" not in page
    assert "Unassigned" not in page


@pytest.mark.usefixtures("world")
def test_who_may_not_read_tickets_is_told(nobody: Browser) -> None:
    answer = nobody.get("/tickets")
    assert answer.status_code == 403
    assert "You may not do this" in answer.text


def test_pages_follow_each_other_without_losing_a_row(
    agent: Browser, database: Database, estate: Estate
) -> None:
    for number in range(60):
        open_on(database, estate, title=f"Matter {number:02}")
    first = agent.read("/tickets")
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = agent.read(following)
    seen = [n for n in range(60) if (f"Matter {n:02}" in first) or (f"Matter {n:02}" in second)]
    assert len(seen) == 60
    assert "60" in first


def test_of_very_many_with_a_word_the_newest_are_listed_and_the_page_says_so(
    agent: Browser, database: Database, ticket: str
) -> None:
    with database.writing() as session:
        row = session.scalars(select(Ticket).where(Ticket.reference == ticket)).one()
        common = {one.name: getattr(row, one.name) for one in Ticket.__table__.columns}
        copies = [
            common | {"id": row.id + step, "reference": f"INC-{1000 + step}"}
            for step in range(1, NEWEST + 1)
        ]
        session.execute(insert(Ticket), copies)
    listed = agent.read("/tickets?q=orders")
    assert "50 of 2,000" in listed
    assert "the newest 2,000 are listed" in listed
    assert "are listed" not in agent.read("/tickets?q=INC-1001")


@pytest.mark.usefixtures("ticket")
def test_the_queue_takes_ten_statements_at_most(agent: Browser, database: Database) -> None:
    agent.read("/tickets")
    told: list[list[str]] = []

    def note(*rest: object) -> None:
        told[-1].append(str(rest[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    for _ in range(3):
        told.append([])
        agent.read("/tickets")
    event.remove(database.engine, "before_cursor_execute", note)
    # What a process keeps of the class model is looked at anew every two seconds.
    fewest = min(told, key=len)
    assert len(fewest) <= 10, "\n".join(fewest)


def test_a_name_full_of_markup_is_only_a_name(
    agent: Browser, database: Database, estate: Estate
) -> None:
    open_on(database, estate, title="<script>alert(1)</script>")
    assert "<script>alert" not in agent.read("/tickets")
