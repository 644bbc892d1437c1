"""Major incidents as the actor may see their tickets."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Person
from server.desk.problems.models import MajorIncident, MajorUpdate
from server.desk.tickets.models import Ticket, TicketLink
from server.desk.tickets.queries import find_ticket, visible_tickets
from server.desk.tickets.rules.linking import CHILD_OF
from server.foundation.permissions import Actor, Permission

_SHOWN = 500


def find_major(
    session: Session, actor: Actor, reference: str | int
) -> tuple[Ticket, MajorIncident]:
    """Return a major incident with its ticket. Raises ``NotFound`` where none is run."""
    ticket = find_ticket(session, actor, reference)
    actor.require(Permission.TICKET_READ, ticket.organisation_id)
    row = session.get(MajorIncident, ticket.id)
    if row is None:
        raise NotFound("major incident", ticket.reference)
    return ticket, row


def major_of(session: Session, ticket_id: int) -> MajorIncident | None:
    """Return how a ticket in sight is run as a major incident, if it is."""
    return session.get(MajorIncident, ticket_id)


def time_line(session: Session, ticket_id: int) -> Sequence[tuple[MajorUpdate, Person | None]]:
    """Return the time line of a major incident that the caller has found, oldest first."""
    query = (
        select(MajorUpdate, Person)
        .outerjoin(Person, Person.id == MajorUpdate.person_id)
        .where(MajorUpdate.ticket_id == ticket_id)
        .order_by(MajorUpdate.id)
        .limit(_SHOWN)
    )
    return [(update, person) for update, person in session.execute(query)]


def children_of(session: Session, actor: Actor, ticket_id: int) -> Sequence[Ticket]:
    """Return the tickets in sight that belong to one, open ones first."""
    query = (
        select(Ticket)
        .join(TicketLink, TicketLink.ticket_id == Ticket.id)
        .where(
            TicketLink.other_id == ticket_id, TicketLink.kind == CHILD_OF, visible_tickets(actor)
        )
        .order_by(Ticket.is_open.desc(), Ticket.id)
    )
    return session.scalars(query.limit(_SHOWN)).all()


def running_majors(session: Session, actor: Actor) -> list[tuple[Ticket, MajorIncident]]:
    """Return the major incidents in sight that have not ended."""
    query = (
        select(Ticket, MajorIncident)
        .join(MajorIncident, MajorIncident.ticket_id == Ticket.id)
        .where(MajorIncident.ended_at.is_(None), visible_tickets(actor))
        .order_by(MajorIncident.declared_at)
        .limit(20)
    )
    return [(ticket, row) for ticket, row in session.execute(query)]
