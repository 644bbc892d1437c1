"""The wire format of impact answers."""

from typing import Any

from marshmallow import fields

from server.foundation.edge.schemas import StrictSchema
from server.items.impact import AffectedRow, Hop, ImpactAnswer
from server.items.schemas.items import ItemRefSchema


class HopSchema(StrictSchema):
    """One item of a path; null where it is out of the asker's sight."""

    item = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    state = fields.String(required=True)
    kind = fields.String(required=True)
    group = fields.String(required=True)


class AffectedSchema(StrictSchema):
    """One affected item, why, and along which path."""

    item = fields.Nested(ItemRefSchema, required=True)
    criticality = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    distance = fields.Integer(required=True)
    reason = fields.String(required=True)
    because_of = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    group = fields.String(required=True)
    is_service = fields.Boolean(required=True)
    path = fields.List(fields.Nested(HopSchema), required=True)


class ImpactSchema(StrictSchema):
    """What a set of failures does. ``totals`` and ``hidden`` need ``impact:count_hidden``."""

    failed = fields.List(fields.Nested(ItemRefSchema), required=True)
    affected = fields.List(fields.Nested(AffectedSchema), required=True)
    services = fields.List(fields.Nested(AffectedSchema), required=True)
    totals = fields.Dict(keys=fields.String(), values=fields.Integer(), allow_none=True)
    hidden = fields.Integer(allow_none=True)
    outside = fields.List(fields.Integer(), required=True)
    sequence = fields.Integer(required=True)


def impact_document(answer: ImpactAnswer) -> dict[str, Any]:
    """Return an impact answer as the wire wants it."""
    totals = answer.totals
    return {
        "failed": answer.failed,
        "affected": [affected_document(row) for row in answer.rows],
        "services": [affected_document(row) for row in answer.services],
        "totals": None if totals is None else {s.text: n for s, n in totals.items()},
        "hidden": answer.hidden,
        "outside": list(answer.outside),
        "sequence": answer.sequence,
    }


def affected_document(row: AffectedRow) -> dict[str, Any]:
    """Return one affected item as the wire wants it."""
    return {
        "item": row.item,
        "criticality": row.item.criticality,
        "state": row.state.text,
        "distance": row.distance,
        "reason": row.reason,
        "because_of": row.because_of,
        "group": row.group,
        "is_service": row.is_service,
        "path": [_hop(hop) for hop in row.path],
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {"item": hop.item, "state": hop.state.text, "kind": hop.kind, "group": hop.group}
