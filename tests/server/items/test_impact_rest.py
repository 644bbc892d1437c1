"""What suffers, over REST: computed on everything, told to each as far as they may look."""

from typing import Any

import pytest
from sqlalchemy import event

from cmdb.records.items import Item
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.items.impact import answer_impact
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World


class Shop:
    """``site <- host <- app <- shop``: host and shop belong to sales, the rest to operations."""

    def __init__(self, admin: Caller, world: World) -> None:
        ours, theirs = world.operations.id, world.sales.id
        self.db = admin.create("db", organisation_id=ours)
        self.host = admin.create("host", organisation_id=theirs)
        self.app = admin.create("app", organisation_id=ours)
        self.shop = admin.create("shop", "business_service", organisation_id=theirs)
        for dependant, provider in (
            (self.host, self.db),
            (self.app, self.host),
            (self.shop, self.app),
        ):
            admin.relate("depends_on", dependant, provider)


@pytest.fixture
def shop(callers: Callers, world: World) -> Shop:
    return Shop(callers.admin, world)


def named(rows: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(row["item"]["name"], row["state"], row["distance"]) for row in rows]


def test_everything_that_suffers_is_told_with_state_distance_reason_and_path(
    callers: Callers, shop: Shop
) -> None:
    answer = callers.admin.get(f"/items/{shop.db}/impact")
    assert named(answer["affected"]) == [
        ("db", "down", 0),
        ("host", "down", 1),
        ("app", "down", 2),
        ("shop", "down", 3),
    ]
    last = answer["affected"][-1]
    assert [hop["item"]["name"] for hop in last["path"]] == ["db", "host", "app", "shop"]
    assert (last["reason"], last["because_of"]["name"]) == ("hard_provider", "app")
    assert [row["item"]["name"] for row in answer["services"]] == ["shop"]
    assert answer["totals"] == {"down": 4, "degraded": 0, "at_risk": 0}
    assert (answer["hidden"], answer["outside"]) == (0, [])
    assert [item["name"] for item in answer["failed"]] == ["db"]


def test_who_sees_a_part_is_answered_from_the_whole(
    callers: Callers, shop: Shop, local_manager: Caller
) -> None:
    answer = local_manager.get(f"/items/{shop.db}/impact")
    # The failure comes through sales, which operations does not see, and goes on.
    assert named(answer["affected"]) == [("db", "down", 0), ("app", "down", 2)]
    hops = [hop["item"] and hop["item"]["name"] for hop in answer["affected"][1]["path"]]
    assert hops == ["db", None, "app"]
    assert answer["affected"][1]["because_of"] is None
    assert answer["services"] == []


def test_neither_total_nor_hidden_appears_without_the_right_to_count(
    callers: Callers, shop: Shop, local_manager: Caller
) -> None:
    for path in (f"/items/{shop.db}/impact", f"/items/{shop.app}/impact"):
        answer = local_manager.get(path)
        assert (answer["totals"], answer["hidden"]) == (None, None)
    assert callers.reader.get(f"/items/{shop.db}/impact")["totals"] is None


def test_who_may_count_is_told_how_many_are_hidden_and_no_names(
    callers: Callers, shop: Shop
) -> None:
    answer = callers.outsider.get(f"/items/{shop.host}/impact")
    assert named(answer["affected"]) == [("host", "down", 0), ("shop", "down", 2)]
    assert (answer["hidden"], answer["totals"]["down"]) == (1, 3)
    assert '"app"' not in str(answer).replace("'", '"')


def test_what_takes_no_part_says_nothing_of_totals_either(
    callers: Callers, shop: Shop, local_manager: Caller
) -> None:
    admin = callers.admin
    planned = admin.create("planned", organisation_id=2, stage="planned")
    assert admin.get(f"/items/{planned}/impact")["outside"] == [planned]
    assert admin.get(f"/items/{planned}/impact")["hidden"] == 0
    answer = local_manager.get(f"/items/{planned}/impact")
    assert (answer["totals"], answer["hidden"], answer["affected"]) == (None, None, [])


def test_several_fail_together_and_a_group_holds_until_it_does_not(callers: Callers) -> None:
    admin = callers.admin
    service = admin.create("shop", "business_service")
    replicas = [admin.create(f"web{number}") for number in (1, 2)]
    for replica in replicas:
        admin.relate("depends_on", service, replica, group={"name": "web"})
    one = admin.post("/impact", {"failed": replicas[:1]}, 200)
    assert named(one["affected"]) == [("web1", "down", 0), ("shop", "at_risk", 1)]
    assert one["affected"][1]["group"] == "web"
    both = admin.post("/impact", {"failed": [*replicas, replicas[0]]}, 200)
    assert ("shop", "down", 1) in named(both["affected"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"failed"}),
        ({"failed": []}, {"failed"}),
        ({"failed": ["1"]}, {"failed.0"}),
        ({"failed": [2**70]}, {"failed.0"}),
        ({"failed": [1], "limit": 0}, {"limit"}),
        ({"failed": [1], "limit": 10_001}, {"limit"}),
        ({"failed": list(range(1, 1002))}, {"failed"}),
        ({"failed": [True]}, {"failed.0"}),
        ({"failed": [1], "states": []}, {"states"}),
        ({"failed": [1], "states": ["up"]}, {"states.0"}),
        ({"failed": [1], "paths": "no"}, {"paths"}),
        ({"failed": [1], "as_of": 7}, {"as_of"}),
        ({"failed": [1], "colour": "blue"}, {"colour"}),
    ],
)
def test_a_question_that_cannot_be_understood_is_named(
    callers: Callers, body: dict[str, Any], fields: set[str]
) -> None:
    assert refused(callers.admin.send("POST", "/impact", json=body), 422).keys() == fields


def test_a_failure_that_is_out_of_sight_cannot_be_asked_about(
    callers: Callers, shop: Shop, local_manager: Caller
) -> None:
    for failed in ([shop.db, shop.host], [4711]):
        refused(local_manager.send("POST", "/impact", json={"failed": failed}), 404)


def test_a_limit_cuts_what_is_in_sight_not_what_is_hidden(
    callers: Callers, world: World, database: Database, local_manager: Caller
) -> None:
    """Thirty hidden items fall first; what the asker may see comes after them."""
    admin = callers.admin
    root = admin.create("root", organisation_id=world.operations.id)
    lines: list[dict[str, Any]] = []
    for number in range(30):
        key = f"hidden{number}"
        lines += [
            {"kind": "item", "key": key, "class": "server", "values": {"name": key}},
            {"kind": "relation", "type": "depends_on", "start": key, "end": root},
        ]
    admin.bulk(lines, world.sales.id)
    middle = admin.get("/items", q="hidden7")["rows"][0]["id"]
    mine = [admin.create(f"mine{n}", organisation_id=world.operations.id) for n in range(3)]
    for item_id in mine:
        admin.relate("depends_on", item_id, middle)
    body = {"failed": [root], "limit": 3}
    answer = local_manager.post("/impact", body, 200)
    assert [name for name, *_ in named(answer["affected"])] == ["root", "mine0", "mine1"]


def test_services_are_told_however_small_the_limit(callers: Callers, shop: Shop) -> None:
    answer = callers.admin.post("/impact", {"failed": [shop.db], "limit": 1}, 200)
    assert [name for name, *_ in named(answer["affected"])] == ["db"]
    assert [name for name, *_ in named(answer["services"])] == ["shop"]


def test_services_stand_worst_and_most_critical_first(callers: Callers) -> None:
    admin = callers.admin
    db = admin.create("db")
    for name, tier, weight in (("c", 2, 1.0), ("b", 0, 0.5), ("a", 1, 1.0), ("d", None, 1.0)):
        values = {} if tier is None else {"criticality": tier}
        service = admin.create(name, "business_service", **values)
        admin.relate("depends_on", service, db, weight=weight)
    answer = admin.get(f"/items/{db}/impact")
    assert [row["item"]["name"] for row in answer["services"]] == ["a", "c", "d", "b"]


def test_an_answer_costs_few_queries_however_many_suffer(
    callers: Callers, world: World, database: Database
) -> None:
    admin = callers.admin
    db = admin.create("db")
    lines: list[dict[str, Any]] = []
    for number in range(100):
        key = f"app{number}"
        lines += [
            {"kind": "item", "key": key, "class": "server", "values": {"name": key}},
            {"kind": "relation", "type": "depends_on", "start": key, "end": db},
        ]
    admin.bulk(lines)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        statements.append(sql)

    def ask(actor: Actor) -> int:
        with database.reading() as session:
            answer_impact(session, actor, [db])  # the graph is read
            statements.clear()
            assert len(answer_impact(session, actor, [db]).rows) == 101
            session.get_one(Item, db)
        return len(statements)

    event.listen(database.engine, "before_cursor_execute", note)
    assert ask(world.admin) <= 6
    assert ask(world.reader) <= 7
