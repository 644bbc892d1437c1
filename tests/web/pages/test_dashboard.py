"""The start page: what each reader finds there, and that every number leads to its rows."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from cmdb.records.identity import IdentityReview
from cmdb.records.sources import QuarantinedValue
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.people.actions.roles import Holder, Scope, give_role
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.registers import add_item, depend


@pytest.fixture
def outage(database: Database, world: World) -> int:
    """Write a service on a host, and a ticket on the host assigned to the support agent."""
    now = utc_now()
    with database.writing() as session:
        host = add_item(session, world.root.id, "db-07", now=now)
        service = add_item(session, world.root.id, "Orders", "business_service", now=now)
        depend(session, world.root.id, service, host)
    with database.writing() as session:
        draft = TicketDraft(
            "Orders page times out",
            affected_item_ids=(host,),
            assignee_id=world.agent.person_id,
            requester_id=world.requester.person_id,
        )
        open_ticket(session, world.agent, draft, now)
    return host


def test_an_empty_installation_shows_three_steps(admin: Browser) -> None:
    page = admin.read("/")
    assert page.count('class="step "') == 3
    assert "/administration/agents" in page
    assert "/services/new" in page


def test_steps_that_are_done_are_ticked(admin: Browser, database: Database, world: World) -> None:
    with database.writing() as session:
        add_item(session, world.root.id, "db-07")
    page = admin.read("/")
    assert page.count("step-done") == 1


@pytest.mark.usefixtures("outage")
def test_after_the_first_ticket_the_steps_are_gone(admin: Browser) -> None:
    assert "step-number" not in admin.read("/")


@pytest.mark.usefixtures("outage")
def test_my_work_and_the_services_that_suffer_stand_on_it(
    browser_of: Browsers, world: World
) -> None:
    page = browser_of(world.agent.person_id).read("/")
    assert "Orders page times out" in page
    suffering = page[page.index("Services not up") :]
    assert re.search(r"down</span>.*Orders", suffering, re.DOTALL)


@pytest.mark.usefixtures("outage")
def test_a_reader_sees_what_they_asked_for(browser_of: Browsers, world: World) -> None:
    page = browser_of(world.reader.person_id).read("/")
    assert "What I asked for" in page
    assert "Nothing of yours is open" in page


@pytest.mark.usefixtures("outage")
def test_a_requester_begins_at_their_own_requests(browser_of: Browsers, world: World) -> None:
    requester = browser_of(world.requester.person_id)
    assert requester.get("/").location == "/portal"
    page = requester.read("/portal")
    assert "Orders page times out" in page
    assert "db-07" not in page


def test_the_frame_of_a_requester_holds_nothing_of_the_estate(
    browser_of: Browsers, world: World
) -> None:
    page = browser_of(world.requester.person_id).read("/portal")
    frame = page[page.index('<aside class="sidebar"') : page.index("</aside>")]
    led_to = re.findall(r'href="(/[a-z/]*)" data-command', frame)
    # Two ways to begin, and where one goes.
    assert led_to[:2] == ["/portal/new", "/catalogue"]
    assert led_to[2:] == ["/portal", "/catalogue", "/knowledge", "/mine", "/notifications"]
    assert 'class="brand" href="/portal"' in frame


def test_who_also_looks_at_the_estate_keeps_the_whole_frame(
    browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        person_id = world.requester.person_id
        give_role(session, "reader", Holder(person_id=person_id), Scope(world.root.id), utc_now())
    page = browser_of(world.requester.person_id).read("/")
    assert "Dashboard" in page
    assert 'data-command title="Map"' in page


@pytest.mark.usefixtures("outage")
def test_somebody_without_a_role_gets_an_empty_page_and_no_error(nobody: Browser) -> None:
    page = nobody.read("/")
    assert "Orders" not in page
    assert "Health of the register" not in page


@pytest.mark.usefixtures("outage")
def test_every_number_leads_to_a_page(admin: Browser) -> None:
    page = admin.read("/")
    addresses = re.findall(r'class="figure [^"]*" href="([^"]+)"', page)
    assert len(addresses) == 10
    for address in addresses:
        admin.read(address.replace("&amp;", "&"))


def test_what_appeared_lately_is_listed_and_what_is_older_is_not(
    admin: Browser, database: Database, world: World
) -> None:
    now = utc_now()
    with database.writing() as session:
        add_item(session, world.root.id, "fresh-01", now=now)
        add_item(session, world.root.id, "older-01", now=now - timedelta(days=3))
    today = admin.read("/lately?kind=new")
    assert "fresh-01" in today
    assert "older-01" not in today
    assert "older-01" in admin.read("/lately?kind=new&span=week")
    assert "Nothing has changed" in admin.read("/lately")


def test_differences_are_told_in_words(admin: Browser, database: Database, world: World) -> None:
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-07", now=utc_now())
    admin.done(f"/items/{item}/edit", version="1", vendor="Acme")
    page = admin.read("/lately")
    assert "Vendor" in page
    assert "Acme" in page
    assert "Ada Admin" in page


def test_differences_out_of_sight_are_not_listed(
    browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        add_item(session, world.root.id, "db-07", now=utc_now())
        add_item(session, world.sales.id, "till-01", now=utc_now())
    page = browser_of(world.outsider.person_id).read("/lately?kind=new")
    assert "till-01" in page
    assert "db-07" not in page


def test_refused_values_and_open_identities_have_their_pages(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    now = utc_now()
    with database.writing() as session:
        item = add_item(session, world.root.id, "db-07")
        session.add(
            QuarantinedValue(
                item_id=item,
                source="agent",
                attribute="memory",
                raw="lots <b>",
                reason="expected a whole number",
                at=now,
            )
        )
        session.add(
            IdentityReview(
                organisation_id=world.root.id,
                source="agent",
                class_code="server",
                name="twin-01",
                observation={},
                candidates=[{"item_id": item}],
                at=now,
            )
        )
    assert "lots &lt;b&gt;" in admin.read("/lately/refused")
    reviews = admin.read("/reviews")
    assert "twin-01" in reviews
    assert f"/items/{item}" in reviews
    assert browser_of(world.reader.person_id).get("/reviews").status_code == 403


@pytest.mark.usefixtures("outage")
def test_the_page_asks_the_database_a_bounded_number_of_times(
    admin: Browser, database: Database
) -> None:
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    admin.read("/")
    assert len(asked) <= 30
