"""REST over the register's health and attestation campaigns."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.document import LOOKS_UP
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Permission
from server.items.health import asking, campaigns, queries
from server.items.health.jobs import MEASURE_HEALTH
from server.items.health.schemas import (
    AskedQuerySchema,
    AttestationSchema,
    CampaignDraftSchema,
    CampaignSchema,
    FiguresQuerySchema,
    FiguresSchema,
    HealthItemsQuerySchema,
    HealthRunSchema,
    ItemHealthSchema,
    OwnerAnsweredSchema,
    OwnersAnswerSchema,
    StoredHealthSchema,
    attestation_document,
    campaign_document,
    figures_document,
    health_document,
    health_filter,
    stored_document,
)
from server.people.actions.rights import require_everywhere

health = Blueprint(
    "health", __name__, url_prefix=PREFIX, description="How right the register is, as numbers."
)


_ATTESTATIONS = page_of(AttestationSchema, "AttestationPage")


@health.route("/health-runs")
class Runs(MethodView):
    """Measurements of the whole register."""

    @health.response(200, HealthRunSchema(many=True))
    def get(self) -> Any:
        """List the finished measurements, newest first."""
        return queries.runs(current_session(), current_actor())

    @health.response(202)
    def post(self) -> None:
        """Measure now, in the background; one that waits already is enough."""
        require_everywhere(current_actor(), Permission.ADMIN_JOBS)
        enqueue(current_session(), MEASURE_HEALTH, key=MEASURE_HEALTH)


@health.route("/health-figures")
class HealthFigures(MethodView):
    """Figures of the last measurement."""

    @health.arguments(FiguresQuerySchema, location="query")
    @health.response(200, FiguresSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Return the figures by class, organisation or owner, of what one may see."""
        session, actor, asked = current_session(), current_actor(), health_filter(query)
        latest = queries.runs(session, actor, limit=1)
        if not latest:
            return figures_document(None, [], [])
        lines = queries.figures(session, actor, latest[0], query["by"], asked)
        return figures_document(
            latest[0], lines, list(queries.sources(session, actor, latest[0], asked))
        )


@health.route("/health-items")
class HealthItems(MethodView):
    """The rows behind a figure."""

    @health.arguments(HealthItemsQuerySchema, location="query")
    @health.response(200, page_of(StoredHealthSchema, "HealthItemsPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List items of which a measure is bad, as of the last measurement."""
        page = page_request(query)
        found = queries.items_with(
            current_session(), current_actor(), query["measure"], health_filter(query), page
        )
        rows = [stored_document(item, one) for item, one in found.rows]
        return {"rows": rows, "next_cursor": found.next_cursor}


@health.route("/items/<int:item_id>/health")
class OneItem(MethodView):
    """The health of one item."""

    @health.response(200, ItemHealthSchema)
    def get(self, item_id: int) -> Any:
        """Return the health of an item as it is now."""
        session, actor = current_session(), current_actor()
        found = queries.health_of(session, actor, item_id, current_time())
        twins = queries.twins_in_sight(session, actor, found.twins if found else ())
        return health_document(found, twins)


@health.route("/attestation-campaigns")
class Campaigns(MethodView):
    """Campaigns in which owners confirm their items."""

    @health.response(200, CampaignSchema(many=True))
    def get(self) -> Any:
        """List campaigns, newest first."""
        today = current_time().date()
        found = asking.campaigns(current_session(), current_actor())
        return [campaign_document(one, today) for one in found]

    @health.arguments(CampaignDraftSchema)
    @health.response(201, CampaignSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Ask the owners of the items that fit, until a day."""
        session, actor, now = current_session(), current_actor(), current_time()
        draft = campaigns.CampaignDraft(**body)
        made = campaigns.start_campaign(session, actor, draft, now)
        return campaign_document(asking.campaign_state(session, actor, made.id), now.date())


@health.route("/attestation-campaigns/<int:campaign_id>")
class OneCampaign(MethodView):
    """One campaign."""

    @health.response(200, CampaignSchema)
    def get(self, campaign_id: int) -> Any:
        """Return a campaign and how far it is."""
        found = asking.campaign_state(current_session(), current_actor(), campaign_id)
        return campaign_document(found, current_time().date())

    @health.response(204)
    def delete(self, campaign_id: int) -> None:
        """End a campaign; what was answered stays."""
        campaigns.close_campaign(current_session(), current_actor(), campaign_id, current_time())


@health.route("/attestation-campaigns/<int:campaign_id>/attestations")
class CampaignQuestions(MethodView):
    """The questions of a campaign."""

    @health.arguments(AskedQuerySchema, location="query")
    @health.response(200, _ATTESTATIONS)
    def get(self, query: dict[str, Any], campaign_id: int) -> Any:
        """List who was asked about what, and the answers."""
        page = page_request(query)
        found = asking.asked_in(
            current_session(), current_actor(), campaign_id, query["answer"], page
        )
        rows = [attestation_document(row) for row in found.rows]
        return {"rows": rows, "next_cursor": found.next_cursor}


@health.route("/attestations")
class Mine(MethodView):
    """What waits for one's own answer."""

    @health.arguments(PageQuerySchema, location="query")
    @health.response(200, _ATTESTATIONS)
    def get(self, query: dict[str, Any]) -> Any:
        """List the questions to oneself or one's groups that have no answer yet."""
        found = asking.asked_of_me(current_session(), current_actor(), page_request(query))
        rows = [attestation_document(row) for row in found.rows]
        return {"rows": rows, "next_cursor": found.next_cursor}


@health.route("/attestations/<int:attestation_id>/answer")
class Answers(MethodView):
    """Answers of owners."""

    @health.doc(**LOOKS_UP)
    @health.arguments(OwnersAnswerSchema)
    @health.response(200, OwnerAnsweredSchema)
    def post(self, body: dict[str, Any], attestation_id: int) -> Any:
        """Say that an item is right, or what is wrong."""
        session, actor, now = current_session(), current_actor(), current_time()
        return campaigns.answer(session, actor, attestation_id, body["answer"], body["note"], now)
