"""REST over the register."""

from typing import Any

from flask import jsonify, make_response, redirect
from flask.views import MethodView
from flask_smorest import Blueprint

from cmdb.errors import ItemNotFound
from cmdb.records.items import Item
from server.foundation.edge.conditional import check_version, etag_of, tagged
from server.foundation.edge.document import CHECKS_VERSION, LOOKS_BACK, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request, schema_of
from server.items import actions, queries
from server.items.deriving import verdicts
from server.items.identity.queries import successor_of
from server.items.past.listing import items_as_of
from server.items.past.recalling import item_as_of, relations_as_of
from server.items.schemas import (
    AsOfQuerySchema,
    FactSectionSchema,
    HistorySchema,
    ItemDraftSchema,
    ItemPatchSchema,
    ItemQuerySchema,
    ItemSchema,
    RelationDraftSchema,
    RelationRowSchema,
    RelationSchema,
    SoftwareSchema,
    item_draft,
    item_filter,
    relation_draft,
    relation_row,
)

items = Blueprint("items", __name__, url_prefix=PREFIX, description="Configuration items.")
relations = Blueprint("relations", __name__, url_prefix=PREFIX, description="Relations of items.")


@items.route("/items")
class Items(MethodView):
    """The register."""

    @items.doc(**LOOKS_BACK)
    @items.arguments(ItemQuerySchema, location="query")
    @items.response(200, page_of(ItemSchema, "ItemPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List items that are in sight."""
        page = page_request(query)
        if query["as_of"] is not None:
            session, actor = current_session(), current_actor()
            return items_as_of(session, actor, item_filter(query), page, query["as_of"])
        return queries.list_items(current_session(), current_actor(), item_filter(query), page)

    @items.arguments(ItemDraftSchema)
    @items.response(201, ItemSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Create an item by hand."""
        session, actor = current_session(), current_actor()
        return _with_tag(actions.create_item(session, actor, item_draft(body), current_time()))


def _with_tag(item: Item) -> tuple[Item, dict[str, str]]:
    """Return an answer and its ETag, so that the next edit need not read the item first."""
    return item, {"ETag": etag_of(item.version)}


@items.route("/items/<int:item_id>")
class OneItem(MethodView):
    """One item."""

    @items.doc(**READS_VERSION)
    @items.alt_response(307, description="It was merged into another; Location says which.")
    @items.alt_response(410, description="History of that time is not kept.")
    @items.arguments(AsOfQuerySchema, location="query")
    @items.response(200, ItemSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """Return an item; its ETag serves If-Match."""
        session, actor = current_session(), current_actor()
        try:
            item = queries.get_item(session, actor, item_id)
            if query["as_of"] is not None:
                then = item_as_of(session, actor, item_id, query["as_of"])
                return tagged(
                    make_response(jsonify(schema_of(ItemSchema).dump(then))), item.version
                )
        except ItemNotFound:
            if (final := successor_of(session, actor, item_id)) is None:
                raise
            return redirect(f"{PREFIX}/items/{final}", 307)
        return tagged(make_response(jsonify(schema_of(ItemSchema).dump(item))), item.version)

    @items.doc(**CHECKS_VERSION)
    @items.arguments(ItemPatchSchema)
    @items.response(200, ItemSchema)
    def patch(self, body: dict[str, Any], item_id: int) -> Any:
        """Record a person's word on an item."""
        session, actor = current_session(), current_actor()
        check_version(queries.get_item(session, actor, item_id, lock=True).version)
        parties = body["parties"]
        drafts = None if parties is None else [actions.PartyDraft(**party) for party in parties]
        now = current_time()
        return _with_tag(actions.edit_item(session, actor, item_id, body["values"], now, drafts))

    @items.doc(**CHECKS_VERSION)
    @items.response(200, ItemSchema)
    def delete(self, item_id: int) -> Any:
        """Retire an item; refused while something in use depends on it."""
        session, actor = current_session(), current_actor()
        check_version(queries.get_item(session, actor, item_id, lock=True).version)
        return _with_tag(actions.retire_item(session, actor, item_id, current_time()))


@items.route("/items/<int:item_id>/relations")
class ItemRelations(MethodView):
    """Relations seen from one item."""

    @items.doc(**LOOKS_BACK)
    @items.arguments(AsOfQuerySchema, location="query")
    @items.response(200, RelationRowSchema(many=True))
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List the live relations of an item, or those that held at a moment."""
        if query["as_of"] is not None:
            session, actor = current_session(), current_actor()
            found = relations_as_of(session, actor, item_id, query["as_of"])
            return [relation_row(one) | {"weight": one.weight} for one in found]
        rows = queries.relations_of(current_session(), current_actor(), item_id)
        return [relation_row(row) for row in rows]


@items.route("/items/<int:item_id>/history")
class ItemHistory(MethodView):
    """What changed on an item."""

    @items.arguments(PageQuerySchema, location="query")
    @items.response(200, page_of(HistorySchema, "HistoryPage"))
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List differences, newest first."""
        page = page_request(query)
        return queries.history_of(current_session(), current_actor(), item_id, page)


@items.route("/items/<int:item_id>/sections")
class ItemSections(MethodView):
    """Lists of facts about an item: disks, memory, monitors, services and what else was told."""

    @items.response(200, FactSectionSchema(many=True))
    def get(self, item_id: int) -> Any:
        """List the sections with their rows, by name and source."""
        return queries.stored_sections(current_session(), current_actor(), item_id)


@items.route("/items/<int:item_id>/software")
class ItemSoftware(MethodView):
    """What is installed on an item."""

    @items.arguments(PageQuerySchema, location="query")
    @items.response(200, page_of(SoftwareSchema, "SoftwarePage"))
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """List installed packages by name."""
        page = queries.software_of(current_session(), current_actor(), item_id, page_request(query))
        rows = [
            {
                "ecosystem": product.ecosystem,
                "name": product.name,
                "version": release.version,
                "architecture": release.architecture,
            }
            for product, release in page.rows
        ]
        return {"rows": rows, "next_cursor": page.next_cursor}


@relations.route("/relations")
class Relations(MethodView):
    """Relations written by hand or by programs."""

    @relations.arguments(RelationDraftSchema)
    @relations.response(201, RelationSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Relate two items."""
        draft = relation_draft(body)
        return actions.create_relation(current_session(), current_actor(), draft, current_time())


@relations.route("/relations/<int:relation_id>")
class OneRelation(MethodView):
    """One relation."""

    @relations.response(200, RelationSchema)
    def get(self, relation_id: int) -> Any:
        """Return a live relation."""
        return actions.get_relation(current_session(), current_actor(), relation_id)

    @relations.response(204)
    def delete(self, relation_id: int) -> None:
        """End a relation; the past keeps it. A derived one is rejected: see derivation verdicts."""
        verdicts.end_or_reject(current_session(), current_actor(), relation_id, current_time())
