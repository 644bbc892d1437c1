"""Which tickets an actor may see or work on."""

from sqlalchemy import ColumnElement, false, or_, select

from server.desk.tickets.models import Ticket, TicketWatcher
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible


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


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.person_id is None:
        return false()
    watched = select(TicketWatcher.ticket_id).where(
        TicketWatcher.ticket_id == Ticket.id, TicketWatcher.person_id == actor.person_id
    )
    return or_(Ticket.requester_id == actor.person_id, watched.correlate(Ticket).exists())


def _team(actor: Actor) -> ColumnElement[bool]:
    groups = Ticket.group_id.in_(sorted(actor.group_ids))
    if actor.person_id is None:
        return groups
    return or_(groups, Ticket.assignee_id == actor.person_id)
