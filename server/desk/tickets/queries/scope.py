"""Which tickets an actor may see or work on."""

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import aliased

from server.desk.tickets.models import Ticket, TicketWatcher
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible

#: Tickets that one asked for, beside those that a query is about.
_Own = aliased(Ticket)


def visible_tickets(
    actor: Actor, permission: Permission = Permission.TICKET_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Ticket`` under which the actor holds ``permission``.

    One's own are those one asked for or watches; a team's are those of its group and those
    assigned to oneself.
    """
    columns = ScopeColumns(
        organisation=Ticket.organisation_id,
        own=_own(actor),
        team=_team(actor),
    )
    return visible(actor, permission, columns)


def parts_of(actor: Actor, ticket: Ticket, *, works: bool) -> set[str]:
    """Return the parts that the actor plays on a ticket, as the life cycle names them.

    ``works``: whether the actor may work on it.
    """
    me = actor.person_id
    parts = {"worker"} if works else set()
    if me is not None and me == ticket.assignee_id:
        parts.add("assignee")
    if ticket.group_id in actor.group_ids:
        parts.add("group")
    asks = me is not None and me == ticket.requester_id
    if asks and actor.may(Permission.TICKET_OPEN, ticket.organisation_id):
        parts.add("requester")
    return parts


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.person_id is None:
        return false()
    # One list of ids, from two indexes: with an OR over another table every ticket is looked at.
    asked = select(_Own.id).where(_Own.requester_id == actor.person_id)
    watched = select(TicketWatcher.ticket_id).where(TicketWatcher.person_id == actor.person_id)
    return Ticket.id.in_(asked.union_all(watched))


def _team(actor: Actor) -> ColumnElement[bool]:
    groups = Ticket.group_id.in_(sorted(actor.group_ids))
    if actor.person_id is None:
        return groups
    return or_(groups, Ticket.assignee_id == actor.person_id)
