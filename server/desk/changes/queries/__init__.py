"""Reading changes for an actor: what is out of sight does not exist."""

from server.desk.changes.queries.approvers import approvers_of
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
from server.desk.changes.queries.collisions import Collision
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
from server.desk.changes.queries.preview import (
    Approver,
    ChangePreview,
    Plan,
    plan_of,
    preview,
    preview_change,
)
from server.desk.changes.queries.scope import names, visible_changes

__all__ = [
    "SORTS",
    "ApprovalRow",
    "Approver",
    "ChangeEntryRow",
    "ChangeFilter",
    "ChangeHeader",
    "ChangePreview",
    "ChangeRow",
    "Collision",
    "Plan",
    "approvals_of",
    "approvals_on",
    "approvers_of",
    "change_entries_of",
    "change_header",
    "change_item_ids",
    "change_items_of",
    "count_changes",
    "find_change",
    "foreseen_services",
    "latest_change_entries",
    "list_changes",
    "lock_change",
    "names",
    "plan_of",
    "preview",
    "preview_change",
    "visible_changes",
]
