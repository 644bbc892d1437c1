"""REST over one's own notifications."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_request
from server.notify import actions, queries
from server.notify.schemas import (
    NotificationPage,
    NotificationPreferenceSchema,
    NotificationQuerySchema,
    ReadSchema,
    notification_row,
)

notifications = Blueprint(
    "notifications", __name__, url_prefix=PREFIX, description="What one was told, and how."
)


@notifications.route("/notifications")
class Notifications(MethodView):
    """One's own notifications."""

    @notifications.arguments(NotificationQuerySchema, location="query")
    @notifications.response(200, NotificationPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List what one was told, the newest first."""
        request, actor = page_request(query), current_actor()
        page = queries.own_notifications(current_session(), actor, request, **query)
        rows = [notification_row(row, actor.language) for row in page.rows]
        return {"rows": rows, "next_cursor": page.next_cursor}


@notifications.route("/notifications/read")
class Reading(MethodView):
    """What one has read."""

    @notifications.arguments(ReadSchema)
    @notifications.response(204)
    def post(self, body: dict[str, Any]) -> None:
        """Mark one's notifications as read, all of them when none is named."""
        actions.mark_read(current_session(), current_actor(), current_time(), body["ids"])


@notifications.route("/notifications/preferences")
class Preferences(MethodView):
    """How one wants to be told."""

    @notifications.response(200, NotificationPreferenceSchema)
    def get(self) -> Any:
        """Return how one is told."""
        return queries.own_preferences(current_session(), current_actor())

    @notifications.arguments(NotificationPreferenceSchema)
    @notifications.response(200, NotificationPreferenceSchema)
    def put(self, body: dict[str, Any]) -> Any:
        """Say how one wants to be told: at once, as a digest or never, and not in quiet hours."""
        draft = actions.PreferenceDraft(**body)
        return actions.save_preferences(current_session(), current_actor(), draft)
