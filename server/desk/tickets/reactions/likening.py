"""A ticket that says something else, or touches something else, is compared anew by a job."""

from datetime import timedelta

from sqlalchemy.orm import Session

from server.desk.tickets.events import TicketEdited, TicketEvent
from server.foundation.clock import utc_now
from server.foundation.jobs.queue import enqueue

COMPARE = "tickets.compare"
#: Who opens a ticket often corrects it at once: what follows within this is one comparison.
_PAUSE = timedelta(seconds=5)
_COMPARED = frozenset({"title", "description", "category"})


def compare_anew(session: Session, event: TicketEvent) -> None:
    """Ask once for the comparison of a ticket with others, unless nothing that counts changed."""
    if isinstance(event, TicketEdited) and _COMPARED.isdisjoint(event.changes):
        return
    key = f"{COMPARE}:{event.ticket_id}"
    payload = {"ticket_id": event.ticket_id}
    enqueue(session, COMPARE, payload, key=key, run_at=utc_now() + _PAUSE)
