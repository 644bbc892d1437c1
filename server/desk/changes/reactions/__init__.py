"""What follows from what happens to changes: lines that say so, and people who hear."""

from server.desk.changes.reactions.noting import (
    blame_changes,
    invite_approvers,
    note_applied,
    note_change_edit,
    note_change_move,
    note_decision,
    note_draft,
    note_handing,
    note_hold,
    note_incident,
    note_overdue,
    note_request,
    note_verification,
)
from server.desk.changes.reactions.telling import (
    tell_change_move,
    tell_handing,
    tell_hold,
    tell_unauthorized,
    tell_verification,
)

__all__ = [
    "blame_changes",
    "invite_approvers",
    "note_applied",
    "note_change_edit",
    "note_change_move",
    "note_decision",
    "note_draft",
    "note_handing",
    "note_hold",
    "note_incident",
    "note_overdue",
    "note_request",
    "note_verification",
    "tell_change_move",
    "tell_handing",
    "tell_hold",
    "tell_unauthorized",
    "tell_verification",
]
