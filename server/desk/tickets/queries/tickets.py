"""Tickets, one and many, as the actor may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from cmdb.errors import NotFound
from cmdb.model.text import clean
from cmdb.records.parties import Group, Organisation, Person
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries.narrowing import TicketFilter, narrowing
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.errors import PermissionDenied
from server.foundation.paging import (
    MAX_PAGE,
    Page,
    PageRequest,
    SortKey,
    counted_up_to,
    fetch_page,
    last_shown,
)
from server.foundation.permissions import Actor, Permission
from server.foundation.search.index import NEWEST

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
    """Return one page of the tickets that fit and are in sight; the newest first by default.

    With words, the default and "-id" lead through all of them; another sort puts the newest
    ``NEWEST`` of them in order.
    """
    actor.require(Permission.TICKET_READ)
    words = bool(wanted.text.strip())
    if not request.sort:
        request = PageRequest("-id" if words else "-created", request.cursor, request.limit)
    most, before = NEWEST, None
    if request.sort == "-id" and words:
        most, before = MAX_PAGE + 1, last_shown(request)
    query = (
        select(Ticket, Requester, Assignee, Group)
        .outerjoin(Requester, Requester.id == Ticket.requester_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
        .outerjoin(Group, Group.id == Ticket.group_id)
        .where(*narrowing(session, actor, wanted, most, before))
    )
    page = fetch_page(session, query, request, SORTS, Ticket.id)
    return Page([TicketRow(*row) for row in page.rows], page.next_cursor)


def count_tickets(session: Session, actor: Actor, wanted: TicketFilter) -> int:
    """Count the tickets that fit and are in sight, up to ``paging.COUNT_LIMIT`` + 1.

    With words, up to ``NEWEST`` + 1.
    """
    return count_each(session, actor, [wanted])[0]


def count_each(session: Session, actor: Actor, wanted: Sequence[TicketFilter]) -> list[int]:
    """Count the tickets of several filters in one statement, each up to the same limit."""
    actor.require(Permission.TICKET_READ)
    each = (narrowing(session, actor, one, NEWEST + 1) for one in wanted)
    asked = [counted_up_to(select(Ticket.id).where(*conditions)) for conditions in each]
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
