"""Personnel lists: set up, delivered, looked at."""

from typing import Any

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.conditional import check_version, with_etag
from server.foundation.edge.document import CHECKS_VERSION, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.people.actions import rosters as actions
from server.people.models import Roster
from server.people.queries import rosters as queries
from server.people.rules.roster_lines import rows_of_csv
from server.people.schemas.rosters import (
    DeliveredFileSchema,
    DeliverySchema,
    RosterChangeSchema,
    RosterCreateSchema,
    RosterPage,
    RosterRunPage,
    RosterRunSchema,
    RosterSchema,
    WordsSchema,
)

rosters = Blueprint(
    "rosters", __name__, url_prefix=PREFIX, description="What the personnel office says of people."
)


@rosters.route("/rosters")
class Rosters(MethodView):
    """Every personnel list the actor administers."""

    @rosters.arguments(PageQuerySchema, location="query")
    @rosters.response(200, RosterPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List personnel lists."""
        return queries.list_rosters(current_session(), current_actor(), page_request(query))

    @rosters.arguments(RosterCreateSchema)
    @rosters.response(201, RosterSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a personnel list; deliveries follow."""
        return actions.create_roster(current_session(), current_actor(), body, current_time())


@rosters.route("/rosters/<int:roster_id>")
class OneRoster(MethodView):
    """A personnel list."""

    @rosters.doc(**READS_VERSION)
    @rosters.response(200, RosterSchema)
    def get(self, roster_id: int) -> Response:
        """Return a personnel list; the ETag serves If-Match."""
        return _answer(queries.roster(current_session(), current_actor(), roster_id))

    @rosters.doc(**CHECKS_VERSION)
    @rosters.arguments(RosterChangeSchema)
    @rosters.response(200, RosterSchema)
    def patch(self, body: dict[str, Any], roster_id: int) -> Response:
        """Change columns, precedence or what a delivery means, from the next one on."""
        session, actor = current_session(), current_actor()
        found = queries.roster(session, actor, roster_id)
        check_version(found.version)
        return _answer(actions.change_roster(session, actor, found, body, current_time()))


@rosters.route("/rosters/<int:roster_id>/runs")
class RosterRuns(MethodView):
    """Deliveries and their reports."""

    @rosters.arguments(PageQuerySchema, location="query")
    @rosters.response(200, RosterRunPage)
    def get(self, query: dict[str, Any], roster_id: int) -> Any:
        """List the deliveries of a personnel list."""
        page = page_request(query)
        return queries.list_roster_runs(current_session(), current_actor(), roster_id, page)

    @rosters.arguments(DeliverySchema)
    @rosters.response(202, RosterRunSchema)
    def post(self, body: dict[str, Any], roster_id: int) -> Any:
        """Deliver lines; they are carried out in the background and the run tells the rest."""
        session, actor = current_session(), current_actor()
        found = queries.roster(session, actor, roster_id)
        rows = [{name: text or "" for name, text in line.items()} for line in body["people"]]
        return actions.deliver(session, actor, found, rows, current_time())


@rosters.route("/rosters/<int:roster_id>/files", methods=["POST"])
@rosters.doc(
    requestBody={"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
)
@rosters.arguments(DeliveredFileSchema, location="query")
@rosters.response(202, RosterRunSchema)
def deliver_file(query: dict[str, Any], roster_id: int) -> Any:
    """Deliver a CSV file as the body; its first line names the columns."""
    session, actor = current_session(), current_actor()
    found = queries.roster(session, actor, roster_id)
    rows = rows_of_csv(request.get_data())
    name = query["file_name"]
    return actions.deliver(session, actor, found, rows, current_time(), file_name=name)


@rosters.route("/rosters/<int:roster_id>/runs/<int:roster_run_id>")
class OneRosterRun(MethodView):
    """One delivery."""

    @rosters.response(200, RosterRunSchema)
    def get(self, roster_id: int, roster_run_id: int) -> Any:
        """Return the report of a delivery."""
        return queries.run_of_roster(current_session(), current_actor(), roster_id, roster_run_id)


@rosters.route("/rosters/<int:roster_id>/runs/<int:roster_run_id>/confirm", methods=["POST"])
@rosters.response(202, RosterRunSchema)
def confirm(roster_id: int, roster_run_id: int) -> Any:
    """Have a delivery that was held back carried out all the same."""
    session, actor = current_session(), current_actor()
    found = queries.roster(session, actor, roster_id)
    run = queries.run_of_roster(session, actor, roster_id, roster_run_id)
    return actions.confirm_run(session, actor, found, run)


@rosters.route("/people/<int:person_id>/words")
@rosters.response(200, WordsSchema)
def words(person_id: int) -> Any:
    """Return who says what of somebody, attribute by attribute."""
    return {"items": queries.who_says_what(current_session(), current_actor(), person_id)}


def _answer(roster: Roster) -> Response:
    return with_etag(RosterSchema, roster, roster.version)
