"""Acts on changes. Each checks, writes and tells; none mails, calls out or commits."""

from server.desk.changes.actions.approving import Decision, decide, request_approval
from server.desk.changes.actions.commenting import add_comment
from server.desk.changes.actions.drafting import ChangeDraft, draft_change
from server.desk.changes.actions.editing import edit_change
from server.desk.changes.actions.moving import ChangeMove, move_change

__all__ = [
    "ChangeDraft",
    "ChangeMove",
    "Decision",
    "add_comment",
    "decide",
    "draft_change",
    "edit_change",
    "move_change",
    "request_approval",
]
