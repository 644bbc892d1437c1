"""REST over the calendar: changes, freezes, windows for maintenance, feeds."""

from datetime import timedelta
from typing import Any

from flask import Response, jsonify
from flask.views import MethodView

from server.desk.changes import actions, queries
from server.desk.changes.api.blueprint import answer, changes
from server.desk.changes.rules.windows import Period
from server.desk.changes.schemas.calendar import (
    CalendarCollisionsSchema,
    CalendarFeedDraftSchema,
    CalendarFeedSchema,
    CalendarQuerySchema,
    CalendarSchema,
    CalendarWindowDraftSchema,
    CalendarWindowSchema,
    ChangeMoveWindowSchema,
    OpenedFeedSchema,
    SuspensionSchema,
    calendar_document,
    window_draft,
)
from server.foundation.edge.conditional import check_version
from server.foundation.edge.document import CHECKS_VERSION
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    for_anybody,
    installation,
)

#: What a feed shows: so far back, so far ahead.
_BACK, _AHEAD = timedelta(days=60), timedelta(days=400)


@changes.route("/calendar")
class CalendarView(MethodView):
    """What happens when."""

    @changes.arguments(CalendarQuerySchema, location="query")
    @changes.response(200, CalendarSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """List changes, freezes and windows of some days, by site and service."""
        asked = Period(query["from"], query["to"])
        actor = current_actor()
        found = queries.calendar_of(current_session(), actor, asked, _narrowed(query))
        return jsonify(calendar_document(actor, found))


@changes.route("/calendar/collisions")
class CalendarCollisionsView(MethodView):
    """Which changes get in each other's way."""

    @changes.arguments(CalendarQuerySchema, location="query")
    @changes.response(200, CalendarCollisionsSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """List every two changes that collide in some days, through the whole graph."""
        asked = Period(query["from"], query["to"])
        session, actor = current_session(), current_actor()
        return queries.collisions_between(session, actor, asked, _narrowed(query))


def _narrowed(query: dict[str, Any]) -> queries.Narrowed:
    return queries.Narrowed(query["site_id"], query["service_id"])


@changes.route("/changes/<string:reference>/window")
class ChangeWindow(MethodView):
    """When a change happens."""

    @changes.doc(**CHECKS_VERSION)
    @changes.arguments(ChangeMoveWindowSchema)
    @changes.response(200)
    def put(self, body: dict[str, Any], reference: str) -> Any:
        """Let it begin at another time; refused where a freeze or a collision forbids it."""
        session, actor = current_session(), current_actor()
        check_version(queries.lock_change(session, actor, reference).version)
        start, now = body["start"], current_time()
        return answer(actions.move_window(session, actor, reference, start, now))


@changes.route("/calendar-windows")
class Windows(MethodView):
    """Freezes and windows for maintenance."""

    @changes.response(200, CalendarWindowSchema(many=True))
    def get(self) -> Any:
        """List them, those that hold no longer too."""
        return queries.list_windows(current_session(), current_actor())

    @changes.arguments(CalendarWindowDraftSchema)
    @changes.response(201, CalendarWindowSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Let one hold from now on."""
        session, actor = current_session(), current_actor()
        return actions.add_window(session, actor, window_draft(body), current_time())


@changes.route("/calendar-windows/<int:calendar_window_id>/suspension")
class WindowSuspension(MethodView):
    """Ending a freeze or a window."""

    @changes.arguments(SuspensionSchema)
    @changes.response(200, CalendarWindowSchema)
    def post(self, body: dict[str, Any], calendar_window_id: int) -> Any:
        """Let it hold no longer, and say why."""
        session, actor = current_session(), current_actor()
        reason, now = body["reason"], current_time()
        return actions.suspend_window(session, actor, calendar_window_id, reason, now)


@changes.route("/calendar-feeds")
class Feeds(MethodView):
    """Addresses under which calendar programs read."""

    @changes.response(200, CalendarFeedSchema(many=True))
    def get(self) -> Any:
        """List one's own feeds."""
        return queries.list_feeds(current_session(), current_actor())

    @changes.arguments(CalendarFeedDraftSchema)
    @changes.response(201, OpenedFeedSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Open a feed; its address is shown this once."""
        session, actor = current_session(), current_actor()
        feed, secret = actions.open_feed(session, actor, body["name"], current_time())
        base = installation().settings.base_url
        return {"id": feed.id, "name": feed.name, "address": f"{base}/api/v1/calendar/{secret}"}


@changes.route("/calendar-feeds/<int:feed_id>")
class OneFeed(MethodView):
    """One feed."""

    @changes.response(204)
    def delete(self, feed_id: int) -> None:
        """Let it be read no longer."""
        actions.revoke_feed(current_session(), current_actor(), feed_id, current_time())


@changes.route("/calendar/<string:secret>", methods=["GET"])
@changes.doc(security=[])
@changes.response(200, content_type="text/calendar")
@for_anybody
def read_feed(secret: str) -> Response:
    """Read a feed as iCalendar; the secret in the address decides whose."""
    now = current_time()
    days = Period(now - _BACK, now + _AHEAD)
    base = installation().settings.base_url
    text = actions.read_feed(current_session(), secret, days, now, base)
    return Response(text, mimetype="text/calendar", headers={"Cache-Control": "private, no-store"})
