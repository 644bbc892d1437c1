"""The wire format of baselines, drift, sealed history and its retention."""

from typing import Any

from marshmallow import fields, validate

from server.foundation.edge.fields import Identifier, Line, Passage
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.past.baselines import Drift


class BaselineDraftSchema(StrictSchema):
    """Which items are kept as they are."""

    organisation_id = Identifier(required=True)
    name = Line(required=True, shortest=1, longest=100)
    query = Line(load_default="", longest=2000)
    watched = fields.Boolean(load_default=True)


class BaselineSchema(StrictSchema):
    """A baseline; ``drifted`` counts what had left it when it was last looked at."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    query = fields.String(required=True)
    at = Moment(required=True)
    items = fields.Integer(required=True)
    watched = fields.Boolean(required=True)
    checked_at = Moment(required=True, allow_none=True)
    drifted_at = Moment(required=True, allow_none=True)
    drifted = fields.Integer(required=True)


class DriftSchema(StrictSchema):
    """What became of one item since a baseline; relations as "verb:start:end"."""

    item_id = fields.Integer(required=True)
    name = fields.String(required=True)
    act = fields.String(required=True, validate=validate.OneOf(("added", "removed", "changed")))
    differing = fields.Dict(keys=fields.String(), required=True)
    related = fields.List(fields.String(), required=True)
    unrelated = fields.List(fields.String(), required=True)


def drift_document(one: Drift) -> dict[str, Any]:
    """Return what ``DriftSchema`` dumps."""
    values = {name: {"old": old, "new": new} for name, (old, new) in one.values.items()}
    return {
        "item_id": one.item_id,
        "name": one.name,
        "act": one.act,
        "differing": values,
        "related": list(one.related),
        "unrelated": list(one.unrelated),
    }


class HistoryRangeSchema(StrictSchema):
    """A sealed range of history; its digest stands in the record of acts as well."""

    id = fields.Integer(required=True)
    first_entry_id = fields.Integer(required=True)
    last_entry_id = fields.Integer(required=True)
    first_at = Moment(required=True)
    last_at = Moment(required=True)
    rows = fields.Integer(required=True)
    digest = fields.String(required=True)
    sealed_at = Moment(required=True)
    deleted_at = Moment(required=True, allow_none=True)


class RetentionDraftSchema(StrictSchema):
    """How long history is kept: null for ever."""

    days = fields.Integer(
        required=True, allow_none=True, validate=validate.Range(min=30, max=36_500)
    )
    reason = Passage(required=True, longest=500)


class RetentionSchema(StrictSchema):
    """The rule in force; ``at`` is null before anybody has decided one."""

    days = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    at = Moment(required=True, allow_none=True)


class HistoryVerdictSchema(StrictSchema):
    """Whether the history that is kept is what was sealed."""

    whole = fields.Boolean(required=True)
    broken = fields.List(fields.Nested(HistoryRangeSchema), required=True)
