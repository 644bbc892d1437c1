"""The clocks of tickets: kept with everything that happens to one, swept every minute."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.desk.sla.actions.keeping import due_clocks, fire, keep_clocks
from server.desk.sla.models import SlaClock
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import lock_ticket
from server.desk.tickets.queries.clocks import facts_of
from server.foundation.permissions import Actor


def keep_ticket_clocks(session: Session, ticket: Ticket, now: datetime) -> None:
    """Let a ticket's clocks follow what happened; the ticket keeps the next of their ends.

    What lines and suppliers promise the desk is on the ticket's page; queues go by what was
    promised to the requester, and by hand-overs.
    """
    rows = keep_clocks(session, facts_of(session, ticket), now)
    _keep_due(ticket, [row for row in rows if not row.holder])


def _keep_due(ticket: Ticket, rows: list[SlaClock]) -> None:
    open_ends = [row.due_at for row in rows if row.due_at is not None]
    ticket.due_at = min(open_ends, default=None)
    ticket.is_breached = any(row.breached_at is not None for row in rows)


def sweep_clocks(session: Session, now: datetime) -> int:
    """Tell of levels that clocks have reached; return how many clocks were looked at."""
    rows = due_clocks(session, now)
    for row in rows:
        ticket = session.get_one(Ticket, row.ticket_id)
        fire(session, row, facts_of(session, ticket), now)
        if row.breached_at is not None and not row.holder:
            ticket.is_breached = True
    session.flush()
    return len(rows)


def reckon_clocks(session: Session, after_id: int, now: datetime, batch: int = 200) -> int | None:
    """Reckon the clocks of the next open tickets anew; return the last id, None at the end."""
    query = select(Ticket).where(Ticket.is_open, Ticket.id > after_id).order_by(Ticket.id)
    tickets = session.scalars(query.limit(batch)).all()
    for ticket in tickets:
        keep_ticket_clocks(session, ticket, now)
    return tickets[-1].id if tickets else None


def explain_breach(
    session: Session,
    actor: Actor,
    reference: str | int,
    measure: str,
    reason: str,
    holder: str = "",
) -> SlaClock:
    """Say why a promise was missed; ``holder`` says whose, as on the clock.

    Raises ``InvalidValue``, ``NotFound``, ``Conflict``.
    """
    ticket = lock_ticket(session, actor, reference)
    row = session.get(SlaClock, (ticket.id, measure, holder))
    if row is None:
        raise NotFound("clock", f"{measure} {holder}".strip())
    told = reason.strip()
    if not 0 < len(told) <= 1000:
        raise InvalidValue({"reason": "must have 1 to 1000 characters"})
    if row.breached_at is None:
        raise Conflict("the promise is not missed")
    row.reason, row.reason_by_id = told, actor.person_id
    session.flush()
    return row
