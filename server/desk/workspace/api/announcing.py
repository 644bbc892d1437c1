"""REST by which a change or an incident is announced, with what is known of it."""

from typing import Any

from flask.views import MethodView

from server.desk.announcements.actions.writing import write_announcement
from server.desk.announcements.schemas import AnnouncementSchema
from server.desk.workspace.api.blueprint import workspace
from server.desk.workspace.queries.announcing import announcement_of
from server.foundation.edge.fields import Line
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.schemas import StrictSchema
from server.foundation.permissions import Permission


class AnnouncementSourceSchema(StrictSchema):
    """The reference of the change or ticket from which an announcement is drafted."""

    reference = Line(longest=40, shortest=1, required=True)


@workspace.route("/announcement-drafts")
class AnnouncementDrafts(MethodView):
    """Announcements of what is planned or has failed."""

    @workspace.arguments(AnnouncementSourceSchema)
    @workspace.response(201, AnnouncementSchema)
    @workspace.alt_response(404, description="There is no such change or ticket.")
    def post(self, body: dict[str, Any]) -> Any:
        """Draft an announcement from a change or a ticket; it ends with it once published."""
        session, actor = current_session(), current_actor()
        actor.require(Permission.TICKET_WORK)
        draft, source = announcement_of(session, actor, body["reference"])
        return write_announcement(session, actor, draft, current_time(), source)
