"""REST over views that people keep, and edits of many items at once."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from cmdb.query.items import ItemFilter
from server.foundation.edge.document import LOOKS_UP
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.items.listing import editing, views
from server.items.listing.schemas import (
    ItemsEditedSchema,
    ItemsEditSchema,
    ViewDraftSchema,
    ViewSchema,
    edited_document,
)

listing = Blueprint(
    "listing", __name__, url_prefix=PREFIX, description="Views of the list, edits of many items."
)


@listing.route("/item-views")
class Views(MethodView):
    """Views of the item list."""

    @listing.response(200, ViewSchema(many=True))
    def get(self) -> Any:
        """List one's own views and those that others share."""
        return views.list_views(current_session(), current_actor())

    @listing.arguments(ViewDraftSchema)
    @listing.response(201, ViewSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Keep a view; one's own of the same name is replaced."""
        draft = views.ViewDraft(**body)
        return views.save_view(current_session(), current_actor(), draft, current_time())


@listing.route("/item-views/<int:view_id>")
class OneView(MethodView):
    """One view."""

    @listing.response(204)
    def delete(self, view_id: int) -> None:
        """Forget a view of one's own."""
        views.delete_view(current_session(), current_actor(), view_id)


@listing.route("/items/edits")
class Edits(MethodView):
    """Edits of many items."""

    @listing.doc(**LOOKS_UP)
    @listing.arguments(ItemsEditSchema)
    @listing.response(200, ItemsEditedSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Set values on up to 1,000 items; with ``dry_run`` only tell what would change."""
        session, actor = current_session(), current_actor()
        query = (body["query"] or "").strip()
        filters = ItemFilter(query=query) if query else None
        items = editing.choose_items(session, actor, filters, body["item_ids"])
        if body["dry_run"]:
            return edited_document(editing.preview_edit(session, actor, items, body["values"]))
        return edited_document(
            editing.edit_items(session, actor, items, body["values"], current_time())
        )
