"""What the desk knows of one item: its tickets and changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.desk.changes.queries import ChangeFilter, ChangeRow, list_changes
from server.desk.tickets.queries import TicketFilter, TicketRow, list_tickets
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Permission
from server.items.queries import get_item


@dataclass(frozen=True, slots=True)
class DeskOnItem:
    """Tickets about an item or a service that suffers, and changes that touch it; newest first."""

    tickets: Sequence[TicketRow]
    suffering_from: Sequence[TicketRow]
    changes: Sequence[ChangeRow]


def desk_on_item(session: Session, actor: Actor, item_id: int, limit: int = 50) -> DeskOnItem:
    """Return the tickets and changes around an item. Raises ``ItemNotFound``. Four queries."""
    item = get_item(session, actor, item_id)
    page = PageRequest(limit=limit)
    tickets: Sequence[TicketRow] = ()
    suffering: Sequence[TicketRow] = ()
    changes: Sequence[ChangeRow] = ()
    if actor.may(Permission.TICKET_READ):
        tickets = list_tickets(session, actor, TicketFilter(item_id=item.id), page).rows
        reached = TicketFilter(service_id=item.id)
        suffering = list_tickets(session, actor, reached, page).rows
    if actor.may(Permission.CHANGE_READ):
        changes = list_changes(session, actor, ChangeFilter(item_id=item.id), page).rows
    return DeskOnItem(tickets, suffering, changes)
