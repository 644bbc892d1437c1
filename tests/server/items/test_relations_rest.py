"""Relations over REST: written by hand, seen from both ends, ended, refused by field."""

from typing import Any

import pytest

from cmdb.records.relations import Relation
from server.foundation.database import Database
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


def test_a_relation_is_seen_from_both_ends_until_it_ends(callers: Callers) -> None:
    admin = callers.admin
    app, db = admin.create("app"), admin.create("db")
    relation_id = admin.relate("depends_on", app, db, weight=0.5, note="orders\tonly ")
    read = admin.get(f"/relations/{relation_id}")
    assert (read["type"], read["start_id"], read["end_id"]) == ("depends_on", app, db)
    assert (read["weight"], read["source"], read["note"]) == (0.5, "person", "orders\tonly")
    (from_app,) = admin.get(f"/items/{app}/relations")
    (from_db,) = admin.get(f"/items/{db}/relations")
    assert (from_app["forward"], from_app["other"]["name"]) == (True, "db")
    assert (from_db["forward"], from_db["other"]["name"]) == (False, "app")
    ended = admin.send("DELETE", f"/relations/{relation_id}")
    assert (ended.status_code, ended.data) == (204, b"")
    refused(admin.send("GET", f"/relations/{relation_id}"), 404, "not-found")
    refused(admin.send("DELETE", f"/relations/{relation_id}"), 404, "not-found")
    assert admin.get(f"/items/{app}/relations") == []
    kinds = [row["kind"] for row in admin.get(f"/items/{db}/history")["rows"]]
    assert kinds == ["unrelated", "related", "created"]


def test_the_same_relation_again_changes_nothing(callers: Callers) -> None:
    app, db = callers.admin.create("app"), callers.admin.create("db")
    first = callers.admin.relate("depends_on", app, db)
    assert callers.admin.relate("depends_on", app, db) == first
    assert len(callers.admin.get(f"/items/{app}/relations")) == 1


def test_a_redundancy_group_is_joined_by_its_name(callers: Callers) -> None:
    admin = callers.admin
    shop = admin.create("shop", "business_service")
    for number in (1, 2):
        group = {"name": "web", "rule": "at_least", "threshold": 1}
        admin.relate("depends_on", shop, admin.create(f"web{number}"), group=group)
    rows = admin.get(f"/items/{shop}/relations")
    assert {row["group"] for row in rows} == {"web"}
    assert len({row["group_id"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"type": "flies_to"}, {"type"}),
        ({"type": "runs_on"}, {"type"}),
        ({"type": "uplinks_to"}, {"type"}),
        ({"end_id": 4711}, {"end_id"}),
        ({"start_id": 4711, "end_id": 4712}, {"start_id", "end_id"}),
        ({"start_id": 2**80}, {"start_id"}),
        ({"start_id": "1"}, {"start_id"}),
        ({"weight": 2}, {"weight"}),
        ({"weight": "NaN"}, {"weight"}),
        ({"group": {"name": ""}}, {"group.name"}),
        ({"group": {"name": "g", "rule": "luck"}}, {"group.rule"}),
        ({"group": {"name": "g", "threshold": -1}}, {"group.threshold"}),
        ({"group": {"name": "g", "colour": "blue"}}, {"group.colour"}),
        ({"type": "monitored_by", "group": {"name": "g"}}, {"group"}),
        ({"colour": "blue"}, {"colour"}),
    ],
)
def test_every_wrong_field_is_named(
    callers: Callers, database: Database, change: dict[str, Any], fields: set[str]
) -> None:
    app, db = callers.admin.create("app"), callers.admin.create("db")
    body = {"type": "depends_on", "start_id": app, "end_id": db} | change
    answer = callers.admin.send("POST", "/relations", json=body)
    assert refused(answer, 422, "invalid-value").keys() == fields
    with database.reading() as session:
        assert session.query(Relation).count() == 0


def test_an_item_neither_needs_nor_contains_itself(callers: Callers) -> None:
    admin = callers.admin
    room, rack = admin.create("room", "room"), admin.create("rack", "rack")
    own = {"type": "contains", "start_id": room, "end_id": room}
    assert refused(admin.send("POST", "/relations", json=own), 422).keys() == {"end_id"}
    admin.relate("contains", room, rack)
    back = {"type": "contains", "start_id": rack, "end_id": room}
    assert refused(admin.send("POST", "/relations", json=back), 422) == {
        "end_id": "contains would lead back to where it began"
    }


def test_ends_out_of_sight_or_reach_cannot_be_joined(
    callers: Callers, world: World, local_manager: Caller
) -> None:
    mine = callers.admin.create("mine", organisation_id=world.operations.id)
    theirs = callers.admin.create("theirs", organisation_id=world.sales.id)
    body = {"type": "depends_on", "start_id": mine, "end_id": theirs}
    assert refused(local_manager.send("POST", "/relations", json=body), 422) == {
        "end_id": f"there is no item {theirs} that you may change"
    }
    relation_id = callers.admin.relate("depends_on", mine, theirs)
    assert local_manager.get(f"/items/{mine}/relations") == []
    refused(local_manager.send("GET", f"/relations/{relation_id}"), 404)
    refused(local_manager.send("DELETE", f"/relations/{relation_id}"), 404)
    refused(callers.reader.send("DELETE", f"/relations/{relation_id}"), 403)
