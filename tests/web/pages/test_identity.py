"""Pages of identity: the queue, one question, why an item is one, merging, splitting, junk."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cmdb.inventory.door import Inventory
from cmdb.observation import Identifier, Observation, Origin
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import MACHINE_ID, SERIAL, SERVER, SourceCode
from server.foundation.database import Database
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.registers import NOW, add_item

_MACHINE = "00000001a1b2c3d4e5f60718293a4b5c"


def tell(database: Database, world: World, key: str, name: str, *evidence: Identifier) -> int:
    """Let a list speak of something, each line newer; return its item or the question it raises."""
    seen = Observation(
        origin=Origin(SourceCode("import:sheet"), key),
        class_code=SERVER,
        organisation_id=world.root.id,
        observed_at=NOW - timedelta(hours=100 - ord(key)),
        identifiers=evidence,
        values={"name": name, "asset_tag": f"tag-{key}"},
    )
    with database.writing() as session:
        recorded = Inventory(session, NOW).record(seen)
    return recorded.item_id or recorded.review_id or 0


@pytest.fixture
def question(database: Database, world: World) -> tuple[int, int, int]:
    """Two items and a question that fits both."""
    serial, machine = Identifier(SERIAL, "SER-0001|acme"), Identifier(MACHINE_ID, _MACHINE)
    one = tell(database, world, "a", "one-01", serial)
    two = tell(database, world, "b", "two-02", machine)
    return one, two, tell(database, world, "c", "third-03", serial, machine)


def stored(database: Database, item_id: int) -> Item:
    with database.reading() as session:
        return session.get_one(Item, item_id)


def test_a_question_is_found_read_and_decided(
    admin: Browser, database: Database, question: tuple[int, int, int]
) -> None:
    one, _, review = question
    assert "Identities to decide" in admin.read("/items")
    assert f"/reviews/{review}" in admin.read("/reviews")
    page = admin.read(f"/reviews/{review}")
    for said in ("third-03", "one-01", "two-02", "several items fit as well", "it has the same"):
        assert said in page
    answer = admin.post(f"/reviews/{review}", answer=f"same:{one}")
    assert answer.headers["Location"].endswith(f"/items/{one}")
    assert stored(database, one).attributes["asset_tag"] == "tag-c"
    assert "the same as this item" in admin.read(f"/items/{one}/identity")
    again = admin.post(f"/reviews/{review}", answer="new")
    assert again.status_code == 409
    assert "decided already" in again.text


def test_a_wrong_answer_is_told_in_words(admin: Browser, question: tuple[int, int, int]) -> None:
    answer = admin.post(f"/reviews/{question[2]}", answer="same:4711")
    assert answer.status_code == 422
    assert "you may not see it" in answer.text


def test_readers_see_why_an_item_is_one_and_decide_nothing(
    browser_of: Browsers, world: World, question: tuple[int, int, int]
) -> None:
    reader = browser_of(world.reader.person_id)
    page = reader.read(f"/items/{question[0]}/identity")
    assert "SER-0001|acme" in page
    assert "Merge with another item" not in page
    assert reader.get("/reviews").status_code == 403
    assert "Identities to decide" not in reader.read("/items")


def test_two_items_are_compared_merged_followed_and_parted(
    admin: Browser, database: Database, world: World
) -> None:
    with database.writing() as session:
        kept = add_item(session, world.root.id, "kept-01")
        gone = add_item(session, world.root.id, "gone-02")
    page = admin.read(f"/items/{kept}/merge?other_id={gone}")
    assert "Nothing has been changed yet" in page
    assert "differs" in page
    form = {"other_id": gone, "version": "1", "other_version": "1"}
    assert admin.post(f"/items/{kept}/merge", **form).status_code == 303
    moved = admin.get(f"/items/{gone}")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/items/{kept}")
    page = admin.read(f"/items/{kept}/identity")
    assert "Another item was merged into it" in page
    assert "Merged with another item" in admin.read(f"/items/{kept}/history")
    assert "merged two items" in admin.read("/administration/acts")
    act = page.split(f"/items/{kept}/identity/", 1)[1].split("/", 1)[0]
    assert admin.post(f"/items/{kept}/identity/{act}/undo").status_code == 303
    assert "gone-02" in admin.read(f"/items/{gone}")
    assert "taken back" in admin.read(f"/items/{kept}/identity")


def test_what_was_changed_meanwhile_is_not_merged(
    admin: Browser, database: Database, world: World
) -> None:
    with database.writing() as session:
        kept = add_item(session, world.root.id, "kept-01")
        gone = add_item(session, world.root.id, "gone-02")
    for form in (
        {"other_id": gone, "version": "7", "other_version": "1"},
        {"other_id": gone, "version": "1", "other_version": "7"},
    ):
        answer = admin.post(f"/items/{kept}/merge", **form)
        assert answer.status_code == 412
        assert "Somebody else changed it first" in answer.text
    assert stored(database, gone).merged_into_id is None


def test_a_part_is_looked_at_and_split_off(
    admin: Browser, database: Database, question: tuple[int, int, int]
) -> None:
    one = question[0]
    form = {"version": str(stored(database, one).version), "name": "typed-01"}
    assert admin.post(f"/items/{one}/edit", **form).status_code == 303
    with database.reading() as session:
        where = (ItemSource.item_id == one, ItemSource.source == "person")
        source = session.scalars(select(ItemSource.id).where(*where)).one()
    shown = admin.post(f"/items/{one}/split", source=source)
    assert shown.status_code == 200
    assert "typed-01" in shown.text
    version = stored(database, one).version
    answer = admin.post(f"/items/{one}/split", source=source, really="1", version=version)
    assert answer.status_code == 303
    assert stored(database, one).name == "one-01"
    part = admin.read(answer.headers["Location"])
    assert "typed-01" in part
    # Each leads to the other: what it was split off from, and what left it.
    assert f'It was split off: <span class="item-link"><a href="/items/{one}">' in part
    nothing = admin.post(f"/items/{one}/split")
    assert nothing.status_code == 422
    assert "Tick at least one source" in nothing.text


def test_an_administrator_keeps_the_list_of_junk(
    admin: Browser, browser_of: Browsers, world: World
) -> None:
    assert "default string" in admin.read("/administration/junk")
    form = {"kind": "serial", "value": "proto-9", "note": "batch <7>"}
    assert admin.post("/administration/junk", **form).status_code == 303
    page = admin.read("/administration/junk")
    assert "PROTO-9" in page
    assert "batch &lt;7&gt;" in page
    wrong = admin.post("/administration/junk", kind="mac", value="zz")
    assert wrong.status_code == 422
    assert "at least its first three bytes" in wrong.text
    junk = page.split("/administration/junk/", 1)[1].split("/", 1)[0]
    assert admin.post(f"/administration/junk/{junk}/delete").status_code == 303
    assert "PROTO-9" not in admin.read("/administration/junk")
    agent = browser_of(world.configuration_manager.person_id)
    assert agent.get("/administration/junk").status_code == 403


def test_what_identifies_a_class_is_set_on_its_page_and_explained(admin: Browser) -> None:
    address = "/administration/model/classes/laptop/identity/mac"
    assert admin.post(address, counts="1", weight="20", against="5").status_code == 303
    page = admin.read("/administration/model/classes/laptop")
    assert "+20" in page
    assert "\u22125" in page
    refused = admin.post(address, counts="1", weight="much")
    assert "This must be a number." in refused.text
    admin.post("/administration/model/remove", kind="identity", code="laptop.mac")
    assert "+20" not in admin.read("/administration/model/classes/laptop")
    admin.post("/administration/junk/exempt", list="text", value="standard")
    page = admin.read("/administration/junk")
    assert "Taken off the shipped lists" in page
