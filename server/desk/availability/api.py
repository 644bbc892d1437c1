"""REST over how available services were, and over outages."""

from typing import Any

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.desk.availability.actions.correcting import (
    MissedPromise,
    OutageCorrection,
    correct_outage,
    explain_miss,
)
from server.desk.availability.queries.listing import levels_sheet, list_levels
from server.desk.availability.schemas import (
    AvailabilityMonthSchema,
    AvailabilityQuerySchema,
    MissReasonSchema,
    ServiceOutageCorrectionSchema,
    ServiceOutageSchema,
    month_document,
    outage_document,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.tables import saved_answer

_MEDIA = "text/csv"

availability = Blueprint(
    "availability",
    __name__,
    url_prefix=PREFIX,
    description="How available services were, against what was promised for each month.",
)


@availability.route("/service-levels/availability")
class Availability(MethodView):
    """Promises about services."""

    @availability.arguments(AvailabilityQuerySchema, location="query")
    @availability.response(200, AvailabilityMonthSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Return how the promises of a month stand, and which outages they come from."""
        session, actor, now = current_session(), current_actor(), current_time()
        found = list_levels(session, actor, query["month"], now, query["service_id"])
        return month_document(found)


@availability.route("/service-levels/availability.csv")
class AvailabilityAsCsv(MethodView):
    """Promises about services for spreadsheets."""

    @availability.arguments(AvailabilityQuerySchema, location="query")
    @availability.response(200, {"type": "string"}, content_type=_MEDIA)
    def get(self, query: dict[str, Any]) -> Response:
        """Write the same, one line a measure."""
        session, actor, now = current_session(), current_actor(), current_time()
        text = levels_sheet(session, actor, query["month"], now, query["service_id"])
        return saved_answer(text, _MEDIA, "availability.csv")


@availability.route("/service-levels/availability/<int:service_id>/reason")
class MissReason(MethodView):
    """Why a promise about a service was missed."""

    @availability.arguments(MissReasonSchema)
    @availability.response(204)
    def put(self, body: dict[str, Any], service_id: int) -> None:
        """Say why the promise was missed."""
        reason = body.pop("reason")
        missed = MissedPromise(service_id, **body)
        explain_miss(current_session(), current_actor(), missed, reason, current_time())


@availability.route("/service-outages/<int:outage_id>")
class OneOutage(MethodView):
    """When a service was not up."""

    @availability.arguments(ServiceOutageCorrectionSchema)
    @availability.response(200, ServiceOutageSchema)
    def put(self, body: dict[str, Any], outage_id: int) -> Any:
        """Correct when it was, or say that it was none; availability follows at once."""
        draft = OutageCorrection(**body)
        session, actor = current_session(), current_actor()
        found = correct_outage(session, actor, outage_id, draft, current_time())
        return outage_document(found, in_sight=True)
