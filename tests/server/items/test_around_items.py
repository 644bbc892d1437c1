"""Models, purchases, custody and stock over REST."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from cmdb.records.items import Item
from cmdb.records.parties import Person
from cmdb.records.sources import ItemSource
from server.assets.jobs import tell_of_warranties
from server.assets.products.linking import run_linking
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.notify.models import Notification
from tests.server.items.rest import Callers, refused
from tests.support.people import World


def _link(database: Database) -> int:
    context = JobContext(database, Settings(home=Path("unused")), {})
    return int(run_linking(context)["linked"])


def test_items_find_their_model_and_a_person_may_say_otherwise(
    callers: Callers, database: Database, world: World
) -> None:
    first = callers.admin.create("a", vendor="Dell Inc.", model="PowerEdge R740")
    second = callers.admin.create("b", vendor="DELL", model="dell PowerEdge-R740")
    callers.admin.create("c", vendor="Default string", model="Default string")
    assert (_link(database), _link(database)) == (2, 0)
    (known,) = callers.reader.get("/product-models")["rows"]
    assert (known["vendor"]["name"], known["item_count"]) == ("Dell Inc.", 2)
    assert callers.outsider.get("/product-models")["rows"] == []
    refused(callers.outsider.send("GET", f"/product-models/{known['id']}"), 404)
    other = callers.admin.post("/product-models", {"vendor": "Dell", "name": "PowerEdge R750"})
    path = f"/items/{second}/product-model"
    chosen = callers.admin.send("PUT", path, json={"model_id": other["id"]}).get_json()
    assert (chosen["chosen"], chosen["model"]["name"]) == (True, "PowerEdge R750")
    callers.admin.patch(f"/items/{second}", {"values": {"model": "PowerEdge R760"}})
    callers.admin.patch(f"/items/{first}", {"values": {"model": "PowerEdge R760"}})
    assert _link(database) == 1
    assert callers.reader.get(path)["model"]["name"] == "PowerEdge R750"
    callers.admin.send("PUT", path, json={"model_id": None})
    assert callers.reader.get(path)["model"]["name"] == "PowerEdge R760"
    twice = {"vendor": "dell inc", "name": "poweredge r750"}
    refused(callers.admin.send("POST", "/product-models", json=twice), 409)


def test_a_models_defaults_are_the_last_word_of_its_items_and_can_be_taken_back(
    callers: Callers, database: Database
) -> None:
    admin = callers.admin
    plain = admin.create("a", vendor="Dell", model="PowerEdge R740")
    typed = admin.create("b", vendor="Dell", model="PowerEdge R740", rack_height=4)
    seen = admin.get(f"/items/{plain}")["last_seen_at"]
    _link(database)
    (known,) = admin.get("/product-models")["rows"]
    path, said = f"/product-models/{known['id']}", {"vendor": "Dell", "name": "PowerEdge R740"}
    written = admin.send("PUT", path, json=said | {"defaults": {"rack_height": 2}})
    assert written.status_code == 200, written.text
    _link(database)

    def height(item: int) -> object:
        return admin.get(f"/items/{item}")["attributes"].get("rack_height")

    assert (height(plain), height(typed)) == (2, 4)
    assert admin.get(f"/items/{plain}")["last_seen_at"] == seen
    (speaker,) = (
        row for row in admin.get(f"/items/{plain}/identity")["sources"] if row["source"] == "model"
    )
    # A person's word counts, and taking it back lets the model speak again.
    admin.patch(f"/items/{plain}", {"values": {"rack_height": 3}})
    assert height(plain) == 3
    admin.patch(f"/items/{plain}", {"values": {"rack_height": None}})
    assert height(plain) == 2
    taken = admin.send("DELETE", f"/items/{plain}/sources/{speaker['id']}/words")
    assert taken.status_code < 300, taken.text
    _link(database)
    assert height(plain) is None
    admin.send("PUT", path, json=said | {"defaults": {"rack_height": 1}})
    _link(database)
    assert (height(plain), height(typed)) == (1, 4)
    admin.send("PUT", path, json=said)
    _link(database)
    assert (height(plain), height(typed)) == (None, 4)
    for wrong in ({"rack_height": "high"}, {"serial": "1"}, {"colour": "red"}):
        refused(admin.send("PUT", path, json=said | {"defaults": wrong}), 422)


def test_incidents_count_as_failures_of_item_and_model(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("db", vendor="Acme", model="Rocket")
    with database.writing() as session:
        session.get_one(Item, item).first_seen_at = utc_now() - timedelta(days=100)
    _link(database)
    for kind in ("incident", "incident", "request"):
        ticket = {"title": "It is down", "kind": kind, "affected_item_ids": [item]}
        callers.admin.post("/tickets", ticket)
    of_item = callers.admin.get(f"/items/{item}/reliability")
    assert (of_item["failure_count"], round(of_item["mean_days"])) == (2, 50)
    model = callers.admin.get(f"/items/{item}/product-model")["model"]["id"]
    of_model = callers.admin.get(f"/product-models/{model}/reliability")
    assert (of_model["failure_count"], of_model["item_count"]) == (2, 1)


def test_a_purchase_has_a_worth_and_its_warranty_an_alarm(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("db")
    parties = {"parties": [{"role": "owner", "group_id": world.support.id}]}
    callers.admin.patch(f"/items/{item}", {"values": {}} | parties)
    supplier = callers.admin.post("/suppliers", {"organisation_id": 1, "name": "Shop"})
    refused(
        callers.admin.send("POST", "/suppliers", json={"organisation_id": 1, "name": "SHOP"}), 409
    )
    ends = utc_now().date() + timedelta(days=50)
    body = {
        "supplier_id": supplier["id"],
        "bought_on": "2020-01-31",
        "price": "1200",
        "currency": "eur",
        "residual": "0",
        "months": 12,
        "warranty_ends_on": ends.isoformat(),
    }
    path = f"/items/{item}/purchase"
    assert callers.admin.send("PUT", path, json=body).status_code == 200
    found = callers.reader.get(path, on="2020-03-01")
    assert (found["price"], found["worth"], found["currency"]) == ("1200.00", "1100.00", "EUR")
    assert found["written_off_on"] == "2021-01-31"
    for day in (0, 1, 30):
        with database.writing() as session:
            tell_of_warranties(session, utc_now() + timedelta(days=day))
    with database.reading() as session:
        told = session.scalars(select(Notification.event_key).order_by(Notification.id)).all()
    assert told == [f"warranty_ends:{item}:{ends.isoformat()}:{step}" for step in (60, 30)]
    wrong = body | {"residual": "9999", "supplier_id": 77, "months": 0}
    faults = refused(callers.admin.send("PUT", path, json=wrong), 422)
    assert set(faults) == {"residual", "supplier_id", "months"}
    assert callers.admin.send("DELETE", path).status_code == 204
    assert callers.reader.get(path)["price"] is None


def test_who_is_given_an_item_confirms_it_and_gives_it_back(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("laptop-1", "laptop")
    person = world.requester.person_id
    given = callers.admin.post(f"/items/{item}/custody", {"person_id": person})
    refused(callers.admin.send("POST", f"/items/{item}/custody", json={"person_id": person}), 409)
    answer = f"/custody/{given['id']}/answer"
    refused(callers.admin.send("POST", answer, json={"has_it": True}), 404)
    assert callers.requester.post(answer, {"has_it": True}, 200)["accepted_at"]
    refused(callers.requester.send("POST", answer, json={"has_it": False}), 409)
    assert [row["id"] for row in callers.requester.get("/custody")["rows"]] == [given["id"]]
    assert callers.outsider.get("/custody")["rows"] == []
    refused(callers.requester.send("POST", f"/custody/{given['id']}/return", json={}), 403)
    back = callers.admin.post(f"/custody/{given['id']}/return", {"note": "scratched"}, 200)
    assert (back["note"], callers.admin.get("/custody", open=True)["rows"]) == ("scratched", [])
    again = callers.admin.post(f"/items/{item}/custody", {"person_id": person})
    answer = f"/custody/{again['id']}/answer"
    assert refused(callers.requester.send("POST", answer, json={"has_it": False}), 422) == {
        "note": "say what is wrong"
    }
    callers.requester.post(answer, {"has_it": False, "note": "never seen"}, 200)
    with database.reading() as session:
        told = session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert told == ["item_given", "item_given", "item_declined"]


def test_what_observation_says_against_custody_is_listed(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("laptop-1", "laptop")
    callers.admin.create("quiet", "laptop")
    site = callers.admin.create("Bergen", "site")
    callers.admin.relate("located_in", item, site)
    given = callers.admin.post(f"/items/{item}/custody", {"person_id": world.requester.person_id})
    with database.writing() as session:
        person = session.get_one(Person, world.requester.person_id)
        person.site, person.email = "Oslo", "req@example.test"
        source = session.scalars(select(ItemSource).where(ItemSource.item_id == item)).one()
        source.readings = {"logged_in_users": ["EXAMPLE\\bo", "root"]}
    (row,) = callers.admin.get("/custody-conflicts")["rows"]
    assert row["custody"]["id"] == given["id"]
    assert row["conflicts"] == ["used_by_other", "elsewhere"]
    assert (row["used_by"], row["site"]) == (["bo"], "Bergen")
    assert callers.outsider.get("/custody-conflicts")["rows"] == []


def test_stock_is_taken_and_put_with_a_record(callers: Callers, world: World) -> None:
    room = callers.admin.create("Store", "room")
    draft = {"organisation_id": 1, "name": "Mouse", "place_id": room, "quantity": 5, "minimum": 3}
    made = callers.admin.post("/stock-articles", draft)
    refused(callers.admin.send("POST", "/stock-articles", json=draft), 409)
    path = f"/stock-articles/{made['id']}"
    taken = {"change": -3, "person_id": world.reader.person_id, "note": "new desks"}
    assert callers.admin.post(f"{path}/movements", taken)["quantity"] == 2
    refused(callers.admin.send("POST", f"{path}/movements", json={"change": -3}), 409)
    refused(callers.reader.send("POST", f"{path}/movements", json={"change": 1}), 403)
    refused(callers.outsider.send("GET", path), 404)
    (low,) = callers.reader.get("/stock-articles", low=True)["rows"]
    assert (low["quantity"], low["is_low"], low["place"]["name"]) == (2, True, "Store")
    rows = callers.reader.get(f"{path}/movements")["rows"]
    assert [(row["change"], row["quantity"]) for row in rows] == [(-3, 2), (5, 5)]
