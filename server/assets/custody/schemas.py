"""The wire format of who has what."""

from typing import Any

from marshmallow import fields

from server.assets.custody.queries import ConflictRow, CustodyRow
from server.foundation.edge.fields import Identifier, Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.schemas import ItemRefSchema


class CustodyQuerySchema(PageQuerySchema):
    """Whose, of what, and whether only what is not over."""

    person_id = QueryIdentifier(load_default=None)
    item_id = QueryIdentifier(load_default=None)
    open = fields.Boolean(load_default=False)


class GivingSchema(StrictSchema):
    """To whom an item is given."""

    person_id = Identifier(required=True)
    note = Line(load_default="", longest=500)


class CustodyAnswerSchema(StrictSchema):
    """Whether one has what was given to oneself; without it, why."""

    has_it = fields.Boolean(required=True)
    note = Line(load_default="", longest=500)


class CustodyEndSchema(StrictSchema):
    """In which condition it came back, if there is something to say."""

    note = Line(load_default="", longest=500)


class HolderSchema(StrictSchema):
    """A person."""

    id = fields.Integer(required=True)
    display_name = fields.String(required=True)


class CustodySchema(StrictSchema):
    """An item was given to a person; over once ``ended_at`` is set."""

    id = fields.Integer(required=True)
    item = fields.Nested(ItemRefSchema, required=True)
    person = fields.Nested(HolderSchema, required=True)
    given_at = Moment(required=True)
    accepted_at = Moment(required=True, allow_none=True)
    declined_at = Moment(required=True, allow_none=True)
    ended_at = Moment(required=True, allow_none=True)
    note = fields.String(required=True)


class CustodyConflictSchema(StrictSchema):
    """What does not fit: the weightiest first, with who was seen on it and where it stands."""

    custody = fields.Nested(CustodySchema, required=True)
    conflicts = fields.List(fields.String(), required=True)
    used_by = fields.List(fields.String(), required=True)
    site = fields.String(required=True)


def custody_document(row: CustodyRow | ConflictRow) -> dict[str, Any]:
    """Return what ``CustodySchema`` dumps."""
    names = ("id", "given_at", "accepted_at", "declined_at", "ended_at", "note")
    found = {name: getattr(row.custody, name) for name in names}
    return found | {"item": row.item, "person": row.person}


def conflict_document(row: ConflictRow) -> dict[str, Any]:
    """Return what ``CustodyConflictSchema`` dumps."""
    told = {"conflicts": row.conflicts, "used_by": row.used_by, "site": row.site}
    return told | {"custody": custody_document(row)}
