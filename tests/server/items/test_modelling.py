"""Classes, attributes, choices and relationship types of one's own, while the server runs."""

from typing import Any

import pytest

from tests.server.items.rest import Callers, refused

_LOCK = {"parent": "device", "label": {"en": "Door lock", "es": "Cerradura"}}
_BATTERY = {
    "type": "integer",
    "label": {"en": "Battery"},
    "unit": "%",
    "minimum": 0,
    "maximum": 100,
}


@pytest.fixture
def locks(callers: Callers) -> Callers:
    """A class, an attribute with choices and a relationship type of one's own."""
    colours = {"red": {"en": "Red"}, "blue": {"en": "Blue"}}
    choice = {"type": "choice", "label": {"en": "Colour"}, "choices": colours}
    unlocks = {
        "label": {"en": "guards"},
        "reverse": {"en": "is guarded by"},
        "provider": "start",
        "strength": "hard",
        "starts": ["door_lock"],
        "ends": ["device"],
    }
    post = callers.admin.post
    post("/model/classes", {"code": "door_lock", **_LOCK})
    post("/model/attributes", {"class": "door_lock", "code": "battery", **_BATTERY})
    post("/model/attributes", {"class": "door_lock", "code": "colour", **choice})
    post("/model/relation-types", {"code": "guards", **unlocks})
    return callers


def test_an_item_of_a_new_class_takes_its_new_attributes_and_is_found_by_them(
    locks: Callers,
) -> None:
    door = locks.admin.create("front", "door_lock", battery=80, colour="red", vendor="Abus")
    found = locks.admin.get("/items", attribute="battery", value="80", **{"class": "door_lock"})
    assert [row["id"] for row in found["rows"]] == [door]
    listed = locks.admin.get("/items", **{"class": "device"})
    assert door in [row["id"] for row in listed["rows"]]


def test_a_value_beyond_an_attributes_bounds_is_refused_by_name(locks: Callers) -> None:
    body = {"class": "door_lock", "organisation_id": 1, "values": {"name": "x", "battery": 101}}
    wrong = refused(locks.admin.send("POST", "/items", json=body), 422)
    assert wrong == {"battery": "expected at most 100, got 101"}


def test_failure_travels_along_a_relationship_type_of_ones_own(locks: Callers) -> None:
    door = locks.admin.create("front", "door_lock")
    server = locks.admin.create("db-1", "server")
    locks.admin.relate("guards", door, server)
    answer = locks.admin.get(f"/items/{door}/impact")
    assert {row["item"]["id"]: row["state"] for row in answer["affected"]} == {
        door: "down",
        server: "down",
    }
    wrong = {"type": "guards", "start_id": server, "end_id": door}
    refused(locks.admin.send("POST", "/relations", json=wrong), 422)


def test_what_items_have_cannot_be_taken_away(locks: Callers) -> None:
    locks.admin.create("front", "door_lock", battery=80, colour="red")
    # Attributes still name the class.
    named = refused(locks.admin.send("DELETE", "/model/classes/door_lock"), 422)
    assert "attribute.door_lock.battery" in named
    refused(locks.admin.send("DELETE", "/model/attributes/door_lock/battery"), 409)
    only_blue = {"type": "choice", "label": {"en": "Colour"}, "choices": {"blue": {"en": "Blue"}}}
    answer = locks.admin.send("PUT", "/model/attributes/door_lock/colour", json=only_blue)
    refused(answer, 409, "conflict")
    assert "1 items have the choice 'red'" in answer.get_json()["detail"]
    as_text = {"type": "text", "label": {"en": "Battery"}}
    refused(locks.admin.send("PUT", "/model/attributes/door_lock/battery", json=as_text), 409)


def test_a_new_choice_of_a_shipped_attribute_is_taken_at_once(callers: Callers) -> None:
    choices = {"choices": {"training": {"en": "Training", "ru": "Учебная"}}}
    answer = callers.admin.send("PUT", "/model/attributes/item/environment", json=choices)
    assert answer.status_code == 200, answer.text
    item = callers.admin.create("class-room-1", "server", environment="training")
    assert callers.admin.get(f"/items/{item}")["environment"] == "training"
    refused(callers.admin.send("DELETE", "/model/attributes/item/environment"), 409)


_X = {"label": {"en": "X"}, "code": "x"}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("classes", _X, "class.x.parent"),
        ("classes", _X | {"parent": "nothing"}, "class.x"),
        ("classes", _X | {"parent": "device", "code": "X"}, "class.X"),
        (
            "attributes",
            _X | {"class": "laptop", "code": "name", "type": "text"},
            "attribute.laptop.name",
        ),
        ("attributes", _X | {"class": "server", "type": "number"}, "attribute.server.x.type"),
        ("attributes", _X | {"class": "server", "type": "choice"}, "attribute.server.x"),
        ("attributes", _X | {"class": "none", "type": "text"}, "attribute.none.x"),
        ("relation-types", _X, "relation.x.reverse"),
        ("relation-types", _X | {"reverse": {"en": "x"}, "weight": 2}, "relation.x.weight"),
        (
            "suggestions",
            {"start": "server", "relation": "x", "end": "server"},
            "suggestion.server.x.server",
        ),
    ],
)
def test_a_definition_that_does_not_fit_is_refused_by_its_field(
    callers: Callers, path: str, body: dict[str, Any], named: str
) -> None:
    assert named in refused(callers.admin.send("POST", f"/model/{path}", json=body), 422)


def test_what_ships_keeps_what_stored_values_depend_on(callers: Callers) -> None:
    put = callers.admin.send("PUT", "/model/classes/server", json={"parent": "device"})
    assert "class.server.parent" in refused(put, 422)
    taken = {"code": "server", "parent": "device", "label": {"en": "Server"}}
    refused(callers.admin.send("POST", "/model/classes", json=taken), 409, "duplicate-name")
    refused(callers.admin.send("PUT", "/model/classes/nothing", json=_LOCK), 404)


def test_a_plan_shows_what_would_happen_and_changes_nothing(locks: Callers) -> None:
    locks.admin.create("front", "door_lock")
    plan = locks.admin.post(
        "/model-plans", {"classes": {"tent": {"parent": "item", "label": "T"}}}, 200
    )
    acts = {(step["act"], step["kind"], step["code"]): step for step in plan["steps"]}
    assert ("add", "class", "tent") in acts
    assert acts["remove", "class", "door_lock"]["refusal"] == "1 items are of this class"
    assert acts["remove", "relation", "guards"]["refusal"] == ""
    assert "tent" not in {one["code"] for one in locks.admin.get("/model")["classes"]}


def test_a_whole_document_is_applied_or_nothing_of_it(locks: Callers) -> None:
    before = locks.admin.get("/model")
    own = before["own"]
    own["classes"]["tent"] = {"parent": "item", "label": {"en": "Tent"}}
    done = locks.admin.send("PUT", "/model", json=own)
    assert [step["code"] for step in done.get_json()["steps"]] == ["tent"]
    # The same document again is of an older model by now.
    refused(locks.admin.send("PUT", "/model", json=own), 412, "stale-version")
    after = locks.admin.get("/model")
    assert after["version"] == before["version"] + 1
    origins = {one["code"]: one["origin"] for one in after["classes"]}
    assert (origins["tent"], origins["server"]) == ("own", "shipped")


def test_an_attributes_number_is_never_given_again(locks: Callers) -> None:
    item = locks.admin.create("front", "door_lock", battery=80)
    locks.admin.patch(f"/items/{item}", {"values": {"battery": None}})
    assert locks.admin.send("DELETE", "/model/attributes/door_lock/battery").status_code == 204
    level = {"type": "integer", "label": {"en": "Level"}}
    locks.admin.post("/model/attributes", {"class": "door_lock", "code": "level", **level})
    locks.admin.patch(f"/items/{item}", {"values": {"level": 80}})
    found = locks.admin.get("/items", attribute="level", value="80")
    assert [row["id"] for row in found["rows"]] == [item]


def test_only_who_rules_everywhere_changes_the_model(callers: Callers) -> None:
    for caller in (callers.manager, callers.reader):
        refused(caller.send("POST", "/model/classes", json={"code": "door_lock", **_LOCK}), 403)
    assert callers.reader.get("/model")["version"] == 0
