"""REST over the meetings of the board that decides about changes."""

from typing import Any

from flask.views import MethodView

from server.desk.changes import actions, queries
from server.desk.changes.api.blueprint import answer, changes
from server.desk.changes.schemas import (
    AgendaPointsSchema,
    AgendaSchema,
    BoardMeetingDraftSchema,
    BoardMeetingSchema,
    BoardMinutesSchema,
    ChangeSchema,
    DecisionSchema,
    agenda_rows,
    decision_of,
    meeting_draft,
)
from server.foundation.edge.requests import current_actor, current_session, current_time


@changes.route("/board-meetings")
class Meetings(MethodView):
    """Meetings of the board."""

    @changes.response(200, BoardMeetingSchema(many=True))
    def get(self) -> Any:
        """List the meetings in sight, the latest first."""
        return queries.list_meetings(current_session(), current_actor())

    @changes.arguments(BoardMeetingDraftSchema)
    @changes.response(201, BoardMeetingSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Call a meeting."""
        session, actor = current_session(), current_actor()
        return actions.call_meeting(session, actor, meeting_draft(body), current_time())


@changes.route("/board-meetings/<int:meeting_id>")
class OneMeeting(MethodView):
    """One meeting."""

    @changes.response(200, BoardMeetingSchema)
    def get(self, meeting_id: int) -> Any:
        """Return a meeting with its minutes."""
        return queries.find_meeting(current_session(), current_actor(), meeting_id)

    @changes.arguments(BoardMinutesSchema)
    @changes.response(200, BoardMeetingSchema)
    def patch(self, body: dict[str, Any], meeting_id: int) -> Any:
        """Write the minutes; once closed they stay."""
        return actions.write_minutes(
            current_session(),
            current_actor(),
            meeting_id,
            body["minutes"],
            current_time(),
            close=body["close"],
        )


@changes.route("/board-meetings/<int:meeting_id>/points")
class Agenda(MethodView):
    """What a meeting is about."""

    @changes.response(200, AgendaSchema(many=True))
    def get(self, meeting_id: int) -> Any:
        """List the agenda in its order, changes out of sight left out."""
        session, actor = current_session(), current_actor()
        return agenda_rows(queries.agenda_of(session, actor, meeting_id))

    @changes.arguments(AgendaPointsSchema)
    @changes.response(200, AgendaSchema(many=True))
    def post(self, body: dict[str, Any], meeting_id: int) -> Any:
        """Put changes on the agenda."""
        session, actor = current_session(), current_actor()
        actions.put_on_agenda(session, actor, meeting_id, body["changes"])
        return agenda_rows(queries.agenda_of(session, actor, meeting_id))


@changes.route("/board-meetings/<int:meeting_id>/points/<string:reference>")
class OnePoint(MethodView):
    """One change on an agenda."""

    @changes.arguments(DecisionSchema)
    @changes.response(200, ChangeSchema)
    def post(self, body: dict[str, Any], meeting_id: int, reference: str) -> Any:
        """Write what the meeting decided, as one's own approval or in somebody's place."""
        session, actor = current_session(), current_actor()
        given = decision_of(body)
        now = current_time()
        return answer(actions.decide_point(session, actor, meeting_id, reference, given, now))

    @changes.response(204)
    def delete(self, meeting_id: int, reference: str) -> None:
        """Take a change off the agenda."""
        actions.take_off_agenda(current_session(), current_actor(), meeting_id, reference)
