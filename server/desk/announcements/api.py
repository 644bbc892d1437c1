"""REST over announcements."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.desk.announcements import schemas
from server.desk.announcements.actions import writing as actions
from server.desk.announcements.models import Announcement
from server.desk.announcements.queries import announcements as queries
from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_request

announcements = Blueprint(
    "announcements",
    __name__,
    url_prefix=PREFIX,
    description="Planned work and outages, told to whom they concern.",
)
_ONE = "/announcements/<int:announcement_id>"


def _answer(row: Announcement, status: int = 200) -> Response:
    return with_etag(schemas.AnnouncementSchema, row, row.version, status)


@announcements.route("/announcements")
class Announcements(MethodView):
    """What was announced."""

    @announcements.arguments(schemas.AnnouncementQuerySchema, location="query")
    @announcements.response(200, schemas.AnnouncementPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List announcements, the latest beginning first unless sorted by starts_at."""
        page = page_request(query)
        wanted = queries.AnnouncementFilter(query["state"], query["kind"], query["q"])
        found = queries.list_announcements(current_session(), current_actor(), wanted, page)
        return {"rows": found.rows, "next_cursor": found.next_cursor}

    @announcements.arguments(schemas.AnnouncementDraftSchema)
    @announcements.response(201, schemas.AnnouncementSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a draft; nobody is told before it is published."""
        draft = schemas.announcement_draft(body)
        row = actions.write_announcement(current_session(), current_actor(), draft, current_time())
        return _answer(row, 201)


@announcements.route(_ONE)
class OneAnnouncement(MethodView):
    """One announcement."""

    @announcements.doc(**READS_VERSION)
    @announcements.response(200, schemas.AnnouncementSchema)
    def get(self, announcement_id: int) -> Any:
        """Return an announcement; its ETag serves If-Match."""
        return _answer(
            queries.find_announcement(current_session(), current_actor(), announcement_id)
        )

    @announcements.doc(**CHECKS_VERSION)
    @announcements.arguments(schemas.AnnouncementDraftSchema)
    @announcements.response(200, schemas.AnnouncementSchema)
    def put(self, body: dict[str, Any], announcement_id: int) -> Any:
        """Write an announcement anew; with If-Match only what was read last."""
        session, actor = current_session(), current_actor()
        row = queries.find_announcement(session, actor, announcement_id, writing=True)
        check_version(row.version)
        draft = schemas.announcement_draft(body)
        return _answer(
            actions.change_announcement(session, actor, announcement_id, draft, current_time())
        )


@announcements.route(f"{_ONE}/moves")
class AnnouncementMoves(MethodView):
    """Publishing and ending."""

    @announcements.arguments(schemas.AnnouncementMoveSchema)
    @announcements.response(200, schemas.AnnouncementSchema)
    def post(self, body: dict[str, Any], announcement_id: int) -> Any:
        """Publish, end or withdraw an announcement; whom it concerns is told."""
        row = actions.move_announcement(
            current_session(),
            current_actor(),
            announcement_id,
            body["state"],
            body["text"],
            current_time(),
        )
        return _answer(row)


@announcements.route(f"{_ONE}/updates")
class AnnouncementUpdates(MethodView):
    """What was said until the end."""

    @announcements.response(200, schemas.AnnouncementUpdateSchema(many=True))
    def get(self, announcement_id: int) -> Any:
        """List what was said later, the newest first."""
        session = current_session()
        row = queries.find_announcement(session, current_actor(), announcement_id)
        return [update for update, _ in queries.updates_of(session, row.id)]

    @announcements.arguments(schemas.AnnouncementUpdateDraftSchema)
    @announcements.response(201, schemas.AnnouncementUpdateSchema)
    def post(self, body: dict[str, Any], announcement_id: int) -> Any:
        """Tell whoever was told how things stand."""
        return actions.update_announcement(
            current_session(),
            current_actor(),
            announcement_id,
            body["text"],
            body["expected_end_at"],
            current_time(),
        )
