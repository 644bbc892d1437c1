"""What belongs to a ticket: its conversation, the items it is about, the services that suffer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Executable, Select, bindparam, select
from sqlalchemy.orm import Session

from cmdb.records.asking import asked
from cmdb.records.items import Item
from cmdb.records.parties import Person
from server.desk.tickets.models import (
    AffectedItem,
    AffectedService,
    Ticket,
    TicketEntry,
    TicketWatcher,
)
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.queries.tickets import find_ticket, may_work_on
from server.desk.tickets.rules.words import Words
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor
from server.items.scope import visible_items

#: Lines of history among which the last step is looked for.
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry and who wrote it; None where no person acted."""

    entry: TicketEntry
    author: Person | None


@dataclass(frozen=True, slots=True)
class AffectedItemRow:
    """An item a ticket is about."""

    item: Item
    is_cause: bool


@dataclass(frozen=True, slots=True)
class AffectedServiceRow:
    """A service that suffers, as it stood when the ticket's impact was last computed."""

    item: Item
    state: str


def entries_of(
    session: Session, actor: Actor, reference: str | int, request: PageRequest
) -> Page[EntryRow]:
    """Return a page of a ticket's entries, oldest first (sort ``-id`` for newest first).

    Who may not work on the ticket sees the public ones.
    """
    ticket = find_ticket(session, actor, reference)
    query = _entries(ticket.id, internal=may_work_on(session, actor, ticket.id))
    sorts = {"id": SortKey(TicketEntry.id, int)}
    page = fetch_page(session, query, request, sorts, TicketEntry.id)
    return Page([EntryRow(*row) for row in page.rows], page.next_cursor)


def asked_of_requester(session: Session, ticket: Ticket, words: Words) -> str:
    """Return what the requester of a waiting ticket was asked when it began to wait; "" for none.

    For a ticket that the caller has found. The requester was told the same by mail.
    """
    state = words.states.get(ticket.state)
    if state is None or not state.answered:
        return ""
    query = (
        select(TicketEntry.detail)
        .where(TicketEntry.ticket_id == ticket.id, TicketEntry.kind == "system")
        .order_by(TicketEntry.id.desc())
        .limit(_LOOKED_AT)
    )
    for detail in session.scalars(query):
        if detail.get("event") == "moved":
            return str(detail.get("reason", "")) if detail.get("after") == ticket.state else ""
    return ""


def latest_entries(
    session: Session, ticket_id: int, *, internal: bool, limit: int = 200
) -> list[EntryRow]:
    """Return the newest entries of a ticket that the caller has found in sight, oldest first."""
    query = _entries(ticket_id, internal=internal).order_by(TicketEntry.id.desc()).limit(limit)
    return [EntryRow(*row) for row in session.execute(query)][::-1]


def affected_items_of(
    session: Session, actor: Actor, reference: str | int
) -> list[AffectedItemRow]:
    """Return the items a ticket is about that are in sight, by name."""
    ticket = find_ticket(session, actor, reference)
    query = (
        select(Item, AffectedItem.is_cause)
        .join(AffectedItem, AffectedItem.item_id == Item.id)
        .where(AffectedItem.ticket_id == ticket.id, visible_items(actor))
        .order_by(Item.name_key, Item.id)
    )
    return [AffectedItemRow(*row) for row in session.execute(query)]


def affected_services_of(
    session: Session, actor: Actor, reference: str | int
) -> list[AffectedServiceRow]:
    """Return the services that suffer, as stored, those in sight, most critical first."""
    ticket = find_ticket(session, actor, reference)
    query = (
        select(Item, AffectedService.state)
        .join(AffectedService, AffectedService.item_id == Item.id)
        .where(AffectedService.ticket_id == ticket.id, visible_items(actor))
        .order_by(Item.criticality, Item.name_key, Item.id)
    )
    return [AffectedServiceRow(*row) for row in session.execute(query)]


def affected_item_ids(session: Session, ticket_id: int) -> list[int]:
    """Return the ids of all items a ticket is about, whoever asks: what impact is computed on."""
    query = select(AffectedItem.item_id).where(AffectedItem.ticket_id == ticket_id)
    return list(session.scalars(query.order_by(AffectedItem.item_id)))


def cause_of(session: Session, ticket_id: int) -> int | None:
    """Return the affected item that is marked as the cause, if one is."""
    return _cause(session, ticket_id=ticket_id).scalar()


@asked
def _cause(_: str) -> Executable:
    """Read which item is the cause of a ticket."""
    mine = AffectedItem.ticket_id == bindparam("ticket_id")
    return select(AffectedItem.item_id).where(mine, AffectedItem.is_cause).limit(1)


def service_ids_of(session: Session, ticket_id: int) -> Sequence[int]:
    """Return the services that a ticket's failure reaches, as last computed."""
    query = select(AffectedService.item_id).where(AffectedService.ticket_id == ticket_id)
    return session.scalars(query.order_by(AffectedService.item_id)).all()


def watcher_ids(session: Session, ticket_id: int) -> Sequence[int]:
    """Return who follows a ticket."""
    return _watchers(session, ticket_id=ticket_id).scalars().all()


@asked
def _watchers(_: str) -> Executable:
    """Read who follows a ticket."""
    mine = TicketWatcher.ticket_id == bindparam("ticket_id")
    return select(TicketWatcher.person_id).where(mine).order_by(TicketWatcher.person_id)


def services_not_up(session: Session, actor: Actor, limit: int = 20) -> list[tuple[Item, str, int]]:
    """Return (service, worst state, open tickets) for services that open tickets reach.

    Only services and tickets in sight; worst and most critical first.
    """
    found: dict[int, tuple[Item, str, int]] = {}
    for item, state in session.execute(_reached(actor)):
        _, worst, count = found.get(item.id, (item, state, 0))
        found[item.id] = (item, min(worst, state, key=_BADNESS.index), count + 1)
    ranked = sorted(found.values(), key=_worst_first)
    return ranked[:limit]


_BADNESS = ("down", "degraded", "at_risk")


def _worst_first(row: tuple[Item, str, int]) -> tuple[int, int, str]:
    item, state, _ = row
    tier = 9 if item.criticality is None else item.criticality
    return _BADNESS.index(state), tier, item.name_key


def _reached(actor: Actor) -> Select[Item, str]:
    from_tickets = AffectedService.ticket_id == Ticket.id
    return (
        select(Item, AffectedService.state)
        .join(AffectedService, AffectedService.item_id == Item.id)
        .join(Ticket, from_tickets)
        .where(Ticket.is_open, visible_tickets(actor), visible_items(actor))
        .order_by(Ticket.priority, Ticket.id)
        .limit(2000)
    )


def _entries(ticket_id: int, *, internal: bool) -> Select[TicketEntry, Person]:
    query = (
        select(TicketEntry, Person)
        .outerjoin(Person, Person.id == TicketEntry.author_id)
        .where(TicketEntry.ticket_id == ticket_id)
    )
    return query if internal else query.where(TicketEntry.kind == "public")
