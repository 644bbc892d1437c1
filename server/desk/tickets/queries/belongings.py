"""What belongs to a ticket beside its conversation: links, files, tasks, time, templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Executable, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.asking import asked
from cmdb.records.parties import Person
from server.desk.tickets.models import (
    Ticket,
    TicketAttachment,
    TicketLink,
    TicketTask,
    TicketTemplate,
    TicketTime,
    TicketWatcher,
)
from server.desk.tickets.queries.scope import visible_tickets
from server.desk.tickets.queries.tickets import find_ticket, may_work_on
from server.desk.tickets.rules.linking import MERGED_INTO
from server.foundation.permissions import Actor, Permission

_SHOWN = 200
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class LinkedTicket:
    """Another ticket, and what it is to this one: ``outgoing`` reads "this <kind> that"."""

    ticket: Ticket
    kind: str
    outgoing: bool


@dataclass(frozen=True, slots=True)
class Named(Generic[Row]):
    """A row with the person it names."""

    row: Row
    person: Person | None


def links_of(session: Session, actor: Actor, reference: str | int) -> list[LinkedTicket]:
    """Return the linked tickets that are in sight, parents first. Raises ``NotFound``."""
    ticket = find_ticket(session, actor, reference)
    query = (
        select(TicketLink, Ticket)
        .join(
            Ticket,
            or_(
                and_(TicketLink.ticket_id == ticket.id, Ticket.id == TicketLink.other_id),
                and_(TicketLink.other_id == ticket.id, Ticket.id == TicketLink.ticket_id),
            ),
        )
        .where(or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id))
        .where(visible_tickets(actor))
        .order_by(TicketLink.kind, Ticket.id)
        .limit(_SHOWN)
    )
    return [
        LinkedTicket(other, link.kind, outgoing=link.ticket_id == ticket.id)
        for link, other in session.execute(query)
    ]


def parent_of(session: Session, ticket_id: int) -> int | None:
    """Return the id of a ticket's parent, whoever asks."""
    query = select(TicketLink.other_id).where(
        TicketLink.ticket_id == ticket_id, TicketLink.kind == "child_of"
    )
    return session.scalar(query)


def gone_into(session: Session, ticket_id: int) -> Ticket | None:
    """Return the ticket that one was merged into, whoever asks."""
    other_id = _gone_into(session, ticket_id=ticket_id).scalar()
    return None if other_id is None else session.get_one(Ticket, other_id)


@asked
def _gone_into(_: str) -> Executable:
    """Read into which ticket one was merged."""
    mine = TicketLink.ticket_id == bindparam("ticket_id")
    return select(TicketLink.other_id).where(mine, TicketLink.kind == MERGED_INTO)


def attachments_of(
    session: Session, actor: Actor, reference: str | int
) -> list[Named[TicketAttachment]]:
    """Return the files of a ticket, oldest first; internal ones for those who work on it."""
    ticket = find_ticket(session, actor, reference)
    query = (
        select(TicketAttachment, Person)
        .outerjoin(Person, Person.id == TicketAttachment.author_id)
        .where(TicketAttachment.ticket_id == ticket.id)
        .order_by(TicketAttachment.id)
        .limit(_SHOWN)
    )
    if not may_work_on(session, actor, ticket.id):
        query = query.where(TicketAttachment.kind == "public")
    return [Named(*row) for row in session.execute(query)]


def find_attachment(
    session: Session, actor: Actor, reference: str | int, attachment_id: int
) -> TicketAttachment:
    """Return one file of a ticket. Raises ``NotFound``, also for one the actor may not read."""
    for found in attachments_of(session, actor, reference):
        if found.row.id == attachment_id:
            return found.row
    raise NotFound("attachment", attachment_id)


def tasks_of(session: Session, actor: Actor, reference: str | int) -> list[Named[TicketTask]]:
    """Return the tasks of a ticket in their order, with who did them. Raises ``NotFound``."""
    ticket = find_ticket(session, actor, reference)
    query = (
        select(TicketTask, Person)
        .outerjoin(Person, Person.id == TicketTask.done_by_id)
        .where(TicketTask.ticket_id == ticket.id)
        .order_by(TicketTask.position, TicketTask.id)
    )
    return [Named(*row) for row in session.execute(query)]


def open_tasks(session: Session, ticket_id: int) -> int:
    """Count the tasks that are still to be done."""
    return int(_open_tasks(session, ticket_id=ticket_id).scalar() or 0)


@asked
def _open_tasks(_: str) -> Executable:
    """Count the tasks of a ticket that are still to be done."""
    mine = TicketTask.ticket_id == bindparam("ticket_id")
    return select(func.count()).where(mine, TicketTask.done_at.is_(None))


def times_of(session: Session, actor: Actor, reference: str | int) -> list[Named[TicketTime]]:
    """Return the time booked on a ticket, newest first; nothing for who does not work on it."""
    ticket = find_ticket(session, actor, reference)
    if not may_work_on(session, actor, ticket.id):
        return []
    query = (
        select(TicketTime, Person)
        .outerjoin(Person, Person.id == TicketTime.person_id)
        .where(TicketTime.ticket_id == ticket.id)
        .order_by(TicketTime.id.desc())
        .limit(_SHOWN)
    )
    return [Named(*row) for row in session.execute(query)]


def watchers_of(session: Session, actor: Actor, reference: str | int) -> list[Person]:
    """Return who follows a ticket, by name; nothing for who does not work on it."""
    ticket = find_ticket(session, actor, reference)
    if not may_work_on(session, actor, ticket.id):
        return []
    query = (
        select(Person)
        .join(TicketWatcher, TicketWatcher.person_id == Person.id)
        .where(TicketWatcher.ticket_id == ticket.id)
        .order_by(Person.name_key, Person.id)
        .limit(_SHOWN)
    )
    return list(session.scalars(query))


def list_templates(session: Session, actor: Actor) -> Sequence[TicketTemplate]:
    """Return the templates by name, for whoever may open tickets."""
    actor.require(Permission.TICKET_OPEN)
    query = select(TicketTemplate).order_by(TicketTemplate.name, TicketTemplate.id)
    return session.scalars(query.limit(_SHOWN)).all()


def find_template(session: Session, actor: Actor, code: str) -> TicketTemplate:
    """Return one template. Raises ``NotFound``."""
    actor.require(Permission.TICKET_OPEN)
    found = session.scalar(select(TicketTemplate).where(TicketTemplate.code == code))
    if found is None:
        raise NotFound("template", code)
    return found
