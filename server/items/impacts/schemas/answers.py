"""The wire format of whole impact answers: what is asked, and what is told.

The answers themselves are written by `server.items.impacts.encoding`; these schemas describe them.
"""

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from server.foundation.edge.fields import Identifier, QueryIdentifier
from server.foundation.edge.schemas import StrictSchema
from server.items.impacts.questions import AFFECTED, MAX_ROWS, ImpactQuestion
from server.items.schemas.impacts import AffectedSchema, HopSchema, ImpactSchema
from server.items.schemas.items import ItemRefSchema

_MOST_FAILED = 1_000
_STATES = [state.text for state in AFFECTED]

_LIMIT = validate.Range(min=1, max=MAX_ROWS)


class AsOfField(fields.String):
    """A moment (ISO 8601, UTC without a zone) or the number of a change; empty for now."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options).strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
            return int(text)
        try:
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError("must be an ISO 8601 moment or a change sequence") from error


#: Longer numbers are in no column.
_DIGITS = 18


def as_of_field() -> AsOfField:
    """Return the field by which a question names the past."""
    return AsOfField(
        load_default=None,
        metadata={
            "description": "The graph as it was recorded at this moment (ISO 8601) or change "
            "sequence; before the horizon of retention: 410 history-not-kept."
        },
    )


class _Wishes(StrictSchema):
    """How much of an answer is wanted."""

    limit = fields.Integer(load_default=200, validate=_LIMIT)
    cursor = fields.String(
        load_default="", metadata={"description": "next_cursor of the page before."}
    )
    paths = fields.Boolean(
        load_default=True, metadata={"description": "Tell the way the failure took to each item."}
    )
    groups = fields.Boolean(
        load_default=True,
        metadata={"description": "Tell which redundancy groups lost members, and what holds."},
    )
    reached = fields.Boolean(
        load_default=True,
        metadata={"description": "Tell services by tier, people, sites and contracts."},
    )
    states = fields.List(
        fields.String(validate=validate.OneOf(_STATES)),
        load_default=lambda: list(_STATES),
        validate=validate.Length(min=1, max=len(_STATES)),
        metadata={"description": "Tell only items in these states; totals stay whole."},
    )
    as_of = as_of_field()


class ImpactQuestionSchema(_Wishes):
    """Which items fail together."""

    failed = fields.List(
        Identifier(), required=True, validate=validate.Length(min=1, max=_MOST_FAILED)
    )


class ImpactWishSchema(_Wishes):
    """How much of the answer is wanted, as a query string."""

    from_text = True


class ExportQuerySchema(StrictSchema):
    """What to write: what suffers when these fail together; without any, the whole graph."""

    from_text = True

    failed = fields.List(
        QueryIdentifier(), load_default=list, validate=validate.Length(max=_MOST_FAILED)
    )
    as_of = as_of_field()


def impact_question(wishes: dict[str, Any], failed: list[int]) -> ImpactQuestion:
    """Return the question that a body or a query asks; an item named twice fails once."""
    return ImpactQuestion(
        failed=tuple(dict.fromkeys(failed)),
        states=tuple(state for state in AFFECTED if state.text in wishes["states"]),
        paths=wishes["paths"],
        groups=wishes["groups"],
        reached=wishes["reached"],
        limit=wishes["limit"],
        cursor=wishes["cursor"],
        as_of=wishes["as_of"],
    )


class LostGroupSchema(StrictSchema):
    """A redundancy group of an item that lost members: which, and what is left.

    ``slack`` is what may still be lost before it falls short; negative when it has.
    """

    name = fields.String(required=True)
    holds = fields.Boolean(required=True)
    required = fields.Float(required=True)
    remaining = fields.Float(required=True)
    slack = fields.Float(required=True)
    fallen = fields.List(fields.Nested(ItemRefSchema), required=True)


class ExplainedSchema(AffectedSchema):
    """One affected item: why, along which path, and which of its groups lost members."""

    path = fields.List(fields.Nested(HopSchema))
    groups = fields.List(fields.Nested(LostGroupSchema))


class TierSchema(StrictSchema):
    """How many services of one criticality are affected."""

    criticality = fields.Integer(required=True, allow_none=True)
    down = fields.Integer(required=True)
    degraded = fields.Integer(required=True)
    at_risk = fields.Integer(required=True)


class ReachedContractSchema(StrictSchema):
    """A contract that covers something affected."""

    reference = fields.String(required=True)
    name = fields.String(required=True)
    supplier = fields.String(required=True)
    kind = fields.String(required=True)
    ends_on = fields.Date(required=True)


class PromiseSchema(StrictSchema):
    """Working time that the desk may take, in the hours of a calendar."""

    measure = fields.String(required=True, metadata={"description": "respond or resolve."})
    minutes = fields.Integer(required=True)
    calendar = fields.String(required=True)


class ServiceLevelSchema(StrictSchema):
    """What was agreed about a service that suffers; null and empty where nothing was."""

    item = fields.Nested(ItemRefSchema, required=True)
    state = fields.String(required=True)
    availability_target = fields.Float(required=True, allow_none=True)
    recovery_minutes = fields.Integer(required=True, allow_none=True)
    service_hours = fields.String(required=True)
    promises = fields.List(fields.Nested(PromiseSchema), required=True)


class ReachSchema(StrictSchema):
    """What is reached beyond items; counts need ``impact:count_hidden``."""

    tiers = fields.List(fields.Nested(TierSchema), required=True, allow_none=True)
    people = fields.Integer(required=True, allow_none=True)
    sites = fields.List(fields.Nested(ItemRefSchema), required=True)
    contracts = fields.List(fields.Nested(ReachedContractSchema), required=True)
    levels = fields.List(
        fields.Nested(ServiceLevelSchema),
        required=True,
        metadata={"description": "Of the 200 worst services in sight about which is agreed."},
    )


class ImpactAnswerSchema(ImpactSchema):
    """What a set of failures does, worst first: one page of items, and every service reached."""

    affected = fields.List(fields.Nested(ExplainedSchema), required=True)
    services = fields.List(fields.Nested(ExplainedSchema), required=True)
    reached = fields.Nested(ReachSchema, required=True, allow_none=True)
    next_cursor = fields.String(required=True, allow_none=True)
