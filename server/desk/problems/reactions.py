"""What follows for major incidents from what happens to their tickets."""

from sqlalchemy.orm import Session

from server.desk.problems.actions.major import end_with_ticket
from server.desk.tickets.events import TicketMoved


def end_major(session: Session, event: TicketMoved) -> None:
    """Let a major incident end with its ticket, and those that belong to it with both."""
    end_with_ticket(session, event)
