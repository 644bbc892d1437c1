"""What follows for major incidents from what happens to their tickets."""

from sqlalchemy.orm import Session

from server.desk.problems.actions.ending import end_with_ticket
from server.desk.tickets.events import TicketMoved


def end_major(session: Session, event: TicketMoved) -> None:
    """Let a major incident and what was announced end with the ticket, or go on where it went."""
    end_with_ticket(session, event)
