"""The wire format of relations."""

from typing import Any

from marshmallow import fields, validate

from cmdb.observation import GroupMembership
from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.drafts import RelationDraft
from server.items.past.recalling import PastRelation
from server.items.queries import RelationRow
from server.items.schemas.items import ItemRefSchema

_RULES = ("at_least", "percent", "capacity")


class GroupSchema(StrictSchema):
    """The redundancy group that a relation joins."""

    name = Line(required=True, longest=255, shortest=1)
    rule = fields.String(load_default="at_least", validate=validate.OneOf(_RULES))
    threshold = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1e9))
    capacity = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1e9))


class RelationDraftSchema(StrictSchema):
    """A new relation, in the reading direction of its type: start verb end."""

    type = fields.String(required=True)
    start_id = Identifier(required=True)
    end_id = Identifier(required=True)
    group = fields.Nested(GroupSchema, load_default=None, allow_none=True)
    weight = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1))
    note = fields.String(load_default="", validate=validate.Length(max=1000))


def relation_draft(body: dict[str, Any]) -> RelationDraft:
    """Return the draft that a body describes."""
    group = body.pop("group")
    return RelationDraft(**body, group=GroupMembership(**group) if group else None)


class RelationSchema(StrictSchema):
    """A live relation."""

    id = fields.Integer(required=True)
    type = fields.String(attribute="type_code", required=True)
    start_id = fields.Integer(required=True)
    end_id = fields.Integer(required=True)
    group_id = fields.Integer(required=True, allow_none=True)
    weight = fields.Float(required=True)
    source = fields.String(required=True)
    confidence = fields.Float(required=True)
    evidence = fields.Dict(required=True)
    note = fields.String(required=True)
    first_seen_at = Moment(required=True)
    last_seen_at = Moment(required=True)


class RelationRowSchema(RelationSchema):
    """A relation as seen from one item."""

    other = fields.Nested(ItemRefSchema, required=True)
    forward = fields.Boolean(required=True)
    group = fields.String(required=True, allow_none=True)


def relation_row(row: RelationRow | PastRelation) -> dict[str, Any]:
    """Return what ``RelationRowSchema`` dumps."""
    columns = {field.attribute or name for name, field in RelationSchema().fields.items()}
    return {name: getattr(row.relation, name) for name in columns} | {
        "other": row.other,
        "forward": row.forward,
        "group": row.group.name if row.group else None,
    }
