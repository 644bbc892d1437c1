"""REST over views that people keep, and edits of many items at once."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from cmdb.query.items import ItemFilter
from server.foundation.edge.document import LOOKS_UP
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.items.listing import editing, views, watching
from server.items.listing.schemas import (
    ItemsEditedSchema,
    ItemsEditSchema,
    ViewDraftSchema,
    ViewSchema,
    edited_document,
    view_row,
)

listing = Blueprint(
    "listing", __name__, url_prefix=PREFIX, description="Views of the list, edits of many items."
)


def add_view_routes(blueprint: Blueprint, path: str, kind: views.ViewKind) -> None:
    """Add the operations over the views of one list."""

    @blueprint.route(path)
    class Views(MethodView):
        """Views of a list."""

        @blueprint.response(200, ViewSchema(many=True))
        def get(self) -> Any:
            """List one's own views and those that others share."""
            found = views.list_views(current_session(), current_actor(), kind)
            return [view_row(one.view, watched=one.watched) for one in found]

        @blueprint.arguments(ViewDraftSchema)
        @blueprint.response(201, ViewSchema)
        def post(self, body: dict[str, Any]) -> Any:
            """Keep a view; one's own of the same name is replaced."""
            session, actor, draft = current_session(), current_actor(), views.ViewDraft(**body)
            return view_row(views.save_view(session, actor, kind, draft, current_time()))

    @blueprint.route(f"{path}/<int:view_id>")
    class OneView(MethodView):
        """One view."""

        @blueprint.response(204)
        def delete(self, view_id: int) -> None:
            """Forget a view of one's own."""
            views.delete_view(current_session(), current_actor(), kind, view_id)

    @blueprint.route(f"{path}/<int:view_id>/watch")
    class Watching(MethodView):
        """Being told of what enters a view."""

        @blueprint.response(204)
        def put(self, view_id: int) -> None:
            """Watch a view from now on."""
            watching.watch_view(current_session(), current_actor(), kind, view_id, current_time())

        @blueprint.response(204)
        def delete(self, view_id: int) -> None:
            """Watch a view no more."""
            watching.leave_view(current_session(), current_actor(), kind, view_id)


add_view_routes(listing, "/item-views", views.ITEM_VIEWS)


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
