"""Whole pages' worth of answers."""

from server.desk.workspace.queries.changes import ChangePage, change_workspace
from server.desk.workspace.queries.dashboard import Dashboard, RegisterHealth, dashboard
from server.desk.workspace.queries.items import DeskOnItem, desk_on_item
from server.desk.workspace.queries.suspects import SuspectRow
from server.desk.workspace.queries.tickets import (
    AffectedPart,
    RelatedTicket,
    TicketPage,
    related_tickets,
    ticket_suspects,
    ticket_workspace,
)
from server.desk.workspace.queries.watching import Watched, watched_by

__all__ = [
    "AffectedPart",
    "ChangePage",
    "Dashboard",
    "DeskOnItem",
    "RegisterHealth",
    "RelatedTicket",
    "SuspectRow",
    "TicketPage",
    "Watched",
    "change_workspace",
    "dashboard",
    "desk_on_item",
    "related_tickets",
    "ticket_suspects",
    "ticket_workspace",
    "watched_by",
]
