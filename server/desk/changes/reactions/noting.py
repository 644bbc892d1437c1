"""What follows from what happens to changes: a line that says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.desk.changes.actions.blaming import link_incident
from server.desk.changes.actions.checking import TEXTS
from server.desk.changes.events import (
    ApplicationHanded,
    ApprovalDecided,
    ApprovalOverdue,
    ApprovalRequested,
    ChangeDrafted,
    ChangeEdited,
    ChangeEvent,
    ChangeHeld,
    ChangeMoved,
    ChangeVerified,
    DifferencesApplied,
    IncidentLinked,
)
from server.desk.changes.models import ChangeEntry
from server.desk.tickets.events import ItemsAffected, TicketOpened
from server.foundation.jobs.queue import enqueue


def note_draft(session: Session, event: ChangeDrafted) -> None:
    """Say that planning began."""
    _note(session, event, "drafted", {})


def note_change_edit(session: Session, event: ChangeEdited) -> None:
    """Say which fields changed (long texts only by name), and how many approvals that voided."""
    changes = {
        name: None if name in TEXTS else [_plain(value) for value in both]
        for name, both in event.changes.items()
    }
    detail = {
        "changes": changes,
        "voided": len(event.voided),
        "voided_approvals": list(event.voided),
    }
    _note(session, event, "edited", detail)


def note_request(session: Session, event: ApprovalRequested) -> None:
    """Say that approval was asked for, of what, and from how many."""
    detail = {"digest": event.digest, "approvers": event.approvers}
    _note(session, event, "approval_requested", detail)


def note_decision(session: Session, event: ApprovalDecided) -> None:
    """Say who decided what."""
    detail = {
        "decision": event.decision,
        "approvals": list(event.approval_ids),
        "in_place_of": event.in_place_of,
    }
    _note(session, event, "decided", detail, event.comment)


def note_change_move(session: Session, event: ChangeMoved) -> None:
    """Say which step was taken, and why."""
    detail = {"before": event.before, "after": event.after}
    _note(session, event, "moved", detail, event.reason)


def note_overdue(session: Session, event: ApprovalOverdue) -> None:
    """Say that an answer did not come in time."""
    _note(session, event, "overdue", {"approval": event.approval_id})


def invite_approvers(session: Session, event: ApprovalRequested) -> None:
    """Let everybody who is asked be written to, once this is committed."""
    enqueue(session, "changes.invite", {"change_id": event.change_id})


def note_verification(session: Session, event: ChangeVerified) -> None:
    """Say what was found after the window."""
    detail = {"verdict": event.verdict, "lines": event.lines}
    _note(session, event, "verified", detail)


def note_hold(session: Session, event: ChangeHeld) -> None:
    """Say that it did not begin, and why."""
    _note(session, event, "held", {}, event.why)


def note_incident(session: Session, event: IncidentLinked) -> None:
    """Say that an incident followed."""
    detail = {"ticket": event.ticket, "distance": event.distance}
    _note(session, event, "incident", detail)


def blame_changes(session: Session, event: TicketOpened | ItemsAffected) -> None:
    """Ask whether a change came before an incident."""
    link_incident(session, event.ticket_id, event.at)


def note_applied(session: Session, event: DifferencesApplied) -> None:
    """Say that the register holds what was planned for it."""
    _note(session, event, "applied", {"number": event.number})


def note_handing(session: Session, event: ApplicationHanded) -> None:
    """Say that somebody else is to write what was planned into the register."""
    person = session.get(Person, event.to_id)
    _note(session, event, "handed", {"to": person.display_name if person else ""})


def _note(
    session: Session, event: ChangeEvent, what: str, detail: Mapping[str, Any], text: str = ""
) -> None:
    session.add(
        ChangeEntry(
            change_id=event.change_id,
            at=event.at,
            author_id=event.person_id,
            kind="system",
            text=text,
            detail={"event": what, **detail},
        )
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
