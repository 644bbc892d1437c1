"""What happens to a ticket is found at once."""

from sqlalchemy.orm import Session

from server.desk.tickets.actions.indexing import index_entry, index_tickets
from server.desk.tickets.events import EntryAdded, TicketEvent, TicketMoved
from server.desk.tickets.queries.words import words_of


def find_ticket_anew(session: Session, event: TicketEvent) -> None:
    """Let a ticket be found by what it says now."""
    index_tickets(session, [event.ticket_id])


def find_moved_ticket(session: Session, event: TicketMoved) -> None:
    """Let a ticket be found by how it was solved, and no longer when it is open again."""
    states = words_of(session).states
    steps = [states.get(event.before), states.get(event.after)]
    if not all(state is not None and state.open for state in steps):
        index_tickets(session, [event.ticket_id])


def find_entry(session: Session, event: EntryAdded) -> None:
    """Let a ticket be found by what was just written on it."""
    index_entry(session, event.entry_id)
