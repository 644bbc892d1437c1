"""What one is told of: items and services, tickets, and views of lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.desk.tickets.models import Ticket, TicketWatcher
from server.desk.tickets.queries.scope import visible_tickets
from server.foundation.permissions import Actor
from server.items.following.keeping import followed_items
from server.items.listing.watching import watched_views
from server.items.models import SavedView

#: Tickets that are listed, open ones first.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody follows and may see; open tickets before others, the latest first."""

    items: Sequence[Item]
    tickets: Sequence[Ticket]
    views: Sequence[SavedView]


def watched_by(session: Session, actor: Actor) -> Watched:
    """Return all that the actor asked to be told of; three statements."""
    mine = select(TicketWatcher.ticket_id).where(TicketWatcher.person_id == actor.person_id)
    query = (
        select(Ticket)
        .where(Ticket.id.in_(mine), visible_tickets(actor))
        .order_by(Ticket.is_open.desc(), Ticket.activity_at.desc(), Ticket.id.desc())
        .limit(_MOST)
    )
    return Watched(
        followed_items(session, actor),
        session.scalars(query).all(),
        watched_views(session, actor),
    )
