"""Editing one item and many: untouched values stay, and what is done is what was looked at."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import PERSON, SERVER, SourceCode
from server.foundation.database import Database
from tests.support.people import World
from tests.web.pages.conftest import Browser
from tests.web.pages.registers import NOW, add_item


@pytest.fixture
def servers(database: Database, world: World) -> tuple[int, int]:
    """Return two servers; an agent says the vendor of both, a person that of the second."""
    with database.writing() as session:
        one, two = (add_item(session, world.root.id, name) for name in ("web-1", "web-2"))
        for item_id in (one, two):
            _say(session, world, item_id, "agent", {"vendor": "Dell"})
        _say(session, world, two, PERSON, {"vendor": "HPE"})
    return one, two


def _say(session: Session, world: World, item_id: int, source: str, values: dict[str, Any]) -> None:
    seen = Observation(
        Origin(SourceCode(source), "" if source == PERSON else f"key-{item_id}"),
        SERVER,
        world.root.id,
        NOW,
        values=values,
        item_id=item_id,
    )
    Inventory(session, NOW).record(seen)


def _item(database: Database, item_id: int) -> Item:
    with database.reading() as session:
        return session.get_one(Item, item_id)


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_only_what_was_looked_at_is_changed(
    admin: Browser, database: Database, servers: tuple[int, int]
) -> None:
    form = {"selected": list(servers), "attribute": "vendor", "value": "Lenovo"}
    hasty = admin.post("/items/many", act="apply", **form)
    assert hasty.status_code == 409
    page = admin.post("/items/many", act="preview", **form).text
    assert "Change 2 items" in page
    mark = _seen(page)
    for other in ({**form, "value": "Fujitsu"}, {**form, "selected": [servers[0]]}):
        answer = admin.post("/items/many", act="apply", seen=mark, **other)
        assert answer.status_code == 409
        assert "Look again" in answer.text
    assert _item(database, servers[0]).vendor == "Dell"
    # Somebody else changes one of the items after it was looked at.
    version = str(_item(database, servers[0]).version)
    admin.done(f"/items/{servers[0]}/edit", name="web-01", version=version)
    stale = admin.post("/items/many", act="apply", seen=mark, **form)
    assert stale.status_code == 409
    admin.done("/items/many", act="apply", seen=_seen(stale.text), **form)
    assert [_item(database, one).vendor for one in servers] == ["Lenovo", "Lenovo"]


def test_an_empty_field_takes_nothing_back(
    admin: Browser, database: Database, servers: tuple[int, int]
) -> None:
    form = {"selected": list(servers), "attribute": "vendor", "value": ""}
    answer = admin.post("/items/many", act="preview", **form)
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    # What people never said cannot be taken back: one item alone changes.
    page = admin.post("/items/many", act="preview", emptied="1", **form).text
    assert "Change 1 item<" in page
    assert "what the next source says" in page
    admin.done("/items/many", act="apply", emptied="1", seen=_seen(page), **form)
    assert [_item(database, one).vendor for one in servers] == ["Dell", "Dell"]


def test_values_are_chosen_where_there_is_a_choice_and_faults_are_in_words(
    admin: Browser, servers: tuple[int, int]
) -> None:
    chosen = {"selected": list(servers), "attribute": "stage"}
    page = admin.post("/items/many", **chosen).text
    assert '<option value="in_stock">' in page[page.index('id="many-value"') :]
    assert 'id="preview"' not in page
    date = {"selected": list(servers), "attribute": "warranty_end", "value": "31.12.2025"}
    page = admin.post("/items/many", act="preview", **date).text
    assert "A date is written 2025-01-31." in page
    assert 'type="date"' in page


def test_a_query_with_a_fault_says_where(admin: Browser, servers: tuple[int, int]) -> None:
    answer = admin.get("/items/many?q=class:servr")
    assert answer.status_code == 422
    assert "There is no such class." in answer.text


def test_saving_a_form_leaves_untouched_values_to_their_sources(
    admin: Browser, database: Database, world: World
) -> None:
    attribute = {"code": "colours", "label_en": "Colours", "type": "choice", "is_list": "1"}
    admin.done(
        "/administration/model/classes/server/attributes/new",
        choices="red = Red\ngreen = Green\nblue = Blue",
        **attribute,
    )
    told = {"colours": ["red", "blue"], "notes": "first line\nsecond line", "disk_encrypted": True}
    with database.writing() as session:
        item_id = add_item(session, world.root.id, "web-1")
        _say(session, world, item_id, "agent", told)
    page = admin.read(f"/items/{item_id}/edit")
    assert 'value="red, blue"' in page
    assert '<option value="yes" selected>' in page[page.index('name="disk_encrypted"') :]
    # What a browser sends of a form in which the name alone was changed.
    form = {"colours": "red, blue", "notes": "first line\r\nsecond line", "disk_encrypted": "yes"}
    version = str(_item(database, item_id).version)
    admin.done(f"/items/{item_id}/edit", name="web-2", version=version, **form)
    kept = _item(database, item_id)
    assert (kept.name, {name: kept.attributes[name] for name in told}) == ("web-2", told)
    said = select(ItemSource.words).where(ItemSource.item_id == item_id)
    with database.reading() as session:
        words = session.scalars(said.where(ItemSource.source == PERSON)).one()
    assert set(words) == {"name"}
