"""REST over what is found after changes, and what changed without any."""

from typing import Any

from flask.views import MethodView

from server.desk.changes import actions, queries
from server.desk.changes.api.blueprint import answer, changes
from server.desk.changes.schemas.checking import (
    ChangeFindingSchema,
    ChangeWatchDraftSchema,
    ChangeWatchSchema,
    JudgementSchema,
    UnauthorizedChangeSchema,
    UnauthorizedQuerySchema,
    finding_rows,
    unauthorized_rows,
    watch_draft,
)
from server.foundation.edge.requests import current_actor, current_session, current_time


@changes.route("/changes/<string:reference>/verification")
class Verification(MethodView):
    """What was found after the window."""

    @changes.response(200, ChangeFindingSchema(many=True))
    def get(self, reference: str) -> Any:
        """List what was found line by line, about items in sight."""
        return finding_rows(queries.findings_of(current_session(), current_actor(), reference))

    @changes.response(200)
    def post(self, reference: str) -> Any:
        """Compare with discovery now, once the window is over."""
        session, actor = current_session(), current_actor()
        return answer(actions.verify_change(session, actor, reference, current_time()))


@changes.route("/unauthorized-changes")
class Unauthorized(MethodView):
    """Differences that nobody had approved."""

    @changes.arguments(UnauthorizedQuerySchema, location="query")
    @changes.response(200, UnauthorizedChangeSchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """List them, the latest first."""
        session, actor = current_session(), current_actor()
        return unauthorized_rows(queries.list_unauthorized(session, actor, [query["state"]]))


@changes.route("/unauthorized-changes/<int:unauthorized_id>/judgement")
class UnauthorizedJudgement(MethodView):
    """Deciding about one of them."""

    @changes.arguments(JudgementSchema)
    @changes.response(200, UnauthorizedChangeSchema)
    def post(self, body: dict[str, Any], unauthorized_id: int) -> Any:
        """Accept it, or open a ticket that rolls it back."""
        session, actor = current_session(), current_actor()
        said = actions.Judgement(**body)
        return actions.judge_unauthorized(session, actor, unauthorized_id, said, current_time())


@changes.route("/change-watches")
class Watches(MethodView):
    """What is watched."""

    @changes.response(200, ChangeWatchSchema(many=True))
    def get(self) -> Any:
        """List what is watched."""
        return queries.list_watches(current_session(), current_actor())

    @changes.arguments(ChangeWatchDraftSchema)
    @changes.response(201, ChangeWatchSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Watch an item or a class from now on."""
        session, actor = current_session(), current_actor()
        return actions.add_watch(session, actor, watch_draft(body), current_time())


@changes.route("/change-watches/<int:change_watch_id>")
class OneWatch(MethodView):
    """One watch."""

    @changes.response(204)
    def delete(self, change_watch_id: int) -> None:
        """Watch it no longer."""
        actions.remove_watch(current_session(), current_actor(), change_watch_id)
