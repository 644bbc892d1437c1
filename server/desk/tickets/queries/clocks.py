"""What happened to a ticket, as its clocks need it: read from its history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.sla.actions.keeping import Facts, reading_of
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_of, clocks_of
from server.desk.sla.rules.agreements import Case
from server.desk.sla.rules.calendars import after_working
from server.desk.sla.rules.clocks import Reading
from server.desk.tickets.models import AffectedService, Ticket, TicketEntry
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.words import Words


def facts_of(session: Session, ticket: Ticket) -> Facts:
    """Return what happened to a ticket that the caller holds, in two statements."""
    words = words_of(session)
    query = (
        select(TicketEntry.at, TicketEntry.kind, TicketEntry.author_id, TicketEntry.detail)
        .where(TicketEntry.ticket_id == ticket.id, TicketEntry.kind != "internal")
        .order_by(TicketEntry.at, TicketEntry.id)
    )
    moves: list[tuple[datetime, str]] = []
    responded = updated = handed = accepted = None
    for at, kind, author_id, detail in session.execute(query):
        if kind == "public" and author_id != ticket.requester_id:
            responded, updated = responded or at, at
        if kind == "system" and detail.get("event") == "moved":
            moves.append((at, str(detail.get("after", ""))))
        if kind == "system" and detail.get("event") == "handed_over":
            handed, accepted = at, None
        if kind == "system" and detail.get("event") == "accepted":
            accepted = at
    services = select(AffectedService.item_id).where(AffectedService.ticket_id == ticket.id)
    return Facts(
        ticket_id=ticket.id,
        case=Case(
            ticket.kind,
            ticket.priority,
            ticket.organisation_id,
            frozenset(session.scalars(services)),
            ticket.worst_criticality,
        ),
        opened_at=ticket.created_at,
        runs=tuple((at, runs_in(words, state)) for at, state in moves),
        responded_at=responded,
        solved_at=None if ticket.is_open else ticket.resolved_at or ticket.closed_at,
        handed_at=handed,
        accepted_at=accepted,
        updated_at=updated,
    )


def runs_in(words: Words, state: str) -> bool:
    """Say whether clocks run while a ticket is in a state; in one that is gone they do."""
    found = words.states.get(state)
    return found is None or (found.open and not found.pauses)


@dataclass(frozen=True, slots=True)
class ClockFace:
    """A clock as it stands now; ``if_resumed_now``: its end, were it to run on from this moment."""

    clock: SlaClock
    reading: Reading
    if_resumed_now: datetime | None


def faces_of(session: Session, ticket: Ticket, now: datetime) -> list[ClockFace]:
    """Return the clocks of a ticket that the caller has found in sight, as they stand now."""
    clocks = clocks_of(session, ticket.id)
    if not clocks:
        return []
    facts = facts_of(session, ticket)
    calendars = agreements_of(session).calendars
    found = []
    for clock in clocks:
        reading = reading_of(session, clock, facts, now)
        if reading is None:
            continue
        paused = not reading.running and clock.stopped_at is None and reading.breached_at is None
        resumed = after_working(calendars[clock.calendar], now, reading.left) if paused else None
        found.append(ClockFace(clock, reading, resumed))
    return found
