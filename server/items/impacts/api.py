"""REST over the impact engine."""

from collections.abc import Mapping
from typing import Any, cast

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.document import LOOKS_BACK, LOOKS_UP
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_request
from server.foundation.edge.tables import saved
from server.items.impacts.answering import answer_question
from server.items.impacts.encoding import answer_text
from server.items.impacts.exporting import ExportQuestion, Format, export_network, export_text
from server.items.impacts.group_losses import ranked_groups
from server.items.impacts.hints import CHANGES, ChangeReader
from server.items.impacts.levels import PROMISES, PromiseReader
from server.items.impacts.needs import NeedsQuestion, needs_of
from server.items.impacts.outages import KnownTimes, OutageQuestion, outages_of
from server.items.impacts.queries import ranked_items, ranked_services
from server.items.impacts.questions import ImpactQuestion
from server.items.impacts.reaching import CONTRACTS, ContractReader, Readers
from server.items.impacts.schemas import (
    CausesSchema,
    ExportQuerySchema,
    GroupLossesSchema,
    ImpactAnswerSchema,
    ImpactQuestionSchema,
    ImpactWishSchema,
    NeedsQuerySchema,
    NeedsSchema,
    OutageAnswerSchema,
    OutageQuerySchema,
    OutageQuestionSchema,
    RankingQuerySchema,
    RankingSchema,
    SymptomsSchema,
    WayQuerySchema,
    WaySchema,
    WeakPointsQuerySchema,
    WeakPointsSchema,
    WeakServiceQuerySchema,
    WeakServicesSchema,
    impact_question,
)
from server.items.impacts.suspecting import SymptomQuestion, causes_of
from server.items.impacts.ways import way_between
from server.items.impacts.weak_points import weak_points_of
from server.items.queries import get_item, require_items

impacts = Blueprint("impact", __name__, url_prefix=PREFIX, description="What suffers, and why.")

_MEDIA: Mapping[Format, str] = {
    "graphml": "application/graphml+xml",
    "json": "application/json",
    "csv": "text/csv",
}
_TEXT = {"type": "string"}


@impacts.route("/impact")
class Impact(MethodView):
    """What would suffer."""

    @impacts.doc(**LOOKS_UP)
    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(ImpactQuestionSchema)
    @impacts.response(200, ImpactAnswerSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Compute what suffers when the named items fail together. Changes nothing."""
        question = impact_question(body, body["failed"])
        require_items(current_session(), current_actor(), question.failed)
        return tell_impact(question)


@impacts.route("/items/<int:item_id>/impact")
class ItemImpact(MethodView):
    """What suffers when one item fails."""

    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(ImpactWishSchema, location="query")
    @impacts.response(200, ImpactAnswerSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """Compute what suffers when this item fails."""
        get_item(current_session(), current_actor(), item_id)
        return tell_impact(impact_question(query, [item_id]))


@impacts.route("/items/<int:item_id>/depends-on")
class ItemNeeds(MethodView):
    """What an item stands on."""

    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(NeedsQuerySchema, location="query")
    @impacts.response(200, NeedsSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List everything the item needs, directly or through others, nearest first."""
        return needs_of(current_session(), current_actor(), item_id, NeedsQuestion(**query))


@impacts.route("/items/<int:item_id>/single-points")
class ItemWeakPoints(MethodView):
    """What takes an item down alone."""

    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(WeakPointsQuerySchema, location="query")
    @impacts.response(200, WeakPointsSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List the single points of failure of a service, or of any other item."""
        return weak_points_of(current_session(), current_actor(), item_id, **query)


@impacts.route("/items/<int:item_id>/availability")
class ItemAvailability(MethodView):
    """How often an item is down, and through whom."""

    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(OutageQuerySchema, location="query")
    @impacts.response(200, OutageAnswerSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """Tell how often a service is up, by the mean times of what it stands on."""
        question = OutageQuestion(query["limit"], query["as_of"])
        return outages_of(current_session(), current_actor(), item_id, question)

    @impacts.doc(**LOOKS_UP)
    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(OutageQuestionSchema)
    @impacts.response(200, OutageAnswerSchema)
    def post(self, body: dict[str, Any], item_id: int) -> Any:
        """Tell the same with other mean times. Changes nothing."""
        known = [KnownTimes(**one) for one in body["known"]]
        question = OutageQuestion(body["limit"], body["as_of"], known)
        return outages_of(current_session(), current_actor(), item_id, question)


@impacts.route("/single-points")
class WeakServices(MethodView):
    """Services by what takes them down alone."""

    @impacts.arguments(WeakServiceQuerySchema, location="query")
    @impacts.response(200, WeakServicesSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """List services with their single points of failure, as of the nightly sweep."""
        return ranked_services(current_session(), current_actor(), page_request(query))


@impacts.route("/blast-radius")
class BlastRanking(MethodView):
    """Items by how much goes down with them."""

    @impacts.arguments(RankingQuerySchema, location="query")
    @impacts.response(200, RankingSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """List the items with the widest blast, as of the nightly sweep."""
        return ranked_items(current_session(), current_actor(), page_request(query))


@impacts.route("/group-losses")
class GroupLossRanking(MethodView):
    """Redundancy groups by how much goes down with all of them."""

    @impacts.arguments(RankingQuerySchema, location="query")
    @impacts.response(200, GroupLossesSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """List what the loss of whole redundancies would take down, as of the nightly sweep."""
        return ranked_groups(current_session(), current_actor(), page_request(query))


@impacts.route("/path")
class WayBetween(MethodView):
    """From a failure to an item."""

    @impacts.doc(**LOOKS_UP)
    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(WayQuerySchema, location="query")
    @impacts.response(200, WaySchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Tell how the failure of one item reaches another, or what stops it."""
        return way_between(
            current_session(), current_actor(), query["start"], query["end"], query["as_of"]
        )


@impacts.route("/causes")
class Causes(MethodView):
    """What would explain several symptoms."""

    @impacts.doc(**LOOKS_UP)
    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(SymptomsSchema)
    @impacts.response(200, CausesSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Rank the failures that would explain the symptoms. Changes nothing."""
        watched = body["watched"]
        question = SymptomQuestion(
            symptoms=tuple(dict.fromkeys(body["symptoms"])),
            at=body["at"] or current_time(),
            watched=None if watched is None else tuple(dict.fromkeys(watched)),
            limit=body["limit"],
            as_of=body["as_of"],
        )
        changes_of = cast("ChangeReader", installation().lent[CHANGES])
        return causes_of(current_session(), current_actor(), question, changes_of)


@impacts.route("/graph.graphml")
class GraphAsGraphml(MethodView):
    """The graph for tools that draw."""

    @impacts.doc(**LOOKS_UP)
    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(ExportQuerySchema, location="query")
    @impacts.response(200, _TEXT, content_type=_MEDIA["graphml"])
    def get(self, query: dict[str, Any]) -> Any:
        """Write the graph, or what suffers when some items fail, as GraphML."""
        return _export(query, "graphml")


@impacts.route("/graph.json")
class GraphAsJson(MethodView):
    """The graph for programs."""

    @impacts.doc(**LOOKS_UP)
    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(ExportQuerySchema, location="query")
    @impacts.response(200, {"type": "object"}, content_type=_MEDIA["json"])
    def get(self, query: dict[str, Any]) -> Any:
        """Write the graph, or what suffers when some items fail, as nodes and edges."""
        return _export(query, "json")


@impacts.route("/graph.csv")
class GraphAsCsv(MethodView):
    """The graph for spreadsheets."""

    @impacts.doc(**LOOKS_UP)
    @impacts.doc(**LOOKS_BACK)
    @impacts.arguments(ExportQuerySchema, location="query")
    @impacts.response(200, _TEXT, content_type=_MEDIA["csv"])
    def get(self, query: dict[str, Any]) -> Any:
        """Write the graph, or what suffers when some items fail, one line a relation."""
        return _export(query, "csv")


def _export(query: dict[str, Any], form: Format) -> Response:
    session, actor = current_session(), current_actor()
    require_items(session, actor, query["failed"])
    question = ExportQuestion(tuple(dict.fromkeys(query["failed"])), query["as_of"])
    text = export_text(export_network(session, actor, question), form)
    return saved(Response(text, mimetype=_MEDIA[form]), f"graph.{form}")


def tell_impact(question: ImpactQuestion) -> Response:
    """Return the whole answer, as `ImpactAnswerSchema` describes it; for other corners too."""
    lent = installation().lent
    readers = Readers(
        cast("ContractReader", lent[CONTRACTS]), cast("PromiseReader", lent[PROMISES])
    )
    answer = answer_question(current_session(), current_actor(), question, readers)
    return Response(answer_text(answer), mimetype="application/json")
