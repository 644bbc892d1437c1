"""What presses most on the desk: the promises that run out next, and how much waits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class DeskNumbers:
    """How many tickets in sight are open, are nobody's, and have missed a promise."""

    open: int = 0
    unassigned: int = 0
    breached: int = 0


def desk_numbers(session: Session, actor: Actor) -> DeskNumbers:
    """Count the open tickets in sight, in one pass over them."""
    actor.require(Permission.TICKET_READ)
    query = select(
        func.count(),
        func.coalesce(func.sum(case((Ticket.assignee_id.is_(None), 1), else_=0)), 0),
        func.coalesce(func.sum(case((Ticket.is_breached, 1), else_=0)), 0),
    ).where(visible_tickets(actor), Ticket.is_open)
    count, unassigned, breached = session.execute(query).one()
    return DeskNumbers(count, int(unassigned), int(breached))


def due_next(session: Session, actor: Actor, limit: int) -> Sequence[Ticket]:
    """Return the open tickets in sight whose next promise runs out first, missed ones before."""
    actor.require(Permission.TICKET_READ)
    query = (
        select(Ticket)
        .where(visible_tickets(actor), Ticket.is_open, Ticket.due_at.is_not(None))
        .order_by(Ticket.due_at, Ticket.id)
        .limit(limit)
    )
    return session.scalars(query).all()
