"""Who follows an item hears of the tickets about it, as far as they may see these."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from server.desk.tickets.actions import MoveDraft, TicketDraft, move_ticket
from server.desk.tickets.actions import open_ticket as open_one
from server.desk.tickets.actions.affected import add_affected, remove_affected
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.items.following.keeping import follow_item
from server.notify.models import Notification
from server.notify.rules.texts import Told, line_of
from tests.server.desk.estate import NOW, Estate

LATER = NOW + timedelta(hours=1)


def follow(database: Database, actor: Actor, item_id: int) -> None:
    with database.writing() as session:
        follow_item(session, actor, item_id, NOW)


def opened(database: Database, estate: Estate, actor: Actor, **draft: Any) -> str:
    with database.writing() as session:
        return open_one(session, actor, TicketDraft("Disk fails", **draft), NOW).reference


def heard(database: Database, actor: Actor) -> list[tuple[str, str]]:
    """Return what a follower was told of tickets, each with where it leads."""
    kinds = ("followed_ticket", "followed_solved")
    with database.reading() as session:
        query = select(Notification).where(
            Notification.person_id == actor.person_id, Notification.kind.in_(kinds)
        )
        rows = session.scalars(query.order_by(Notification.id))
        return [(line_of(Told(one.kind, one.detail, one.path), "en"), one.path) for one in rows]


def test_a_ticket_on_an_item_or_reaching_a_service_is_told_and_that_it_is_solved(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    follow(database, world.configuration_manager, estate.san)
    follow(database, world.admin, estate.reports)
    reference = opened(database, estate, world.agent, affected_item_ids=(estate.san,))
    with database.writing() as session:
        done = MoveDraft("resolved", "", "fixed", "A disk was changed")
        move_ticket(session, world.agent, reference, done, LATER)
    for actor, item in ((world.configuration_manager, "san-1"), (world.admin, "Reports")):
        assert heard(database, actor) == [
            (f"{item}, which you follow, is in {reference}: Disk fails", f"/tickets/{reference}"),
            (f"{reference} about {item}, which you follow, is solved", f"/tickets/{reference}"),
        ]
    assert heard(database, world.reader) == []


def test_an_item_that_is_named_later_is_told_then_and_the_ticket_once(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    follow(database, world.configuration_manager, estate.laptop)
    reference = opened(database, estate, world.agent, affected_item_ids=(estate.san,))
    assert heard(database, world.configuration_manager) == []
    with database.writing() as session:
        add_affected(session, world.agent, reference, (estate.laptop,), LATER)
    with database.writing() as session:
        remove_affected(session, world.agent, reference, estate.laptop, LATER)
        add_affected(session, world.agent, reference, (estate.laptop,), LATER)
    assert [line for line, _ in heard(database, world.configuration_manager)] == [
        f"LT-0231, which you follow, is in {reference}: Disk fails"
    ]


def test_nobody_hears_of_a_ticket_out_of_their_sight_nor_twice_nor_of_their_own(
    database: Database, estate: Estate
) -> None:
    world = estate.world
    follow(database, world.requester, estate.laptop)
    for actor in (world.agent, world.change_manager):
        follow(database, actor, estate.orders)
    # The requester sees their laptop and no ticket of others, the agent opened it, the manager
    # owns Orders.
    items = (estate.orders, estate.laptop)
    opened(database, estate, world.agent, affected_item_ids=items)
    for actor in (world.requester, world.agent, world.change_manager):
        assert heard(database, actor) == []
    with database.reading() as session:
        told = select(Notification.kind).where(
            Notification.person_id == world.change_manager.person_id
        )
        assert session.scalars(told).all() == ["item_hit"]
