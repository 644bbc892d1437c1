"""Acts on tickets. Each checks, writes and tells; none mails, calls out or commits."""

from server.desk.tickets.actions.affected import add_affected, remove_affected
from server.desk.tickets.actions.conversation import EntryDraft, add_entry, unwatch, watch
from server.desk.tickets.actions.editing import assign, edit_ticket
from server.desk.tickets.actions.moving import MoveDraft, move_ticket
from server.desk.tickets.actions.opening import TicketDraft, open_ticket

__all__ = [
    "EntryDraft",
    "MoveDraft",
    "TicketDraft",
    "add_affected",
    "add_entry",
    "assign",
    "edit_ticket",
    "move_ticket",
    "open_ticket",
    "remove_affected",
    "unwatch",
    "watch",
]
