"""The wire format of stock."""

from typing import Any

from marshmallow import fields, validate

from server.assets.stock.actions import MOST
from server.assets.stock.queries import ArticleRow
from server.foundation.edge.fields import Identifier, Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.schemas import ItemRefSchema

_COUNT = validate.Range(min=0, max=MOST)


class StockQuerySchema(PageQuerySchema):
    """Which consumables."""

    q = Line(load_default="", metadata={"description": "How the name begins."})
    place_id = QueryIdentifier(load_default=None)
    low = fields.Boolean(load_default=False, metadata={"description": "Only what runs short."})


class StockDraftSchema(StrictSchema):
    """A consumable to write down."""

    organisation_id = Identifier(required=True)
    name = Line(required=True, shortest=1, longest=255)
    place_id = Identifier(load_default=None, allow_none=True)
    minimum = fields.Integer(load_default=0, validate=_COUNT)
    quantity = fields.Integer(load_default=0, validate=_COUNT)


class StockEditSchema(StrictSchema):
    """What a consumable is called, where it lies, and how many there should be."""

    name = Line(required=True, shortest=1, longest=255)
    place_id = Identifier(load_default=None, allow_none=True)
    minimum = fields.Integer(load_default=0, validate=_COUNT)


class StockArticleSchema(StrictSchema):
    """A consumable; ``is_low``: there are fewer than there should be."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    place = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    minimum = fields.Integer(required=True)
    is_low = fields.Boolean(required=True)


class StockMovementDraftSchema(StrictSchema):
    """Some are put (positive) or taken (negative)."""

    change = fields.Integer(required=True, validate=validate.Range(min=-MOST, max=MOST))
    person_id = Identifier(load_default=None, allow_none=True)
    note = Line(load_default="", longest=255)


class StockMovementSchema(StrictSchema):
    """Some were put or taken, and how many there were then."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    change = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    actor = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)


def article_document(row: ArticleRow) -> dict[str, Any]:
    """Return what ``StockArticleSchema`` dumps."""
    names = ("id", "organisation_id", "name", "quantity", "minimum")
    found = {name: getattr(row.article, name) for name in names}
    return found | {"place": row.place, "is_low": row.is_low}
