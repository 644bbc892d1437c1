"""Tickets, one and many, as the actor may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from cmdb.errors import NotFound
from cmdb.model.text import clean, text_key
from cmdb.records.parties import Group, Organisation, OrganisationClosure, Person
from server.desk.tickets.models import AffectedItem, AffectedService, Ticket
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.queries.searching import holding
from server.foundation.errors import PermissionDenied
from server.foundation.paging import (
    Page,
    PageRequest,
    SortKey,
    count_up_to,
    counted_up_to,
    fetch_page,
)
from server.foundation.permissions import Actor, Permission

#: The largest id a database takes; what is larger does not exist.
_MAX_ID = 2**63 - 1

SORTS: Mapping[str, SortKey] = {
    "created": SortKey(Ticket.created_at, datetime.fromisoformat),
    "activity": SortKey(Ticket.activity_at, datetime.fromisoformat),
    "priority": SortKey(Ticket.priority, int),
    "id": SortKey(Ticket.id, int),
}

Requester = aliased(Person)
Assignee = aliased(Person)


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets; None and "" narrow nothing.

    ``text`` is a reference, a part of the title, or words in it and in what was said on it.
    ``item_id`` means directly affected, ``service_id`` a service that suffers.
    ``organisation_id`` includes those below it.
    """

    text: str = ""
    state: str = ""
    open: bool | None = None
    kind: str = ""
    priority: int | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    group_id: int | None = None
    requester_id: int | None = None
    #: A category; one of the first level includes those below it.
    category: str = ""
    item_id: int | None = None
    service_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket with the people and the group it names."""

    ticket: Ticket
    requester: Person | None
    assignee: Person | None
    group: Group | None


@dataclass(frozen=True, slots=True)
class TicketHeader:
    """A ticket with all it names, and what the actor may do to it."""

    ticket: Ticket
    requester: Person | None
    assignee: Person | None
    group: Group | None
    organisation: Organisation
    may_work: bool


def list_tickets(
    session: Session, actor: Actor, wanted: TicketFilter, request: PageRequest
) -> Page[TicketRow]:
    """Return one page of the tickets that fit and are in sight; the newest first by default."""
    actor.require(Permission.TICKET_READ)
    if not request.sort:
        request = PageRequest("-created", request.cursor, request.limit)
    query = (
        select(Ticket, Requester, Assignee, Group)
        .outerjoin(Requester, Requester.id == Ticket.requester_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
        .outerjoin(Group, Group.id == Ticket.group_id)
        .where(*narrowing(actor, wanted))
    )
    page = fetch_page(session, query, request, SORTS, Ticket.id)
    return Page([TicketRow(*row) for row in page.rows], page.next_cursor)


def count_tickets(session: Session, actor: Actor, wanted: TicketFilter) -> int:
    """Count the tickets that fit and are in sight, up to ``paging.COUNT_LIMIT`` + 1."""
    actor.require(Permission.TICKET_READ)
    return count_up_to(session, select(Ticket.id).where(*narrowing(actor, wanted)))


def count_each(session: Session, actor: Actor, wanted: Sequence[TicketFilter]) -> list[int]:
    """Count the tickets of several filters in one statement, each up to the same limit."""
    actor.require(Permission.TICKET_READ)
    asked = [counted_up_to(select(Ticket.id).where(*narrowing(actor, one))) for one in wanted]
    return list(session.execute(select(*asked)).one()) if asked else []


def count_open_by_state(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many open tickets stand in each state."""
    actor.require(Permission.TICKET_READ)
    query = (
        select(Ticket.state, func.count())
        .where(visible_tickets(actor), Ticket.is_open)
        .group_by(Ticket.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def find_ticket(session: Session, actor: Actor, reference: str | int) -> Ticket:
    """Return a ticket by id or reference. Raises ``NotFound`` when there is none in sight."""
    actor.require(Permission.TICKET_READ)
    found = session.scalar(select(Ticket).where(_named(reference), visible_tickets(actor)))
    if found is None:
        raise NotFound("ticket", reference)
    return found


def ticket_header(session: Session, actor: Actor, reference: str | int) -> TicketHeader:
    """Return a ticket with all it names, in one query. Raises ``NotFound``."""
    actor.require(Permission.TICKET_READ)
    may_work = visible_tickets(actor, Permission.TICKET_WORK)
    query = (
        select(Ticket, Requester, Assignee, Group, Organisation, may_work.label("may_work"))
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(Requester, Requester.id == Ticket.requester_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
        .outerjoin(Group, Group.id == Ticket.group_id)
        .where(_named(reference), visible_tickets(actor))
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound("ticket", reference)
    ticket, requester, assignee, group, organisation, may = row
    return TicketHeader(ticket, requester, assignee, group, organisation, bool(may))


def lock_ticket(
    session: Session,
    actor: Actor,
    reference: str | int,
    permission: Permission = Permission.TICKET_WORK,
) -> Ticket:
    """Return a ticket the actor may work on, fresh and locked until the transaction ends.

    Raises ``NotFound`` when it is out of sight, ``PermissionDenied`` when it is in sight only.
    """
    query = (
        select(Ticket)
        .where(_named(reference), visible_tickets(actor, permission))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalar(query)
    if found is None:
        find_ticket(session, actor, reference)
        raise PermissionDenied(permission)
    return found


def may_work_on(session: Session, actor: Actor, ticket_id: int) -> bool:
    """Say whether the actor may work on a ticket, and so read what is internal."""
    condition = visible_tickets(actor, Permission.TICKET_WORK)
    return session.scalar(select(Ticket.id).where(Ticket.id == ticket_id, condition)) is not None


def open_tickets_on(
    session: Session, actor: Actor, item_ids: Sequence[int], limit: int = 50
) -> list[Ticket]:
    """Return the open tickets that name any of the items, most pressing first."""
    if not actor.may(Permission.TICKET_READ):
        return []
    named = select(AffectedItem.ticket_id).where(AffectedItem.item_id.in_(item_ids))
    query = (
        select(Ticket)
        .where(Ticket.id.in_(named), Ticket.is_open, visible_tickets(actor))
        .order_by(Ticket.priority, Ticket.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def _named(reference: str | int) -> ColumnElement[bool]:
    text = str(reference).strip().upper()
    if text.isascii() and text.isdigit():
        return Ticket.id == min(int(text[:20]), _MAX_ID)
    return Ticket.reference == clean(text)


def narrowing(actor: Actor, wanted: TicketFilter) -> list[ColumnElement[bool]]:
    """Return the conditions under which a ticket fits and is in sight."""
    found: list[ColumnElement[bool]] = [visible_tickets(actor)]
    for column, value in (
        (Ticket.state, wanted.state),
        (Ticket.is_open, wanted.open),
        (Ticket.kind, wanted.kind),
        (Ticket.priority, wanted.priority),
        (Ticket.assignee_id, wanted.assignee_id),
        (Ticket.group_id, wanted.group_id),
        (Ticket.requester_id, wanted.requester_id),
    ):
        if value not in (None, ""):
            found.append(column == value)
    if wanted.unassigned:
        found.append(Ticket.assignee_id.is_(None))
    if wanted.text.strip():
        found.append(or_(_matches(wanted.text), holding(actor, wanted.text)))
    if wanted.category:
        below = Ticket.category.startswith(f"{wanted.category}.", autoescape=True)
        found.append(or_(Ticket.category == wanted.category, below))
    return found + [Ticket.id.in_(ids) for ids in _by_other_tables(wanted)] + _below(wanted)


def _matches(text: str) -> ColumnElement[bool]:
    words = clean(text)
    return or_(
        Ticket.reference == words.upper(),
        Ticket.title_key.contains(text_key(words), autoescape=True),
    )


def _by_other_tables(wanted: TicketFilter) -> list[Select[Any]]:
    found: list[Select[Any]] = []
    if wanted.item_id is not None:
        found.append(select(AffectedItem.ticket_id).where(AffectedItem.item_id == wanted.item_id))
    if wanted.service_id is not None:
        suffering = AffectedService.item_id == wanted.service_id
        found.append(select(AffectedService.ticket_id).where(suffering))
    return found


def _below(wanted: TicketFilter) -> list[ColumnElement[bool]]:
    if wanted.organisation_id is None:
        return []
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == wanted.organisation_id
    )
    return [Ticket.organisation_id.in_(below)]
