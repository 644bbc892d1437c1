"""The wire format of what is found out beside an impact: needs, ways, causes, risk."""

from marshmallow import fields, validate

from server.foundation.edge.fields import Identifier, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.impacts.schemas.answers import as_of_field
from server.items.schemas.items import ItemRefSchema

_MOST_SYMPTOMS = 1_000
_MOST_WATCHED = 50_000
_DEEPEST = 1_000


class RatedItemSchema(ItemRefSchema):
    """An item, named, with its criticality."""

    criticality = fields.Integer(required=True, allow_none=True)


class NeedsQuerySchema(StrictSchema):
    """How far to look, and which page."""

    from_text = True

    within = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=_DEEPEST),
        metadata={"description": "Only so many steps; without it as far as there is anything."},
    )
    limit = fields.Integer(load_default=200, validate=validate.Range(min=1, max=10_000))
    cursor = fields.String(
        load_default="", metadata={"description": "next_cursor of the page before."}
    )
    as_of = as_of_field()


class NeedSchema(StrictSchema):
    """An item that is needed, and how many steps away it is."""

    item = fields.Nested(RatedItemSchema, required=True)
    distance = fields.Integer(required=True)


class NeedsSchema(StrictSchema):
    """What an item stands on, nearest first; counts need ``impact:count_hidden``."""

    rows = fields.List(fields.Nested(NeedSchema), required=True)
    total = fields.Integer(required=True, allow_none=True)
    hidden = fields.Integer(required=True, allow_none=True)
    outside = fields.Boolean(required=True)
    sequence = fields.Integer(required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class WayQuerySchema(StrictSchema):
    """From which failure to which item."""

    from_text = True

    start = QueryIdentifier(data_key="from", required=True)
    end = QueryIdentifier(data_key="to", required=True)
    as_of = as_of_field()


class WayHopSchema(StrictSchema):
    """One item of a way; null where it is out of the asker's sight."""

    item = fields.Nested(RatedItemSchema, required=True, allow_none=True)
    state = fields.String(attribute="state.text", required=True)
    kind = fields.String(required=True)
    group = fields.String(required=True)


class HeldGroupSchema(StrictSchema):
    """A redundancy group that lost members and holds."""

    item = fields.Nested(RatedItemSchema, required=True)
    name = fields.String(required=True)
    required = fields.Float(required=True)
    remaining = fields.Float(required=True)
    slack = fields.Float(required=True)


class WaySchema(StrictSchema):
    """The way of a failure; where it is stopped, the shortest dependency and what holds."""

    state = fields.String(attribute="state.text", required=True)
    reached = fields.Boolean(required=True)
    hops = fields.List(fields.Nested(WayHopSchema), required=True)
    held = fields.List(fields.Nested(HeldGroupSchema), required=True)
    outside = fields.List(fields.Integer(), required=True)
    sequence = fields.Integer(required=True)


class SymptomsSchema(StrictSchema):
    """What suffers now, and where trouble would show."""

    symptoms = fields.List(
        Identifier(), required=True, validate=validate.Length(min=1, max=_MOST_SYMPTOMS)
    )
    watched = fields.List(
        Identifier(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=_MOST_WATCHED),
        metadata={"description": "Items at which trouble would show; null: at every item."},
    )
    at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "When it began; what changed in the 72 hours before is a hint."},
    )
    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=100))
    as_of = as_of_field()


class UpstreamChangeSchema(StrictSchema):
    """A planned change on a cause whose window touched the 72 hours before."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    at = Moment(
        required=True,
        metadata={"description": "When its window ended, or the failure came within it."},
    )


class RankedCauseSchema(StrictSchema):
    """An item whose failure would explain symptoms; null where it is out of sight."""

    item = fields.Nested(RatedItemSchema, required=True, allow_none=True)
    rank = fields.Integer(required=True)
    score = fields.Float(required=True)
    share = fields.Float(required=True)
    explains = fields.List(fields.Nested(RatedItemSchema), required=True)
    silent = fields.Integer(required=True, allow_none=True)
    down = fields.Integer(required=True, allow_none=True)
    differences = fields.Integer(required=True)
    changed_at = Moment(required=True, allow_none=True)
    changes = fields.List(fields.Nested(UpstreamChangeSchema), required=True)


class UndecidedSchema(StrictSchema):
    """Causes that nothing tells apart; look at ``check``: if down, it was one of ``if_down``."""

    items = fields.List(fields.Nested(RatedItemSchema), required=True)
    check = fields.Nested(RatedItemSchema, required=True, allow_none=True)
    if_down = fields.List(fields.Nested(RatedItemSchema), required=True)


class JointCauseSchema(StrictSchema):
    """One of several causes at once, and the symptoms it adds."""

    item = fields.Nested(RatedItemSchema, required=True, allow_none=True)
    explains = fields.List(fields.Nested(RatedItemSchema), required=True)


class CausesSchema(StrictSchema):
    """What would explain the symptoms, likeliest first."""

    causes = fields.List(fields.Nested(RankedCauseSchema), required=True)
    ties = fields.List(fields.Nested(UndecidedSchema), required=True)
    together = fields.List(fields.Nested(JointCauseSchema), required=True)
    unexplained = fields.List(fields.Nested(RatedItemSchema), required=True)
    outside = fields.List(fields.Integer(), required=True)
    sequence = fields.Integer(required=True)


class StampSchema(StrictSchema):
    """When a stored sweep was computed, and by how many changes the graph has moved on."""

    sequence = fields.Integer(required=True)
    built_at = Moment(required=True)
    behind = fields.Integer(required=True)


class WeakPointsQuerySchema(StrictSchema):
    """How many single points, and of when."""

    from_text = True

    limit = fields.Integer(load_default=200, validate=validate.Range(min=1, max=10_000))
    as_of = as_of_field()


class RiskSchema(StrictSchema):
    """An item, and what goes down with it; counts need ``impact:count_hidden``."""

    item = fields.Nested(RatedItemSchema, required=True)
    down = fields.Integer(required=True, allow_none=True)
    services = fields.Integer(required=True, allow_none=True)


class WeakPointsSchema(StrictSchema):
    """What takes one item down alone; ``sweep`` is null when it was computed just now."""

    rows = fields.List(fields.Nested(RiskSchema), required=True)
    hidden = fields.Integer(required=True, allow_none=True)
    outside = fields.Boolean(required=True)
    sweep = fields.Nested(StampSchema, attribute="stamp", required=True, allow_none=True)


class RankingQuerySchema(PageQuerySchema):
    """The ranking by blast: ``-down`` or ``-services``, widest first unless told otherwise."""

    sort = fields.String(
        load_default="-down", metadata={"description": "down or services; a leading - reverses."}
    )


class RankingSchema(StrictSchema):
    """One page of the ranking as of the stored sweep; ``sweep`` is null before the first night."""

    rows = fields.List(fields.Nested(RiskSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    sweep = fields.Nested(StampSchema, attribute="stamp", required=True, allow_none=True)


class GroupLossSchema(StrictSchema):
    """A redundancy group, and what goes down when all of it fails, its members included.

    ``alike`` groups in sight have the very same members, which are told once. ``members`` are those
    in sight, ``member_count`` all of them; the other counts need ``impact:count_hidden``.
    """

    item = fields.Nested(RatedItemSchema, required=True)
    group = fields.String(required=True)
    alike = fields.Integer(required=True)
    members = fields.List(fields.Nested(ItemRefSchema), required=True)
    member_count = fields.Integer(required=True, allow_none=True)
    down = fields.Integer(required=True, allow_none=True)
    services = fields.Integer(required=True, allow_none=True)


class GroupLossesSchema(StrictSchema):
    """One page of the ranking as of the stored sweep; ``sweep`` is null before the first night."""

    rows = fields.List(fields.Nested(GroupLossSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    sweep = fields.Nested(StampSchema, attribute="stamp", required=True, allow_none=True)


class WeakServiceQuerySchema(PageQuerySchema):
    """The services by their single points of failure, the most first unless told otherwise."""

    sort = fields.String(
        load_default="-single_points",
        metadata={"description": "single_points, suppliers or name; a leading - reverses."},
    )


class WeakServiceSchema(StrictSchema):
    """A service, on how many items it stands, and how many of them take it down alone."""

    item = fields.Nested(RatedItemSchema, required=True)
    suppliers = fields.Integer(required=True, allow_none=True)
    single_points = fields.Integer(required=True, allow_none=True)
    redundant = fields.Boolean(required=True)


class WeakServicesSchema(StrictSchema):
    """One page of services as of the stored sweep; ``sweep`` is null before the first night."""

    rows = fields.List(fields.Nested(WeakServiceSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    sweep = fields.Nested(StampSchema, attribute="stamp", required=True, allow_none=True)
