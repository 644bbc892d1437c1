"""REST over foreign agents' sources, and over the senders that wait to be admitted."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.items.foreign import admitting
from server.items.foreign.schemas import (
    AdmissionSchema,
    NewSourceSchema,
    SourceDraftSchema,
    SourceSchema,
    WaitingSenderSchema,
)
from server.items.schemas import AgentSchema

inventory_sources = Blueprint(
    "inventory_sources",
    __name__,
    url_prefix=PREFIX,
    description="Agents of other makers: where they report, and who waits.",
)


@inventory_sources.route("/inventory-sources")
class Sources(MethodView):
    """Doors for foreign agents."""

    @inventory_sources.response(200, SourceSchema(many=True))
    def get(self) -> Any:
        """List the open sources, by name."""
        return admitting.list_sources(current_session(), current_actor())

    @inventory_sources.arguments(SourceDraftSchema)
    @inventory_sources.response(201, NewSourceSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Open a source; its secret is shown this once."""
        draft = admitting.SourceDraft(**body)
        secret = admitting.create_source(current_session(), current_actor(), draft, current_time())
        return {"path": f"/inventory/{draft.slug}", "user_name": draft.slug, "secret": secret}


@inventory_sources.route("/inventory-sources/<int:source_id>")
class OneSource(MethodView):
    """One source."""

    @inventory_sources.response(204)
    def delete(self, source_id: int) -> None:
        """Close a source."""
        admitting.close_source(current_session(), current_actor(), source_id, current_time())


@inventory_sources.route("/waiting-senders")
class WaitingSenders(MethodView):
    """Senders that nobody has admitted."""

    @inventory_sources.arguments(PageQuerySchema, location="query")
    @inventory_sources.response(200, page_of(WaitingSenderSchema, "WaitingSenderPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List the senders that wait, the latest first unless asked otherwise."""
        page = page_request(query | {"sort": query["sort"] or "-last_seen"})
        return admitting.list_waiting(current_session(), current_actor(), page)


@inventory_sources.route("/waiting-senders/<int:sender_id>/admission", methods=["POST"])
@inventory_sources.arguments(AdmissionSchema)
@inventory_sources.response(201, AgentSchema)
def admit_sender(body: dict[str, Any], sender_id: int) -> Any:
    """Admit a sender; the report that waited with it lands."""
    place = body["organisation_id"]
    return admitting.admit(current_session(), current_actor(), sender_id, place, current_time())


@inventory_sources.route("/waiting-senders/<int:sender_id>/refusal", methods=["POST"])
@inventory_sources.response(204)
def refuse_sender(sender_id: int) -> None:
    """Hear no more from a sender."""
    admitting.refuse(current_session(), current_actor(), sender_id, current_time())
