"""When services are not up follows from tickets: kept with everything that happens to one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Executable, bindparam, insert, select
from sqlalchemy.orm import Session

from cmdb.records.asking import asked
from server.desk.availability.models import ServiceOutage
from server.desk.tickets.models import AffectedService, Ticket

_STATES = ("down", "degraded")


def keep_outages(session: Session, ticket: Ticket, at: datetime, *, named: bool) -> None:
    """Let the outages of a ticket show what it does to services since ``at``.

    ``named``: a person said what it is about, so that a service it did not reach before suffers
    since the trouble began, and not since it was said.
    """
    standing = _states(session, ticket)
    rows: Sequence[ServiceOutage] = ()
    if _has_outages(session, ticket_id=ticket.id).first() is not None:
        query = select(ServiceOutage).where(ServiceOutage.ticket_id == ticket.id)
        rows = session.scalars(query.order_by(ServiceOutage.id)).all()
    elif not standing:
        return
    lasting = {row.item_id: row for row in rows if row.ended_at is None}
    for item_id, row in lasting.items():
        if standing.get(item_id) != row.state:
            row.ended_at = max(at, row.began_at)
    known = {row.item_id for row in rows}
    begun = [
        {
            "ticket_id": ticket.id,
            "item_id": item_id,
            "state": state,
            "began_at": began_of(ticket) if named and item_id not in known else at,
        }
        for item_id, state in sorted(standing.items())
        if item_id not in lasting or lasting[item_id].ended_at is not None
    ]
    session.flush()
    if begun:
        session.execute(insert(ServiceOutage), begun)


def began_of(ticket: Ticket) -> datetime:
    """Return when the trouble of a ticket began, as far as anybody said."""
    return ticket.occurred_at or ticket.created_at


def move_beginning(session: Session, ticket: Ticket, before: datetime) -> None:
    """Let outages that began with the trouble begin when that is said to have begun now."""
    query = select(ServiceOutage).where(
        ServiceOutage.ticket_id == ticket.id, ServiceOutage.began_at == before
    )
    for row in session.scalars(query):
        began = began_of(ticket)
        row.began_at = began if row.ended_at is None else min(began, row.ended_at)
    session.flush()


def _states(session: Session, ticket: Ticket) -> dict[int, str]:
    if not ticket.is_open:
        return {}
    return {row.item_id: row.state for row in _not_up(session, ticket_id=ticket.id)}


@asked
def _not_up(_: str) -> Executable:
    """Read which services a ticket keeps from being up."""
    mine = AffectedService.ticket_id == bindparam("ticket_id")
    pairs = select(AffectedService.item_id, AffectedService.state)
    return pairs.where(mine, AffectedService.state.in_(_STATES))


@asked
def _has_outages(_: str) -> Executable:
    """Read one outage of a ticket, if there is any."""
    mine = ServiceOutage.ticket_id == bindparam("ticket_id")
    return select(ServiceOutage.id).where(mine).limit(1)
