"""Pages around items: a purchase that is refused, a laptop that is confirmed, mice that run out."""

import re

from cmdb.records.items import ItemParty
from server.foundation.database import Database
from tests.support.people import World
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.registers import add_item


def _item(database: Database, world: World, name: str) -> int:
    with database.writing() as session:
        return add_item(session, world.root.id, name)


def test_a_refused_purchase_keeps_what_was_typed_beside_what_is_wrong(
    admin: Browser, database: Database, world: World
) -> None:
    item = _item(database, world, "db-1")
    page = f"/items/{item}/ownership"
    typed = {"price": "12.345", "currency": "EUR", "order_number": "PO-7", "months": "x"}
    refused = admin.post(f"{page}/purchase", **typed | {"months": ""})
    assert refused.status_code == 422
    assert "Give at most two digits after the point." in refused.text
    assert 'value="PO-7"' in refused.text
    assert "This names no model." not in refused.text
    months = admin.post(f"{page}/purchase", **typed)
    assert months.status_code == 422
    paid = {"price": "1200", "currency": "eur", "bought_on": "2020-01-31", "months": "12"}
    assert admin.post(f"{page}/purchase", **paid).status_code == 303
    assert "€1,200.00" in admin.read(page)
    assert "€0.00" in admin.read(f"{page}/summary")


def test_who_was_given_a_laptop_confirms_it_on_a_page_of_their_own(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    item = _item(database, world, "laptop-1")
    holder = browser_of(world.requester.person_id)
    given = {"person_id": str(world.requester.person_id), "note": "with its charger"}
    assert admin.post(f"/items/{item}/ownership/give", **given).status_code == 303
    assert admin.post(f"/items/{item}/ownership/give", **given).status_code == 409
    mine = holder.read("/mine")
    assert "laptop-1" in mine
    assert "with its charger" in mine
    found = re.search(r"/mine/\d+", mine)
    assert found
    refused = holder.post(found[0], has_it="no", note="")
    assert "Say what is wrong." in refused.text
    assert holder.post(found[0], has_it="yes").status_code == 303
    assert holder.post(found[0], has_it="yes").status_code == 409
    assert admin.post(found[0], has_it="yes").status_code == 404


def test_what_one_uses_stands_on_the_page_of_ones_equipment(
    admin: Browser, browser_of: Browsers, database: Database, world: World
) -> None:
    holder = browser_of(world.requester.person_id)
    assert "Nothing was given to you" in holder.read("/mine")
    with database.writing() as session:
        used = add_item(session, world.root.id, "LT-0231", "laptop")
        add_item(session, world.root.id, "LT-0232", "laptop")
        user = world.requester.person_id
        session.add(ItemParty(item_id=used, role="user", person_id=user, source="user"))
    mine = holder.read("/mine")
    assert "Nothing was given to you" not in mine
    assert "LT-0232" not in mine
    assert f'href="/portal/new?item={used}"' in mine
    assert re.search(
        rf'name="item" value="{used}" checked', holder.read(f"/portal/new?item={used}")
    )
    # What was given as well is told once, with the question whether one has it.
    given = {"person_id": str(world.requester.person_id), "note": ""}
    assert admin.post(f"/items/{used}/ownership/give", **given).status_code == 303
    mine = holder.read("/mine")
    assert "I have it" in mine
    assert mine.count("LT-0231") == 1


def test_more_than_there_is_cannot_be_taken(admin: Browser, world: World) -> None:
    made = {"organisation_id": str(world.root.id), "name": "Mouse", "quantity": "3"}
    made |= {"minimum": "2"}
    page = admin.done("/stock", **made)
    refused = admin.post(f"{page}/move", number="5", act="take")
    assert refused.status_code == 409
    assert "Only 3 are there." in refused.text
    assert admin.post(f"{page}/move", number="two", act="take").status_code == 422
    assert admin.post(f"{page}/move", number="2", act="take").status_code == 303
    assert "Mouse" in admin.read("/stock?low=1")
