"""Storing which tickets are alike, as a job has found it."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from server.desk.tickets.models import Ticket, TicketLikeness
from server.desk.tickets.rules.likeness import Likeness
from server.foundation.search.marks import mark_of

_MARK = "likeness"
_BATCH = 20


def keep_likenesses(session: Session, ticket_id: int, found: Sequence[Likeness]) -> None:
    """Store what is like a ticket in the place of what was; each pair stands once."""
    like = TicketLikeness
    old = or_(like.ticket_id == ticket_id, like.other_id == ticket_id)
    session.execute(delete(like).where(old))
    wanted = [ticket_id, *(one.ticket_id for one in found)]
    known = set(session.scalars(select(Ticket.id).where(Ticket.id.in_(wanted))))
    if ticket_id in known:
        session.add_all(
            like(
                ticket_id=ticket_id,
                other_id=one.ticket_id,
                score=one.score,
                reasons=asdict(one.reasons),
            )
            for one in found
            if one.ticket_id in known
        )
    session.flush()


def next_to_compare(session: Session) -> list[int]:
    """Return the next open tickets that were there before anything was compared, newest first.

    They are the next ones until ``pass_compared`` is told that they are done.
    """
    newest = session.scalar(select(func.max(Ticket.id))) or 0
    mark = mark_of(session, _MARK, newest + 1, lost=False)
    if mark.filled:
        return []
    query = select(Ticket.id).where(Ticket.is_open, Ticket.id < mark.position)
    return list(session.scalars(query.order_by(Ticket.id.desc()).limit(_BATCH)))


def pass_compared(session: Session, ticket_ids: Sequence[int]) -> None:
    """Remember that these are compared, as ``next_to_compare`` gave them; none: all are."""
    mark = mark_of(session, _MARK, 0, lost=False)
    mark.position, mark.filled = (ticket_ids[-1], False) if ticket_ids else (0, True)
