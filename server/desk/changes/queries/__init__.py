"""Reading changes for an actor: what is out of sight does not exist."""

from server.desk.changes.queries.approvers import Asked, approvers_of, managers_of, members_of
from server.desk.changes.queries.changes import (
    SORTS,
    ChangeFilter,
    ChangeHeader,
    ChangeRow,
    change_header,
    count_changes,
    find_change,
    list_changes,
    lock_change,
)
from server.desk.changes.queries.collisions import Collision, Meeting
from server.desk.changes.queries.foresight import Foresight, foresee, worse_than
from server.desk.changes.queries.parts import (
    ApprovalRow,
    ChangeEntryRow,
    approvals_of,
    approvals_on,
    change_entries_of,
    change_item_ids,
    change_items_of,
    foreseen_services,
    latest_change_entries,
)
from server.desk.changes.queries.plan import (
    Plan,
    covered_parts,
    differences_on,
    plan_of,
    tasks_on,
)
from server.desk.changes.queries.preview import (
    Approver,
    ChangePreview,
    preview,
    preview_change,
    question_of,
)
from server.desk.changes.queries.scope import names, visible_changes

__all__ = [
    "SORTS",
    "ApprovalRow",
    "Approver",
    "Asked",
    "ChangeEntryRow",
    "ChangeFilter",
    "ChangeHeader",
    "ChangePreview",
    "ChangeRow",
    "Collision",
    "Foresight",
    "Meeting",
    "Plan",
    "approvals_of",
    "approvals_on",
    "approvers_of",
    "change_entries_of",
    "change_header",
    "change_item_ids",
    "change_items_of",
    "count_changes",
    "covered_parts",
    "differences_on",
    "find_change",
    "foresee",
    "foreseen_services",
    "latest_change_entries",
    "list_changes",
    "lock_change",
    "managers_of",
    "members_of",
    "names",
    "plan_of",
    "preview",
    "preview_change",
    "question_of",
    "tasks_on",
    "visible_changes",
    "worse_than",
]
