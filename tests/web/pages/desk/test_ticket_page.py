"""A ticket's page: one look says what is hit, who suffers, what changed before."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from server.desk.tickets.actions import EntryDraft, add_entry, watch
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.actions import edit_item
from tests.server.desk.estate import Estate, put_many
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.desk.conftest import open_on, plan_on


def test_one_look_says_what_is_hit_and_who_suffers(agent: Browser, ticket: str) -> None:
    page = agent.read(f"/tickets/{ticket}")
    for said in ("P1", "from the graph: 2 services, up to tier 0", "db-07", "Orders", "Reports"):
        assert said in page
    assert "Rita Request" in page
    assert "LT-0231" in page  # what she has
    assert "Sam Support" in page  # owns db-07


def test_the_way_to_a_service_is_one_click_away(agent: Browser, ticket: str) -> None:
    page = agent.read(f"/tickets/{ticket}")
    path = page[page.index('class="path"') :]
    assert path.index("db-07") < path.index("app-1") < path.index("Orders")


def test_what_changed_before_is_named_with_its_distance(
    agent: Browser, database: Database, estate: Estate
) -> None:
    with database.writing() as session:
        earlier = utc_now() - timedelta(hours=2)
        edit_item(session, estate.world.admin, estate.san, {"model": "FS-9110"}, earlier)
    reference = open_on(database, estate, estate.db)
    assert f'hx-get="/tickets/{reference}/suspects"' in agent.read(f"/tickets/{reference}")
    page = agent.read(f"/tickets/{reference}/suspects")
    assert "Model: FS-9110" in page
    assert "1 hop up" in page


def test_addresses_and_references_in_a_text_are_links(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    with database.writing() as session:
        draft = EntryDraft("like INC-7 <b>really</b>", "internal")
        add_entry(session, estate.world.agent, ticket, draft, utc_now())
    page = agent.read(f"/tickets/{ticket}")
    assert '<a href="https://wiki.example.test/orders" target="_blank"' in page
    assert '<a href="/tickets/INC-7">INC-7</a>' in page
    assert "<b>really" not in page


def test_a_requester_reads_no_internal_note_and_no_name_out_of_sight(
    requester: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    with database.writing() as session:
        for kind in ("internal", "public"):
            draft = EntryDraft(f"this is {kind}", kind)
            add_entry(session, estate.world.agent, ticket, draft, utc_now())
    page = requester.read(f"/tickets/{ticket}")
    assert "this is public" in page
    assert "this is internal" not in page
    assert "Internal note" not in page
    for hidden in ("db-07", "Orders<", "from the graph: 2"):
        assert hidden not in page


@pytest.mark.parametrize(("shown", "hidden"), [("internal", "public"), ("public", "internal")])
def test_the_conversation_can_be_narrowed(
    agent: Browser, database: Database, estate: Estate, shown: str, hidden: str
) -> None:
    reference = open_on(database, estate, estate.db)
    with database.writing() as session:
        for kind in (shown, hidden):
            draft = EntryDraft(f"this is {kind}", kind)
            add_entry(session, estate.world.agent, reference, draft, utc_now())
    page = agent.read(f"/tickets/{reference}?show={shown}")
    assert f"this is {shown}" in page
    assert f"this is {hidden}" not in page


def test_a_ticket_out_of_sight_does_not_exist(
    browser_of: Browsers, estate: Estate, elsewhere: str
) -> None:
    outsider = browser_of(estate.world.outsider.person_id)
    for address in (f"/tickets/{elsewhere}", f"/tickets/{elsewhere}/map", "/tickets/INC-9999"):
        answer = outsider.get(address)
        assert answer.status_code == 404
        assert "does not exist, or you may not see it" in answer.text


def test_the_map_and_its_table_say_the_same(agent: Browser, ticket: str) -> None:
    page = agent.read(f"/tickets/{ticket}/map")
    drawn = agent.get(f"/tickets/{ticket}/map.json").json or {}
    names = {node["name"] for node in drawn["nodes"]}
    assert names == {"db-07", "app-1", "Orders", "Reports"}
    assert all(name in page for name in names)


def test_a_planned_change_on_the_same_service_is_told(
    agent: Browser, database: Database, estate: Estate, ticket: str
) -> None:
    assert "CHG-" not in agent.read(f"/tickets/{ticket}/planned")
    reference = plan_on(database, estate, estate.san)
    agent.done(f"/changes/{reference}/approval")
    assert reference in agent.read(f"/tickets/{ticket}/planned")


def test_who_follows_may_write_without_working_on_it(
    browser_of: Browsers, database: Database, estate: Estate, ticket: str
) -> None:
    reader = browser_of(estate.world.reader.person_id)
    assert 'name="text"' not in reader.read(f"/tickets/{ticket}")
    with database.writing() as session:
        watch(session, estate.world.reader, ticket)
    assert 'name="text"' in reader.read(f"/tickets/{ticket}")
    assert "Follow no longer" in reader.read(f"/tickets/{ticket}/following")


def test_a_request_suffers_nothing(requester: Browser, agent: Browser) -> None:
    address = requester.done("/tickets/new", title="A mouse, please", kind="request")
    page = agent.read(address)
    assert "from its urgency: nothing has failed" in page
    assert "Suffers" not in page


def test_a_page_with_a_hundred_affected_items_takes_nine_queries_beside_sign_in(
    agent: Browser, database: Database, estate: Estate
) -> None:
    with database.writing() as session:
        nodes = put_many(session, estate, 100)
    reference = open_on(database, estate, *nodes)
    agent.read(f"/tickets/{reference}")
    told: list[str] = []

    def note(*rest: object) -> None:
        if str(rest[2]).startswith("SELECT"):
            told.append(str(rest[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    agent.read(f"/tickets/{reference}")
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(told) <= 3 + 9, "\n\n".join(told)
