"""Opening a ticket: what is wrong stands beside its field, what is typed stays."""

import re

import pytest

from server.desk.tickets.queries import find_ticket
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser


def test_an_item_in_the_address_is_chosen_and_judged(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/tickets/new?item={estate.san}")
    assert f'<option value="{estate.san}" selected>san-1' in page
    assert "Who would suffer" in page
    assert "Orders" in page
    assert "from the graph: 2 services, up to tier 0" in page


def test_an_item_of_ones_own_is_ticked_instead(agent: Browser, estate: Estate) -> None:
    page = agent.read(f"/tickets/new?item={estate.db}")
    assert f'value="{estate.db}" checked' in page
    assert "selected>db-07" not in page


@pytest.mark.usefixtures("world")
def test_a_requester_finds_their_own_items_above_the_picker(requester: Browser) -> None:
    page = requester.read("/tickets/new")
    assert "LT-0231" in page
    assert "Who asks?" not in page


def test_an_agent_sees_the_items_of_whom_they_open_it_for(agent: Browser, estate: Estate) -> None:
    person_id = estate.world.requester.person_id
    page = agent.read(f"/tickets/new?requester_id={person_id}")
    assert "What Rita Request has" in page
    assert "LT-0231" in page
    # Who calls is asked before what they have, and what is written down here came by telephone.
    assert page.index("Who asks?") < page.index("What Rita Request has")
    assert '<option value="phone" selected>' in page


def test_the_ticket_is_opened_and_shown(agent: Browser, database: Database, estate: Estate) -> None:
    address = agent.done(
        "/tickets/new",
        title="Orders hang",
        kind="incident",
        urgency="high",
        category="performance",
        item=[str(estate.db), str(estate.app)],
        requester_id=str(estate.world.requester.person_id),
        channel="phone",
    )
    assert address == "/tickets/INC-1"
    with database.reading() as session:
        ticket = find_ticket(session, estate.world.agent, "INC-1")
        assert (ticket.priority, ticket.category, ticket.channel) == (1, "performance", "phone")
    assert "INC-1 is open." in agent.read(address)


def test_a_refused_ticket_keeps_what_was_typed(agent: Browser, estate: Estate) -> None:
    answer = agent.post(
        "/tickets/new", title=" ", description="It is slow", kind="incident", item=str(estate.app)
    )
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert "It is slow" in answer.text
    assert f'<option value="{estate.app}" selected>' in answer.text
    assert re.search(r'id="field-title"[^>]*aria-invalid="true"', answer.text)


def test_an_item_out_of_sight_is_refused_at_its_field(requester: Browser, estate: Estate) -> None:
    answer = requester.post("/tickets/new", title="Mine?", item=str(estate.san))
    assert answer.status_code == 422
    assert "you may not see it" in answer.text


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("kind", "said"),
    [("incident", "Name what is affected"), ("request", "nothing has failed")],
)
def test_the_preview_says_what_a_kind_means(agent: Browser, kind: str, said: str) -> None:
    fragment = agent.read(f"/tickets/preview?kind={kind}&urgency=low")
    assert "<html" not in fragment
    assert said in fragment


def test_the_preview_knows_a_ticket_on_the_same_item(
    agent: Browser, estate: Estate, ticket: str
) -> None:
    fragment = agent.read(f"/tickets/preview?item={estate.db}")
    assert "Known already?" in fragment
    assert ticket in fragment


def test_the_preview_names_nothing_out_of_sight(requester: Browser, estate: Estate) -> None:
    fragment = requester.read(f"/tickets/preview?item={estate.db}&urgency=high")
    assert "Orders" not in fragment
    assert "services" not in fragment


@pytest.mark.usefixtures("world")
def test_who_may_not_open_tickets_is_told(nobody: Browser) -> None:
    assert nobody.get("/tickets/new").status_code == 403
    assert nobody.get("/tickets/preview").status_code == 403
