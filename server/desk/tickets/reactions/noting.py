"""What follows from what happens to tickets: a line in the conversation that says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.desk.sla.events import ClockReached
from server.desk.tickets.actions.clocks import keep_ticket_clocks
from server.desk.tickets.actions.escalating import close_handover
from server.desk.tickets.events import (
    ItemsAffected,
    TicketAssigned,
    TicketEdited,
    TicketEvent,
    TicketHandedOver,
    TicketMoved,
    TicketNoted,
    TicketOpened,
    TicketReassessed,
)
from server.desk.tickets.models import Ticket, TicketEntry
from server.desk.tickets.queries.holding import holder_names
from server.desk.tickets.queries.words import words_of

#: Fields of which a line says that they changed, and not what they held.
_BY_NAME = ("description", "fields")
#: Services that one line names; of the others it says how many.
_NAMED = 20


def note_opening(session: Session, event: TicketOpened) -> None:
    """Say what the graph made of a new ticket."""
    ticket = session.get_one(Ticket, event.ticket_id)
    # Whose it was at first stands nowhere else once it has gone on.
    _note(session, event, "opened", _standing(ticket) | {"first_group_id": event.group_id})


def note_move(session: Session, event: TicketMoved) -> None:
    """Say which step was taken, and why."""
    ticket = session.get_one(Ticket, event.ticket_id)
    detail = {"before": event.before, "after": event.after, "reason": event.reason}
    if ticket.resolution_code:
        detail |= {"resolution_code": ticket.resolution_code}
    _note(session, event, "moved", detail)


def note_assignment(session: Session, event: TicketAssigned) -> None:
    """Say whose it is now."""
    detail = {"assignee_id": event.assignee_id, "group_id": event.group_id}
    _note(session, event, "assigned", detail)


def note_edit(session: Session, event: TicketEdited) -> None:
    """Say which fields changed; long texts only by name."""
    changes = {
        name: None if name in _BY_NAME else [_plain(value) for value in both]
        for name, both in event.changes.items()
    }
    _note(session, event, "edited", {"changes": changes})


def note_items(session: Session, event: ItemsAffected) -> None:
    """Say which items came and went, and what the graph makes of it."""
    ticket = session.get_one(Ticket, event.ticket_id)
    detail = {"added": list(event.added), "removed": list(event.removed)}
    _note(session, event, "items", detail | _standing(ticket))


def note_reassessment(session: Session, event: TicketReassessed) -> None:
    """Say which services it reaches since the graph changed, and which no longer."""
    ticket = session.get_one(Ticket, event.ticket_id)
    detail = {
        "added": list(event.gained[:_NAMED]),
        "removed": list(event.lost[:_NAMED]),
        "more_added": max(0, len(event.gained) - _NAMED),
        "more_removed": max(0, len(event.lost) - _NAMED),
        "before": event.before,
    }
    _note(session, event, "reassessed", detail | _standing(ticket))


def note_happening(session: Session, event: TicketNoted) -> None:
    """Say what was linked, merged, done, booked or rated."""
    _note(session, event, event.what, event.detail)


def keep_time(session: Session, event: TicketEvent) -> None:
    """Let the ticket's clocks follow what happened; the line about it is written before."""
    session.flush()
    keep_ticket_clocks(session, session.get_one(Ticket, event.ticket_id), event.at)


def note_handover(session: Session, event: TicketHandedOver) -> None:
    """Say which group it left for which, and that its state moved."""
    if event.before != event.after:
        detail = {"before": event.before, "after": event.after, "reason": ""}
        _note(session, event, "moved", detail)
    groups = {"group_id": event.to_group_id, "from_group_id": event.from_group_id}
    _note(session, event, "handed_over", groups | {"id": event.handover_id})


def accept_on_move(session: Session, event: TicketMoved) -> None:
    """Let a step out of where hand-overs wait count as accepting it."""
    state = words_of(session).states.get(event.before)
    if state is not None and state.handover:
        close_handover(session, event.ticket_id, event.person_id, event.at)


def keep_accepted(session: Session, event: TicketNoted) -> None:
    """Let the clock of a hand-over stop once somebody has accepted it."""
    if event.what == "accepted":
        keep_time(session, event)


def note_level(session: Session, event: ClockReached) -> None:
    """Say that a clock has reached a level of its target."""
    session.add(
        TicketEntry(
            ticket_id=event.ticket_id,
            at=event.at,
            author_id=None,
            kind="system",
            text="",
            detail={
                "event": "clock",
                "measure": event.measure,
                "percent": event.percent,
                **_whose(session, event),
            },
        )
    )


def _whose(session: Session, event: ClockReached) -> dict[str, str]:
    """Return whose clock it is that is not the requester's."""
    if not event.holder:
        return {}
    names = holder_names(session, [event.holder])
    return {"holder": event.holder, "holder_name": names.get(event.holder, "")}


def _standing(ticket: Ticket) -> dict[str, Any]:
    return {
        "priority": ticket.priority,
        "impact": ticket.impact,
        "services": ticket.service_count,
        "down": ticket.down_count,
        "degraded": ticket.degraded_count,
        "at_risk": ticket.at_risk_count,
    }


def _note(session: Session, event: TicketEvent, what: str, detail: Mapping[str, Any]) -> None:
    session.add(
        TicketEntry(
            ticket_id=event.ticket_id,
            at=event.at,
            author_id=event.person_id,
            kind="system",
            text="",
            detail={"event": what, **detail},
        )
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
