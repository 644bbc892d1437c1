"""Finding anything: what is out of sight is not found, and nothing breaks the search."""

import pytest

from cmdb.records.items import Item, ItemParty
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.items.searching import index_items
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.registers import add_item


@pytest.fixture
def stocked(database: Database, world: World) -> int:
    """Write two items and a service; return the id of the item in Sales."""
    with database.writing() as session:
        add_item(session, world.root.id, "db-01")
        add_item(session, world.root.id, "db-orders", "business_service")
        return add_item(session, world.sales.id, "db-sales")


@pytest.mark.usefixtures("stocked")
def test_the_results_stand_in_groups(admin: Browser) -> None:
    page = admin.read("/search?q=db-")
    assert "db-01" in page
    assert page.index("Services") < page.index("db-orders") < page.index("db-01")


@pytest.mark.usefixtures("world")
def test_people_and_groups_are_found_by_a_part_of_their_name(admin: Browser) -> None:
    assert "Sam Support" in admin.read("/search?q=upport")


def test_an_item_out_of_sight_is_not_found(
    browser_of: Browsers, world: World, stocked: int
) -> None:
    outsider = browser_of(world.outsider.person_id)
    page = outsider.read("/search?q=db-")
    assert "db-sales" in page
    assert "db-01" not in page


@pytest.mark.usefixtures("stocked")
def test_somebody_without_rights_finds_nothing(nobody: Browser) -> None:
    assert "Nothing found" in nobody.read("/search?q=db-")


def test_a_reference_leads_straight_to_its_ticket(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        draft = TicketDraft("Orders page times out", organisation_id=world.root.id)
        reference = open_ticket(session, world.agent, draft, utc_now()).reference
    answer = admin.get(f"/search?q={reference.lower()}")
    assert answer.headers["Location"] == f"/tickets/{reference}"
    assert "Orders page times out" in admin.read("/search?q=times+out")
    outsider = browser_of(world.outsider.person_id)
    assert "Nothing found" in outsider.read(f"/search?q={reference}")


@pytest.mark.usefixtures("world")
def test_before_anything_is_typed_the_page_says_what_can_be_found(admin: Browser) -> None:
    assert "What are you looking for?" in admin.read("/search")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("words", ["%25", "_", "%5C", "<script>", "q" * 5000, "%ED%A0%80"])
def test_hostile_words_are_only_words(admin: Browser, words: str) -> None:
    assert "<script>alert" not in admin.read(f"/search?q={words}")


@pytest.mark.usefixtures("world")
def test_a_zero_byte_is_refused_by_name(admin: Browser) -> None:
    refused = admin.get("/search?q=%00")
    assert refused.status_code == 422
    assert "control characters" in refused.text


@pytest.mark.usefixtures("stocked")
def test_the_palette_offers_found_things_and_the_way_to_all_of_them(admin: Browser) -> None:
    fragment = admin.read("/search/palette?q=db-")
    assert "<html" not in fragment
    assert "db-01" in fragment
    assert "/search?q=db-" in fragment


@pytest.mark.usefixtures("world")
def test_the_palette_is_quiet_before_anything_is_typed(admin: Browser) -> None:
    assert "palette-row" not in admin.read("/search/palette")


def test_a_picker_of_items_answers_as_the_picker_expects(admin: Browser, stocked: int) -> None:
    answer = admin.get("/pick/items?q=db-s").json
    assert answer == {"results": [{"value": str(stocked), "text": "db-sales", "detail": "Server"}]}


@pytest.mark.usefixtures("stocked")
def test_a_picker_of_items_can_be_narrowed_to_a_class(admin: Browser) -> None:
    found = admin.get("/pick/items?q=db-&class=business_service").json
    assert [one["text"] for one in (found or {})["results"]] == ["db-orders"]


def test_a_picker_of_items_finds_half_a_serial_number_and_who_uses_it(
    browser_of: Browsers, database: Database, world: World
) -> None:
    with database.writing() as session:
        laptop = add_item(session, world.root.id, "LT-0231", "laptop")
        session.get_one(Item, laptop).serial = "PF005125243"
        user = world.requester.person_id
        session.add(ItemParty(item_id=laptop, role="user", person_id=user, source="user"))
        index_items(session, [laptop])
    agent = browser_of(world.agent.person_id)

    def offered(address: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = (agent.get(address).json or {})["results"]
        return found

    by_serial, by_user = offered("/pick/items?q=005125"), offered("/pick/items?q=rita")
    option = {"value": str(laptop), "text": "LT-0231"}
    assert by_serial == [option | {"detail": "Laptop · PF005125243"}]
    assert by_user == [option | {"detail": "Laptop · Rita Request"}]
    assert offered("/pick/items?q=rita&class=business_service") == []
    assert offered("/pick/items?q=005125&class=business_service") == []
    assert "Laptop · PF005125243" in agent.read("/search?q=005125")
    assert "PF005125243" not in agent.read("/search?q=LT-")
    # Whose name nobody may read is no way to an item, and whoever sees no item is offered none.
    asked = browser_of(world.requester.person_id).get("/pick/items?q=sam")
    assert asked.json == {"results": []}
    outside = browser_of(world.outsider.person_id)
    for words in ("005125", "rita"):
        assert outside.get(f"/pick/items?q={words}").json == {"results": []}


def test_a_picker_of_people_can_be_narrowed_to_a_group(admin: Browser, world: World) -> None:
    found = admin.get(f"/pick/people?group={world.support.id}").json
    assert [one["text"] for one in (found or {})["results"]] == ["Sam Support"]


@pytest.mark.usefixtures("world")
def test_a_picker_of_groups_finds_them(admin: Browser) -> None:
    found = admin.get("/pick/groups?q=supp").json
    assert [one["text"] for one in (found or {})["results"]] == ["Support"]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("what", ["items", "people", "groups"])
def test_pickers_refuse_who_may_not_read(nobody: Browser, what: str) -> None:
    assert nobody.get(f"/pick/{what}?q=a").status_code == 403
