"""The wire format of models, and of how reliable items are."""

from typing import Any

from marshmallow import fields

from server.assets.products.queries import ModelOfItem, ModelRow
from server.assets.rules.reliability import Reliability
from server.foundation.edge.fields import Identifier, Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema


class ModelQuerySchema(PageQuerySchema):
    """Which models."""

    q = Line(load_default="", metadata={"description": "How a name begins, or a maker."})
    vendor_id = QueryIdentifier(load_default=None)


class ModelDraftSchema(StrictSchema):
    """A model to write down; ``defaults`` are values of its items by attribute."""

    vendor = Line(required=True, shortest=1, longest=255)
    name = Line(required=True, shortest=1, longest=255)
    part_number = Line(load_default="", longest=255)
    sale_ends_on = fields.Date(load_default=None)
    support_ends_on = fields.Date(load_default=None)
    life_ends_on = fields.Date(load_default=None)
    defaults = fields.Dict(keys=fields.String(), load_default=dict)


class VendorSchema(StrictSchema):
    """A maker."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class ProductModelSchema(StrictSchema):
    """A model of a maker, and how many items in sight are one of it."""

    id = fields.Integer(required=True)
    vendor = fields.Nested(VendorSchema, required=True)
    name = fields.String(required=True)
    part_number = fields.String(required=True)
    sale_ends_on = fields.Date(required=True, allow_none=True)
    support_ends_on = fields.Date(required=True, allow_none=True)
    life_ends_on = fields.Date(required=True, allow_none=True)
    defaults = fields.Dict(keys=fields.String(), required=True)
    by_hand = fields.Boolean(required=True)
    item_count = fields.Integer(required=True)
    updated_at = Moment(required=True)


class ModelChoiceSchema(StrictSchema):
    """The model a person chooses for an item; null lets its sources say it again."""

    model_id = Identifier(required=True, allow_none=True)


class ModelOfItemSchema(StrictSchema):
    """The model of an item; ``chosen``: by a person."""

    model = fields.Nested(ProductModelSchema, required=True, allow_none=True)
    chosen = fields.Boolean(required=True)


class ReliabilitySchema(StrictSchema):
    """Incidents in sight with the items, and the mean time between them (null: there was none)."""

    item_count = fields.Integer(required=True)
    days = fields.Float(required=True)
    failure_count = fields.Integer(required=True)
    cause_count = fields.Integer(required=True)
    mean_days = fields.Float(required=True, allow_none=True)
    last_at = Moment(required=True, allow_none=True)


def model_document(row: ModelRow) -> dict[str, Any]:
    """Return what ``ProductModelSchema`` dumps."""
    names = ("id", "name", "part_number", "sale_ends_on", "support_ends_on", "life_ends_on")
    found = {name: getattr(row.model, name) for name in (*names, "by_hand", "updated_at")}
    known = {"defaults": dict(row.model.defaults), "item_count": row.item_count}
    return found | known | {"vendor": row.vendor}


def choice_document(found: ModelOfItem) -> dict[str, Any]:
    """Return what ``ModelOfItemSchema`` dumps."""
    return {"model": model_document(found.row) if found.row else None, "chosen": found.pinned}


def reliability_document(found: Reliability) -> dict[str, Any]:
    """Return what ``ReliabilitySchema`` dumps."""
    names = ("item_count", "failure_count", "cause_count", "last_at")
    mean = None if found.mean_days is None else round(found.mean_days, 3)
    counted = {name: getattr(found, name) for name in names}
    return counted | {"days": round(found.days, 3), "mean_days": mean}
