"""The wire format of saved views and of edits of many items."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.listing.editing import MOST, EditPreview, EditRow
from server.items.models import SavedView
from server.items.schemas.items import ItemRefSchema


class ViewDraftSchema(StrictSchema):
    """A view to keep."""

    name = Line(required=True, longest=100, shortest=1)
    query = Line(load_default="", longest=2000)
    columns = fields.List(Line(longest=63), load_default=list, validate=validate.Length(max=50))
    sort = Line(load_default="", longest=60)
    shared = fields.Boolean(load_default=False)
    group_id = Identifier(load_default=None, allow_none=True)


class ViewSchema(StrictSchema):
    """A view of a list; ``watched``: whoever asks is told of what enters it."""

    id = fields.Integer(required=True)
    person_id = fields.Integer(required=True)
    name = fields.String(required=True)
    query = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)
    sort = fields.String(required=True)
    shared = fields.Boolean(required=True)
    group_id = fields.Integer(required=True, allow_none=True)
    created_at = Moment(required=True)
    watched = fields.Boolean(required=True)


def view_row(view: SavedView, *, watched: bool = False) -> dict[str, Any]:
    """Return what ``ViewSchema`` dumps."""
    names = (*ViewDraftSchema().fields, "id", "person_id", "created_at")
    return {name: getattr(view, name) for name in names} | {"watched": watched}


class ItemsEditSchema(StrictSchema):
    """An edit of many items: those of a query, or those named. null takes people's word back."""

    query = Line(load_default=None, allow_none=True, longest=2000)
    item_ids = fields.List(Identifier(), load_default=list, validate=validate.Length(max=MOST))
    values = fields.Dict(keys=fields.String(), required=True)
    dry_run = fields.Boolean(load_default=False)

    @validates_schema
    def refuse_both(self, data: dict[str, Any], **_options: Any) -> None:
        """Raise ``ValidationError`` unless exactly one of the two says which items."""
        if bool((data.get("query") or "").strip()) == bool(data.get("item_ids")):
            raise ValidationError({"item_ids": ["name the items, or give a query"]})


class EditRowSchema(Schema):
    """What the edit does to one item."""

    item = fields.Nested(ItemRefSchema, required=True)
    changes = fields.Dict(required=True)
    problems = fields.Dict(required=True)


class ItemsEditedSchema(Schema):
    """What an edit did, or would do: at most 100 rows of each kind are told."""

    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    rows = fields.List(fields.Nested(EditRowSchema), required=True)


_TOLD = 100


def edited_document(preview: EditPreview) -> dict[str, Any]:
    """Return what ``ItemsEditedSchema`` dumps."""
    changed, refused = preview.changing, preview.refused
    return {
        "changed": len(changed),
        "unchanged": len(preview.rows) - len(changed) - len(refused),
        "refused": len(refused),
        "rows": [_row(row) for row in (*refused[:_TOLD], *changed[:_TOLD])],
    }


def _row(row: EditRow) -> dict[str, Any]:
    changes = {name: {"old": old, "new": new} for name, (old, new) in row.changes.items()}
    return {"item": row.item, "changes": changes, "problems": dict(row.problems)}
