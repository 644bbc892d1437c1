"""REST over suppliers, and over how items were bought."""

from datetime import date
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.assets.purchases import queries
from server.assets.purchases.actions import (
    PurchaseDraft,
    SupplierDraft,
    forget_purchase,
    write_purchase,
    write_supplier,
)
from server.assets.purchases.schemas import (
    BoughtQuerySchema,
    PurchaseDraftSchema,
    PurchaseSchema,
    SupplierDraftSchema,
    SupplierEditSchema,
    SupplierQuerySchema,
    SupplierSchema,
    purchase_document,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_of, page_request

purchases = Blueprint(
    "purchases", __name__, url_prefix=PREFIX, description="Suppliers, and what items cost."
)


@purchases.route("/suppliers")
class Suppliers(MethodView):
    """Whom organisations buy from."""

    @purchases.arguments(SupplierQuerySchema, location="query")
    @purchases.response(200, page_of(SupplierSchema, "SupplierPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List suppliers by name."""
        asked = page_request(query)
        return queries.list_suppliers(current_session(), current_actor(), query["q"], asked)

    @purchases.arguments(SupplierDraftSchema)
    @purchases.response(201, SupplierSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a supplier down."""
        draft = SupplierDraft(**body)
        return write_supplier(current_session(), current_actor(), draft, current_time())


@purchases.route("/suppliers/<int:supplier_id>")
class OneSupplier(MethodView):
    """One supplier."""

    @purchases.response(200, SupplierSchema)
    def get(self, supplier_id: int) -> Any:
        """Return a supplier."""
        return queries.get_supplier(current_session(), current_actor(), supplier_id)

    @purchases.arguments(SupplierEditSchema)
    @purchases.response(200, SupplierSchema)
    def put(self, body: dict[str, Any], supplier_id: int) -> Any:
        """Say anew who a supplier is; its organisation stays."""
        session, actor, now = current_session(), current_actor(), current_time()
        draft = SupplierDraft(0, **body)
        return write_supplier(session, actor, draft, now, supplier_id)


@purchases.route("/items/<int:item_id>/purchase")
class OnePurchase(MethodView):
    """How an item was bought."""

    @purchases.arguments(BoughtQuerySchema, location="query")
    @purchases.response(200, PurchaseSchema)
    def get(self, query: dict[str, Any], item_id: int) -> Any:
        """Return how an item was bought, and its book value on a day."""
        return _document(item_id, query["on"] or current_time().date())

    @purchases.arguments(PurchaseDraftSchema)
    @purchases.response(200, PurchaseSchema)
    def put(self, body: dict[str, Any], item_id: int) -> Any:
        """Say how an item was bought; what was said before is replaced."""
        draft = PurchaseDraft(**body)
        write_purchase(current_session(), current_actor(), item_id, draft, current_time())
        return _document(item_id, current_time().date())

    @purchases.response(204)
    def delete(self, item_id: int) -> None:
        """Forget how an item was bought."""
        forget_purchase(current_session(), current_actor(), item_id)


def _document(item_id: int, on: date) -> dict[str, Any]:
    found = queries.bought(current_session(), current_actor(), item_id, on)
    return purchase_document(found, on)
