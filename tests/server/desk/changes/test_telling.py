"""Who hears of changes: followers of what is touched or hit, owners, and who set the watch."""

import pytest
from sqlalchemy import select

from cmdb.errors import ItemNotFound
from server.desk.changes import actions
from server.desk.changes.actions import ChangeMove, WatchDraft
from server.desk.changes.actions.starting import start_due
from server.desk.changes.actions.watching import find_unauthorized
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.items.following import keeping
from server.notify.models import Notification
from server.notify.rules.texts import Told, line_of
from tests.server.desk.changes.planned import END, START, scheduled
from tests.server.desk.changes.test_verifying import LATER, carried_out, report, verified
from tests.server.desk.estate import NOW, Estate


def follow(database: Database, actor: Actor, item_id: int) -> None:
    with database.writing() as session:
        keeping.follow_item(session, actor, item_id, NOW)
        keeping.follow_item(session, actor, item_id, NOW)


def heard(database: Database, actor: Actor, kind: str) -> list[tuple[str, str]]:
    """Return the lines that somebody was told, each with where it leads."""
    with database.reading() as session:
        query = select(Notification).where(
            Notification.person_id == actor.person_id, Notification.kind == kind
        )
        rows = session.scalars(query.order_by(Notification.id)).all()
        return [(line_of(Told(one.kind, one.detail, one.path), "en"), one.path) for one in rows]


def test_who_follows_a_service_hears_of_a_change_deep_below_it(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    follow(database, world.configuration_manager, estate.orders)
    with database.reading() as session:
        followed = keeping.followed_items(session, world.configuration_manager)
        assert [item.name for item in followed] == ["Orders"]
    reference = scheduled(database, estate, estate.san)
    assert heard(database, world.configuration_manager, "change_moved") == [
        (f"{reference} is now: Scheduled", f"/changes/{reference}")
    ]
    assert heard(database, world.reader, "change_moved") == []
    with database.writing() as session:
        keeping.unfollow_item(session, world.configuration_manager, estate.orders)
        actions.move_change(
            session, world.agent, reference, ChangeMove("cancelled", reason="No more"), NOW
        )
    assert len(heard(database, world.configuration_manager, "change_moved")) == 1


def test_what_is_out_of_sight_is_followed_by_nobody(database: Database, estate: Estate) -> None:
    with database.writing() as session, pytest.raises(ItemNotFound):
        keeping.follow_item(session, estate.world.outsider, estate.orders, NOW)


def test_the_outcome_is_told_to_author_owners_and_followers(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    follow(database, world.configuration_manager, estate.app)
    reference = carried_out(database, estate)
    report(database, estate, LATER, vendor="Acme")
    assert verified(database, estate, reference)[0] == "as_planned"
    line = f"{reference} afterwards: as planned"
    assert [one for one, _ in heard(database, world.configuration_manager, "change_verified")] == [
        line
    ]
    # The change manager owns Orders, which it hit.
    assert heard(database, world.change_manager, "change_verified") == [
        (line, f"/changes/{reference}")
    ]
    # The agent asked for the comparison, and has seen it.
    assert heard(database, world.agent, "change_verified") == []


def test_an_unapproved_difference_is_told_once_for_all_its_fields(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    report(database, estate, NOW, vendor="Initech", model="One")
    with database.writing() as session:
        draft = WatchDraft(item_id=estate.app, organisation_id=world.root.id)
        actions.add_watch(session, world.change_manager, draft, NOW)
    report(database, estate, LATER, vendor="Acme", model="Two")
    with database.writing() as session:
        assert find_unauthorized(session, LATER) == 2
    assert heard(database, world.change_manager, "change_unauthorized") == [
        ("app-1 changed without an approved change", "/changes/unauthorized")
    ]


def test_a_start_that_was_stopped_is_told_to_author_and_implementer(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    implementer = world.configuration_manager
    reference = scheduled(database, estate, estate.laptop, implementer_id=implementer.person_id)
    freeze = actions.WindowDraft("freeze", "Year end", START, END, item_ids=(estate.laptop,))
    with database.writing() as session:
        actions.add_window(session, world.change_manager, freeze, NOW)
        assert start_due(session, START) == 0
        assert start_due(session, START) == 0
    for actor in (world.agent, implementer):
        assert heard(database, actor, "change_held") == [
            (f"{reference} did not begin by itself", f"/changes/{reference}")
        ]
