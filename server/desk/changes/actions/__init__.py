"""Acts on changes. Each checks, writes and tells; none mails, calls out or commits."""

from server.desk.changes.actions.applying import apply_differences
from server.desk.changes.actions.asking import request_approval
from server.desk.changes.actions.commenting import add_comment
from server.desk.changes.actions.deciding import Decision, decide
from server.desk.changes.actions.drafting import ChangeDraft, draft_change
from server.desk.changes.actions.editing import edit_change
from server.desk.changes.actions.moving import ChangeMove, move_change
from server.desk.changes.actions.planning import DifferenceDraft, TaskDraft, mark_task
from server.desk.changes.actions.standard import (
    TemplateDraft,
    approve_template,
    create_template,
    retire_template,
)

__all__ = [
    "ChangeDraft",
    "ChangeMove",
    "Decision",
    "DifferenceDraft",
    "TaskDraft",
    "TemplateDraft",
    "add_comment",
    "apply_differences",
    "approve_template",
    "create_template",
    "decide",
    "draft_change",
    "edit_change",
    "mark_task",
    "move_change",
    "request_approval",
    "retire_template",
]
