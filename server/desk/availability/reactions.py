"""What follows for services: outages kept with their tickets, and owners told of promises."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import Item, ItemParty
from cmdb.vocabulary import PartyRole
from server.desk.availability.actions.keeping import keep_outages, move_beginning
from server.desk.availability.events import AvailabilityReached
from server.desk.availability.rules.texts import ALLOWANCES
from server.desk.tickets.events import (
    ItemsAffected,
    TicketEdited,
    TicketEvent,
    TicketNoted,
    TicketOpened,
)
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.hearing import members_of
from server.items.following.hearing import followers_of
from server.notify.actions import Notice, tell

#: Events in which a person says what a ticket is about.
_NAMING = (TicketOpened, ItemsAffected, TicketEdited)


def keep_service_outages(session: Session, event: TicketEvent) -> None:
    """Let the outages of services follow what happened to a ticket."""
    if isinstance(event, TicketNoted) and event.what != "merged":
        return
    session.flush()
    ticket = session.get_one(Ticket, event.ticket_id)
    if isinstance(event, TicketEdited) and "occurred_at" in event.changes:
        before = event.changes["occurred_at"][0] or ticket.created_at
        move_beginning(session, ticket, before)
    keep_outages(session, ticket, event.at, named=isinstance(event, _NAMING))


def tell_availability(session: Session, event: AvailabilityReached) -> None:
    """Tell the owners of a service, and who follows it and may see it today."""
    item = session.get_one(Item, event.item_id)
    people = set(followers_of(session, [item.id]))
    people |= set(_owners(session, item.id))
    kind = "service_level_missed" if event.missed else "service_level_near"
    level = "missed" if event.missed else str(event.percent)
    key = (
        f"availability:{item.id}:{event.organisation_id or 0}:{event.measure}:{event.month}:{level}"
    )
    detail: dict[str, Any] = {
        "item": item.name,
        "percent": event.percent,
        "when": event.month,
        "states": dict(ALLOWANCES[event.measure]),
    }
    path = f"/services/{item.id}?month={event.month}#levels"
    tell(session, people, Notice(kind, key, path, detail), event.at)


def _owners(session: Session, item_id: int) -> Iterator[int]:
    """Yield the people who own a service, and those of groups that do."""
    query = select(ItemParty.person_id, ItemParty.group_id).where(
        ItemParty.item_id == item_id, ItemParty.role == PartyRole.OWNER.value
    )
    for person_id, group_id in session.execute(query):
        if person_id is not None:
            yield person_id
        if group_id is not None:
            yield from members_of(session, group_id)
