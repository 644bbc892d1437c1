"""Acts on changes. Each checks, writes and tells; none mails, calls out or commits."""

from server.desk.changes.actions.applying import apply_differences
from server.desk.changes.actions.asking import request_approval
from server.desk.changes.actions.commenting import add_comment
from server.desk.changes.actions.deciding import Decision, decide
from server.desk.changes.actions.drafting import ChangeDraft, draft_change
from server.desk.changes.actions.editing import edit_change
from server.desk.changes.actions.gathering import (
    Answered,
    MeetingDraft,
    call_meeting,
    decide_many,
    decide_point,
    put_on_agenda,
    take_off_agenda,
    write_minutes,
)
from server.desk.changes.actions.handing import hand_over_application
from server.desk.changes.actions.linking import decide_by_link, open_link
from server.desk.changes.actions.moving import ChangeMove, move_change
from server.desk.changes.actions.planning import DifferenceDraft, TaskDraft, mark_task
from server.desk.changes.actions.releasing import (
    ReleaseDraft,
    draft_release,
    edit_release,
    put_into_release,
    remove_release,
    take_out_of_release,
    version_attributes,
)
from server.desk.changes.actions.ruling import RuleDraft, add_rule, remove_rule
from server.desk.changes.actions.scheduling import (
    WindowDraft,
    add_window,
    move_window,
    open_feed,
    read_feed,
    revoke_feed,
    suspend_window,
)
from server.desk.changes.actions.standard import (
    TemplateDraft,
    approve_template,
    create_template,
    retire_template,
)
from server.desk.changes.actions.standing_in import DeputyDraft, dismiss_deputy, name_deputy
from server.desk.changes.actions.verifying import verify_change
from server.desk.changes.actions.watching import (
    Judgement,
    WatchDraft,
    add_watch,
    judge_unauthorized,
    remove_watch,
)

__all__ = [
    "Answered",
    "ChangeDraft",
    "ChangeMove",
    "Decision",
    "DeputyDraft",
    "DifferenceDraft",
    "Judgement",
    "MeetingDraft",
    "ReleaseDraft",
    "RuleDraft",
    "TaskDraft",
    "TemplateDraft",
    "WatchDraft",
    "WindowDraft",
    "add_comment",
    "add_rule",
    "add_watch",
    "add_window",
    "apply_differences",
    "approve_template",
    "call_meeting",
    "create_template",
    "decide",
    "decide_by_link",
    "decide_many",
    "decide_point",
    "dismiss_deputy",
    "draft_change",
    "draft_release",
    "edit_change",
    "edit_release",
    "hand_over_application",
    "judge_unauthorized",
    "mark_task",
    "move_change",
    "move_window",
    "name_deputy",
    "open_feed",
    "open_link",
    "put_into_release",
    "put_on_agenda",
    "read_feed",
    "remove_release",
    "remove_rule",
    "remove_watch",
    "request_approval",
    "retire_template",
    "revoke_feed",
    "suspend_window",
    "take_off_agenda",
    "take_out_of_release",
    "verify_change",
    "version_attributes",
    "write_minutes",
]
