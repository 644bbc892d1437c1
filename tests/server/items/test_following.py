"""Watching one item: who does hears that it was retired, fell silent or is seen again, once."""

from datetime import timedelta

from sqlalchemy import delete, select

from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.vocabulary import ClassCode, SourceCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.permissions import Actor
from server.foundation.settings import Settings
from server.items.following.jobs import watch_items
from server.items.following.looking import BATCH, follow_up
from server.items.models import ItemFollower
from server.notify.models import Notification
from server.notify.rules.texts import Told, line_of
from server.people.models.roles import RoleGrant
from tests.server.items.rest import Callers, refused
from tests.support.people import World


def heard(database: Database, actor: Actor, language: str = "en") -> list[str]:
    with database.reading() as session:
        query = select(Notification).where(Notification.person_id == actor.person_id)
        rows = session.scalars(query.order_by(Notification.id))
        return [line_of(Told(one.kind, one.detail, one.path), language) for one in rows]


def test_watching_is_said_over_rest_and_stands_in_ones_list(callers: Callers) -> None:
    item = callers.admin.create("db")
    path = f"/items/{item}/watch"
    assert callers.reader.get(path) == {"watched": False}
    for _ in range(2):
        assert callers.reader.send("PUT", path).status_code == 204
    assert callers.reader.get(path) == {"watched": True}
    assert callers.admin.get(path) == {"watched": False}
    assert [one["name"] for one in callers.reader.get("/watching")["items"]] == ["db"]
    assert callers.admin.get("/watching") == {"items": [], "tickets": [], "views": []}
    view = callers.reader.post("/item-views", {"name": "Servers", "query": "class:server"})
    assert callers.reader.send("PUT", f"/item-views/{view['id']}/watch").status_code == 204
    (watched,) = callers.reader.get("/watching")["views"]
    assert (watched["id"], watched["kind"], watched["name"]) == (view["id"], "items", "Servers")
    refused(callers.outsider.send("PUT", path), 404)
    refused(callers.outsider.send("GET", path), 404)
    assert callers.reader.send("DELETE", path).status_code == 204
    assert callers.reader.get("/watching")["items"] == []


def test_a_retired_item_is_told_once_and_so_is_its_return(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("db")
    assert callers.reader.send("PUT", f"/items/{item}/watch").status_code == 204
    context = JobContext(database, Settings(), {})
    assert watch_items(context) == {"moved": 0, "told": 0}
    callers.admin.patch(f"/items/{item}", {"values": {"stage": "retired"}})
    assert watch_items(context) == {"moved": 1, "told": 1}
    assert watch_items(context) == {"moved": 0, "told": 0}
    callers.admin.patch(f"/items/{item}", {"values": {"stage": "in_use"}})
    assert watch_items(context) == {"moved": 1, "told": 1}
    assert heard(database, world.reader) == [
        "db, which you follow, was retired",
        "db, which you follow, is back from retirement",
    ]
    assert heard(database, world.reader, "ru")[0] == (
        "db, за которым вы следите: выведен из эксплуатации"
    )


def test_silence_is_told_when_every_source_is_late_and_ends_with_the_next_word(
    callers: Callers, database: Database, world: World
) -> None:
    began = utc_now()

    def report(days: int) -> int:
        seen = Observation(
            origin=Origin(SourceCode("agent"), "db-1"),
            class_code=ClassCode("server"),
            organisation_id=world.root.id,
            observed_at=began + timedelta(days=days),
            values={"name": "db"},
        )
        with database.writing() as session:
            recorded = Inventory(session, began + timedelta(days=days)).record(seen)
        assert recorded.item_id is not None, recorded
        return recorded.item_id

    item = report(0)
    assert callers.reader.send("PUT", f"/items/{item}/watch").status_code == 204
    by_hand = callers.admin.create("shelf")
    assert callers.reader.send("PUT", f"/items/{by_hand}/watch").status_code == 204
    assert follow_up(database, began + timedelta(days=29))["told"] == 0
    assert follow_up(database, began + timedelta(days=31))["told"] == 1
    assert follow_up(database, began + timedelta(days=40))["told"] == 0
    assert report(41) == item
    assert follow_up(database, began + timedelta(days=41))["told"] == 1
    assert heard(database, world.reader) == [
        "db, which you follow, is not seen any more",
        "db, which you follow, is seen again",
    ]


def test_who_may_see_an_item_no_longer_hears_no_more_of_it(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("db")
    for caller in (callers.reader, callers.of(world.agent)):
        assert caller.send("PUT", f"/items/{item}/watch").status_code == 204
    with database.writing() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.person_id == world.reader.person_id))
    callers.admin.patch(f"/items/{item}", {"values": {"stage": "retired"}})
    assert follow_up(database, utc_now()) == {"moved": 1, "told": 1}
    assert heard(database, world.reader) == []
    assert heard(database, world.agent) == ["db, which you follow, was retired"]
    assert follow_up(database, utc_now()) == {"moved": 0, "told": 0}


def test_more_followers_than_one_batch_are_all_looked_at(
    callers: Callers, database: Database, world: World
) -> None:
    first = callers.admin.create("first")
    lines = [
        {
            "kind": "item",
            "key": f"n{number}",
            "class": "server",
            "values": {"name": f"node-{number}"},
        }
        for number in range(BATCH)
    ]
    made = [one["id"] for one in callers.admin.bulk(lines)]
    with database.writing() as session:
        session.add_all(
            ItemFollower(
                item_id=one,
                person_id=world.reader.person_id,
                since=utc_now(),
                told_stage="retired" if one == made[-1] else "in_use",
            )
            for one in [first, *made]
        )
    assert follow_up(database, utc_now()) == {"moved": 1, "told": 1}
    assert heard(database, world.reader) == [
        f"node-{BATCH - 1}, which you follow, is back from retirement"
    ]


def test_followers_from_before_are_told_from_their_first_look_on(
    callers: Callers, database: Database, world: World
) -> None:
    item = callers.admin.create("db")
    with database.writing() as session:
        row = ItemFollower(item_id=item, person_id=world.reader.person_id, since=utc_now())
        session.add(row)
    assert follow_up(database, utc_now()) == {"moved": 1, "told": 0}
    callers.admin.patch(f"/items/{item}", {"values": {"stage": "retired"}})
    assert follow_up(database, utc_now()) == {"moved": 1, "told": 1}
