"""REST over changes."""

from typing import Any

from flask import jsonify
from flask.views import MethodView

from server.desk.changes import actions, queries
from server.desk.changes.api.blueprint import answer, changes
from server.desk.changes.schemas import (
    ApprovalSchema,
    ChangeDraftSchema,
    ChangeEntryPage,
    ChangeEntrySchema,
    ChangeMoveSchema,
    ChangePage,
    ChangePatchSchema,
    ChangePreviewSchema,
    ChangeQuerySchema,
    ChangeSchema,
    CommentSchema,
    DecisionSchema,
    approval_row,
    change_document,
    change_draft,
    change_entry_row,
    change_filter,
    change_move,
    change_values,
    decision_of,
    preview_document,
)
from server.foundation.edge.conditional import check_version
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.items.schemas import ItemRefSchema


@changes.route("/changes")
class Changes(MethodView):
    """Every change in sight."""

    @changes.arguments(ChangeQuerySchema, location="query")
    @changes.response(200, ChangePage)
    def get(self, query: dict[str, Any]) -> Any:
        """List changes, the newest first unless sorted by created, updated, risk or id."""
        page = page_request(query)
        wanted = change_filter(query)
        actor = current_actor()
        found = queries.list_changes(current_session(), actor, wanted, page)
        rows = [change_document(actor, row.change) for row in found.rows]
        return jsonify(rows=rows, next_cursor=found.next_cursor)

    @changes.arguments(ChangeDraftSchema)
    @changes.response(201, ChangeSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Begin a change; what it would break is known at once."""
        draft = change_draft(body)
        actor = current_actor()
        return answer(actions.draft_change(current_session(), actor, draft, current_time()), 201)


@changes.route("/changes/<string:reference>")
class OneChange(MethodView):
    """One change, by reference or id."""

    @changes.doc(**READS_VERSION)
    @changes.response(200, ChangeSchema)
    def get(self, reference: str) -> Any:
        """Return a change; its ETag serves If-Match."""
        return answer(queries.find_change(current_session(), current_actor(), reference))

    @changes.doc(**CHECKS_VERSION)
    @changes.arguments(ChangePatchSchema)
    @changes.response(200, ChangeSchema)
    def patch(self, body: dict[str, Any], reference: str) -> Any:
        """Change some fields; an edit of what was approved leads back to assessment."""
        session, actor = current_session(), current_actor()
        check_version(queries.lock_change(session, actor, reference).version)
        values = change_values(body)
        return answer(actions.edit_change(session, actor, reference, values, current_time()))


@changes.route("/changes/<string:reference>/items")
class ChangeItems(MethodView):
    """What a change touches."""

    @changes.response(200, ItemRefSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the touched items that are in sight; PATCH the change to replace them."""
        return queries.change_items_of(current_session(), current_actor(), reference)


@changes.route("/changes/<string:reference>/entries")
class ChangeEntries(MethodView):
    """What happened on a change."""

    @changes.arguments(PageQuerySchema, location="query")
    @changes.response(200, ChangeEntryPage)
    def get(self, query: dict[str, Any], reference: str) -> Any:
        """List what happened, oldest first."""
        page = queries.change_entries_of(
            current_session(), current_actor(), reference, page_request(query)
        )
        return {"rows": [_entry(row) for row in page.rows], "next_cursor": page.next_cursor}

    @changes.arguments(CommentSchema)
    @changes.response(201, ChangeEntrySchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Write a comment."""
        session, actor = current_session(), current_actor()
        entry = actions.add_comment(session, actor, reference, body["text"], current_time())
        return change_entry_row(entry, actor.name)


@changes.route("/changes/<string:reference>/impact")
class ChangeImpact(MethodView):
    """What a change would do."""

    @changes.response(200, ChangePreviewSchema)
    def get(self, reference: str) -> Any:
        """Compute impact, collisions, approvers and risk on the graph as it is now."""
        actor = current_actor()
        found = queries.preview_change(current_session(), actor, reference)
        return preview_document(actor, found)


@changes.route("/changes/<string:reference>/approval-requests")
class ApprovalRequests(MethodView):
    """Asking for approval."""

    @changes.doc(**CHECKS_VERSION)
    @changes.response(200, ChangeSchema)
    def post(self, reference: str) -> Any:
        """Freeze the plan with its impact, and ask everybody who has a say."""
        session, actor = current_session(), current_actor()
        check_version(queries.lock_change(session, actor, reference).version)
        return answer(actions.request_approval(session, actor, reference, current_time()))


@changes.route("/changes/<string:reference>/approvals")
class Approvals(MethodView):
    """Giving and refusing approval."""

    @changes.response(200, ApprovalSchema(many=True))
    def get(self, reference: str) -> Any:
        """List every approval ever asked for, the latest round first."""
        rows = queries.approvals_of(current_session(), current_actor(), reference)
        return [approval_row(row) for row in rows]

    @changes.arguments(DecisionSchema)
    @changes.response(200, ChangeSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Approve or reject; author and implementer may do neither."""
        given = decision_of(body)
        session, actor = current_session(), current_actor()
        return answer(actions.decide(session, actor, reference, given, current_time()))


@changes.route("/changes/<string:reference>/moves")
class ChangeMoves(MethodView):
    """Steps of the life cycle."""

    @changes.doc(**CHECKS_VERSION)
    @changes.arguments(ChangeMoveSchema)
    @changes.response(200, ChangeSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Take a step; approval and rejection come from deciding instead."""
        session, actor = current_session(), current_actor()
        check_version(queries.lock_change(session, actor, reference).version)
        draft = change_move(body)
        return answer(actions.move_change(session, actor, reference, draft, current_time()))


def _entry(row: queries.ChangeEntryRow) -> dict[str, Any]:
    return change_entry_row(row.entry, row.author.display_name if row.author else "")
