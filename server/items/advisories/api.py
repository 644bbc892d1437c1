"""REST over advisories: bring a file, and ask what is vulnerable or at the end of its support."""

from typing import Any

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.foundation.edge.tables import CSV, TEXT, saved_answer
from server.items.advisories import queries
from server.items.advisories.details import advisory_detail
from server.items.advisories.exporting import FILE_NAME, affected_csv
from server.items.advisories.importing import import_advisories
from server.items.advisories.of_items import known_of_item
from server.items.advisories.schemas import (
    AdvisoryDetailSchema,
    AdvisoryFileQuerySchema,
    AdvisoryQuerySchema,
    AdvisoryRowSchema,
    AffectedRowSchema,
    BroughtSchema,
    CycleSchema,
    KnownOfItemSchema,
    detail_document,
)

advisories = Blueprint(
    "advisories", __name__, url_prefix=PREFIX, description="Known vulnerabilities, ends of support."
)


@advisories.route("/advisories")
class Advisories(MethodView):
    """Vulnerabilities of what is installed."""

    @advisories.arguments(AdvisoryQuerySchema, location="query")
    @advisories.response(200, page_of(AdvisoryRowSchema, "AdvisoryPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List them, the gravest first, with how many items have them."""
        wanted = queries.AdvisoryFilter(query["q"], query["severity"])
        page = page_request(query)
        return queries.list_advisories(current_session(), current_actor(), wanted, page)


@advisories.route("/advisory-files", methods=["POST"])
@advisories.doc(requestBody={"required": True, "content": {"application/json": {"schema": {}}}})
@advisories.arguments(AdvisoryFileQuerySchema, location="query")
@advisories.response(201, BroughtSchema)
@own_transactions
def bring_file(query: dict[str, Any]) -> Any:
    """Bring a file of OSV, of NVD, or of life cycles by endoflife.date; the body is the file."""
    place, body = installation(), request.get_data(cache=False)
    name = query["file_name"]
    return import_advisories(place.database, current_actor(), body, name, current_time())


@advisories.route("/advisories/<int:advisory_id>")
class OneAdvisory(MethodView):
    """One advisory."""

    @advisories.response(200, AdvisoryDetailSchema)
    def get(self, advisory_id: int) -> Any:
        """Return an advisory that means something installed, and which versions it means."""
        return detail_document(advisory_detail(current_session(), current_actor(), advisory_id))


@advisories.route("/advisories/<int:advisory_id>/items")
class AffectedItems(MethodView):
    """Where an advisory bites: a line for each package and version of an item."""

    @advisories.arguments(PageQuerySchema, location="query")
    @advisories.response(200, page_of(AffectedRowSchema, "AffectedItemPage"))
    def get(self, query: dict[str, Any], advisory_id: int) -> Any:
        """List the items it means, with the version that mends it."""
        session, actor = current_session(), current_actor()
        found = queries.advisory(session, actor, advisory_id)
        return queries.affected_by(session, actor, found, page_request(query))


@advisories.route("/advisories/<int:advisory_id>/items.csv")
class AffectedItemsAsCsv(MethodView):
    """Where an advisory bites, for spreadsheets."""

    @advisories.response(200, TEXT, content_type=CSV)
    def get(self, advisory_id: int) -> Response:
        """Write the same list, all of it, one line for each of its lines."""
        text = affected_csv(current_session(), current_actor(), advisory_id)
        return saved_answer(text, CSV, FILE_NAME)


@advisories.route("/items/<int:item_id>/advisories")
class OfItem(MethodView):
    """One item."""

    @advisories.response(200, KnownOfItemSchema)
    def get(self, item_id: int) -> Any:
        """Return its weaknesses, the gravest first, and when support of what it runs ends."""
        return known_of_item(current_session(), current_actor(), item_id)


@advisories.route("/support-ends")
class SupportEnds(MethodView):
    """Cycles of releases in use."""

    @advisories.response(200, CycleSchema(many=True))
    def get(self) -> Any:
        """List operating systems and products by the end of their support, the soonest first."""
        return queries.ending_cycles(current_session(), current_actor())
