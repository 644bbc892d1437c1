"""Which orders an actor may see, and which wait for their word."""

from sqlalchemy import ColumnElement, and_, false, or_, select

from server.desk.ordering.models import OrderApproval, OrderTask, ServiceOrder
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import visible_tickets
from server.foundation.permissions import Actor, Permission


def visible_orders(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Ticket`` and ``ServiceOrder`` under which the order is in sight.

    Who sees the ticket does, who ordered it, and without any grant who is or was asked about it,
    and whose group has a task of it: nobody can judge or do what they may not read.
    """
    if not allows(actor):
        return false()
    asked = select(OrderApproval.ticket_id).where(names(actor), OrderApproval.decision != "void")
    tasks = select(OrderTask.ticket_id).where(
        OrderTask.group_id.in_(sorted(actor.group_ids)), OrderTask.released_at.is_not(None)
    )
    near = [Ticket.id.in_(asked.union(tasks)), visible_tickets(actor)]
    if actor.person_id is not None:
        near.append(ServiceOrder.ordered_by_id == actor.person_id)
    return or_(*near)


def names(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``OrderApproval`` that it names the actor or a group of theirs."""
    groups = OrderApproval.group_id.in_(sorted(actor.group_ids))
    if actor.person_id is None:
        return groups
    return or_(OrderApproval.person_id == actor.person_id, groups)


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Ticket`` and ``ServiceOrder`` that it waits for the actor's word.

    What one asked for oneself, or ordered, waits for the others of one's group.
    """
    if actor.person_id is None or not allows(actor):
        return false()
    pending = select(OrderApproval.ticket_id).where(
        names(actor),
        OrderApproval.decision == "pending",
        OrderApproval.step == ServiceOrder.step,
    )
    me = actor.person_id
    return and_(
        ServiceOrder.state == "approval",
        Ticket.id.in_(pending.correlate(ServiceOrder)),
        or_(Ticket.requester_id.is_(None), Ticket.requester_id != me),
        or_(ServiceOrder.ordered_by_id.is_(None), ServiceOrder.ordered_by_id != me),
    )


def allows(actor: Actor) -> bool:
    """Say whether the actor's token, if it is one, may read tickets."""
    return actor.scope is None or Permission.TICKET_READ in actor.scope
