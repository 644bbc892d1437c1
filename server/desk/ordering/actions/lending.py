"""What an order's own course may do to its ticket, in the name of who set it going."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.ordering.models import ServiceOrder
from server.desk.ordering.queries.orders import OrderRow, find_order
from server.desk.tickets.models import Ticket
from server.foundation.permissions import Actor, Grant, Permission

#: What opening and moving an order's ticket takes; whatever people name is checked as theirs.
_LENT = Grant(
    frozenset(
        {
            Permission.TICKET_OPEN,
            Permission.TICKET_READ,
            Permission.TICKET_WORK,
            Permission.PERSON_READ,
            Permission.GROUP_READ,
            Permission.ITEM_READ,
        }
    )
)


def lent(actor: Actor) -> Actor:
    """Return the actor with what the order's own course needs."""
    return replace(actor, grants=(*actor.grants, _LENT), scope=None)


def handing(actor: Actor) -> Actor:
    """Return the actor with the right to hand an item over, which a task of the offering asks for.

    Which item that may be is checked before: it must be in the actor's own sight.
    """
    may_give = Grant(frozenset({Permission.ITEM_WRITE, *_LENT.permissions}))
    return replace(actor, grants=(*actor.grants, may_give), scope=None)


def lock_order(session: Session, actor: Actor, reference: str | int) -> OrderRow:
    """Return an order in sight, it and its ticket fresh and locked until the transaction ends.

    Raises ``NotFound``.
    """
    row = find_order(session, actor, reference)
    for query in (
        select(Ticket).where(Ticket.id == row.ticket.id),
        select(ServiceOrder).where(ServiceOrder.ticket_id == row.ticket.id),
    ):
        session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    return row
