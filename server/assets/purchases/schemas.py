"""The wire format of suppliers and purchases. Amounts are text, so that nothing is rounded."""

from datetime import date
from typing import Any

from marshmallow import fields

from server.assets.purchases.queries import Bought
from server.assets.rules.money import amount_text
from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema


class SupplierQuerySchema(PageQuerySchema):
    """Which suppliers."""

    q = Line(load_default="", metadata={"description": "How the name begins."})


class SupplierEditSchema(StrictSchema):
    """Who a supplier is."""

    name = Line(required=True, shortest=1, longest=255)
    email = Line(load_default="", longest=255)
    phone = Line(load_default="", longest=255)
    website = Line(load_default="", longest=255)
    customer_number = Line(load_default="", longest=255)


class SupplierDraftSchema(SupplierEditSchema):
    """A supplier to write down."""

    organisation_id = Identifier(required=True)


class SupplierSchema(StrictSchema):
    """Whom an organisation buys from."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True)
    website = fields.String(required=True)
    customer_number = fields.String(required=True)


class PurchaseDraftSchema(StrictSchema):
    """How an item was bought; its worth goes down to ``residual`` over so many months."""

    supplier_id = Identifier(load_default=None, allow_none=True)
    order_number = Line(load_default="", longest=255)
    bought_on = fields.Date(load_default=None, allow_none=True)
    price = Line(load_default="", longest=40, metadata={"example": "1234.50"})
    currency = Line(load_default="", longest=3, metadata={"example": "EUR"})
    warranty_ends_on = fields.Date(load_default=None, allow_none=True)
    months = fields.Integer(load_default=None, allow_none=True)
    residual = Line(load_default="", longest=40)


class BoughtQuerySchema(StrictSchema):
    """On which day the worth is asked for; today when left out."""

    from_text = True

    on = fields.Date(load_default=None)


class PurchaseSchema(StrictSchema):
    """How an item was bought. ``worth`` is its book value on the day that was asked for."""

    item_id = fields.Integer(required=True)
    supplier = fields.Nested(SupplierSchema, required=True, allow_none=True)
    order_number = fields.String(required=True)
    bought_on = fields.Date(required=True, allow_none=True)
    price = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    warranty_ends_on = fields.Date(required=True, allow_none=True)
    months = fields.Integer(required=True, allow_none=True)
    residual = fields.String(required=True)
    on = fields.Date(required=True)
    worth = fields.String(required=True, allow_none=True)
    written_off_on = fields.Date(required=True, allow_none=True)
    updated_at = Moment(required=True, allow_none=True)


def purchase_document(found: Bought, on: date) -> dict[str, Any]:
    """Return what ``PurchaseSchema`` dumps; all is empty when nobody has said anything."""
    row = found.purchase
    days = ("bought_on", "warranty_ends_on", "months", "updated_at")
    texts = ("order_number", "currency")
    return {
        "item_id": found.item_id,
        "supplier": found.supplier,
        **{name: getattr(row, name) if row else None for name in days},
        **{name: getattr(row, name) if row else "" for name in texts},
        "price": amount_text(row.price_hundredths) if row else None,
        "residual": amount_text(row.residual_hundredths) if row else "0.00",
        "on": on,
        "worth": amount_text(found.worth),
        "written_off_on": found.written_off_on,
    }
