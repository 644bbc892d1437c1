"""The wire format of items, relations, impact and agents."""

from typing import Any

from marshmallow import fields, validate

from cmdb.observation import GroupMembership
from cmdb.query.items import ItemFilter
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.actions import ItemDraft, PartyDraft, RelationDraft
from server.items.impact import AffectedRow, Hop, ImpactAnswer
from server.items.queries import RelationRow

_RULES = ("at_least", "percent", "capacity")
_NAME = validate.Length(min=1, max=255)


class ItemQuerySchema(PageQuerySchema):
    """Filters of the item list."""

    q = fields.String(
        load_default="",
        metadata={"description": "Beginning of the name; or a whole serial or IP address."},
    )
    item_class = fields.String(data_key="class", load_default="")
    stage = fields.String(load_default="")
    environment = fields.String(load_default="")
    criticality = fields.Integer(load_default=None, allow_none=True)
    organisation_id = fields.Integer(load_default=None)
    person_id = fields.Integer(load_default=None)
    group_id = fields.Integer(load_default=None)
    seen_before = Moment(load_default=None)
    seen_after = Moment(load_default=None)
    attribute = fields.String(
        load_default="", metadata={"description": "A searchable attribute; needs value."}
    )
    value = fields.String(load_default="")


def item_filter(query: dict[str, Any]) -> ItemFilter:
    """Return the filter that a query string asks for."""
    renamed = {"q": "text", "item_class": "class_code"}
    return ItemFilter(**{renamed.get(name, name): value for name, value in query.items()})


class ItemRefSchema(StrictSchema):
    """An item, named."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    item_class = fields.String(data_key="class", attribute="class_code", required=True)


class ItemSchema(StrictSchema):
    """One configuration item with its winning values."""

    id = fields.Integer(required=True)
    item_class = fields.String(data_key="class", attribute="class_code", required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    stage = fields.String(required=True)
    environment = fields.String(required=True, allow_none=True)
    criticality = fields.Integer(required=True, allow_none=True)
    vendor = fields.String(required=True)
    model = fields.String(required=True)
    serial = fields.String(required=True)
    location_id = fields.Integer(required=True, allow_none=True)
    attributes = fields.Dict(keys=fields.String(), required=True)
    confidence = fields.Float(required=True)
    first_seen_at = Moment(required=True)
    last_seen_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class PartySchema(StrictSchema):
    """A person or a group in a role to an item; exactly one of the two ids."""

    role = fields.String(required=True)
    person_id = fields.Integer(load_default=None, allow_none=True)
    group_id = fields.Integer(load_default=None, allow_none=True)


class ItemDraftSchema(StrictSchema):
    """A new item. ``values`` holds root attributes and those of the class alike."""

    item_class = fields.String(data_key="class", required=True)
    organisation_id = fields.Integer(required=True)
    values = fields.Dict(keys=fields.String(), required=True)
    parties = fields.List(fields.Nested(PartySchema), load_default=list)


def item_draft(body: dict[str, Any]) -> ItemDraft:
    """Return the draft that a body describes."""
    parties = tuple(PartyDraft(**party) for party in body["parties"])
    return ItemDraft(body["item_class"], body["organisation_id"], body["values"], parties)


class ItemPatchSchema(StrictSchema):
    """Changed values; null takes a person's word back so that the next source counts."""

    values = fields.Dict(keys=fields.String(), load_default=dict)
    parties = fields.List(fields.Nested(PartySchema), load_default=None)


class GroupSchema(StrictSchema):
    """The redundancy group that a relation joins."""

    name = fields.String(required=True, validate=_NAME)
    rule = fields.String(load_default="at_least", validate=validate.OneOf(_RULES))
    threshold = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1e9))
    capacity = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1e9))


class RelationDraftSchema(StrictSchema):
    """A new relation, in the reading direction of its type: start verb end."""

    type = fields.String(required=True)
    start_id = fields.Integer(required=True)
    end_id = fields.Integer(required=True)
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


def relation_row(row: RelationRow) -> dict[str, Any]:
    """Return what ``RelationRowSchema`` dumps."""
    columns = {field.attribute or name for name, field in RelationSchema().fields.items()}
    return {name: getattr(row.relation, name) for name in columns} | {
        "other": row.other,
        "forward": row.forward,
        "group": row.group.name if row.group else None,
    }


class HistorySchema(StrictSchema):
    """One difference."""

    id = fields.Integer(required=True)
    item_id = fields.Integer(required=True)
    other_id = fields.Integer(required=True, allow_none=True)
    at = Moment(required=True)
    observed_at = Moment(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    detail = fields.Dict(required=True)
    source = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    request_id = fields.String(required=True)


class SoftwareSchema(StrictSchema):
    """One installed package."""

    ecosystem = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.String(required=True)
    architecture = fields.String(required=True)


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


class ImpactQuestionSchema(StrictSchema):
    """Which items fail together."""

    failed = fields.List(fields.Integer(), required=True, validate=validate.Length(min=1, max=1000))
    limit = fields.Integer(load_default=200, validate=validate.Range(min=1, max=10_000))


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


class ServiceDraftSchema(StrictSchema):
    """A new business service: name, owner, criticality, entry point, and the members ticked."""

    name = fields.String(required=True, validate=_NAME)
    organisation_id = fields.Integer(required=True)
    criticality = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=0, max=4)
    )
    owner_person_id = fields.Integer(load_default=None, allow_none=True)
    owner_group_id = fields.Integer(load_default=None, allow_none=True)
    entry_item_id = fields.Integer(load_default=None, allow_none=True)
    listener_id = fields.Integer(load_default=None, allow_none=True)
    member_ids = fields.List(fields.Integer(), load_default=tuple)


class ProposalSchema(StrictSchema):
    """An item that may belong to a service."""

    item = fields.Nested(ItemRefSchema, required=True)
    layer = fields.Integer(required=True)
    evidence = fields.String(required=True)


class BulkResultSchema(StrictSchema):
    """What became of one line of a bulk request."""

    line = fields.Integer(required=True)
    outcome = fields.String(required=True)
    id = fields.Integer(required=True, allow_none=True)
    problems = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class EnrolSchema(StrictSchema):
    """An agent introduces itself."""

    token = fields.String(required=True, validate=validate.Length(min=8, max=200))
    agent_id = fields.String(required=True, validate=validate.Length(min=8, max=64))
    hostname = fields.String(load_default="", validate=validate.Length(max=255))
    version = fields.String(load_default="", validate=validate.Length(max=64))


class EnrolledSchema(StrictSchema):
    """The agent's key, shown this once."""

    agent_id = fields.String(required=True)
    key = fields.String(required=True)


class TakenSchema(StrictSchema):
    """A report has been committed; ``resend`` names sections that the server lacks."""

    accepted = fields.Boolean(required=True)
    resend = fields.List(fields.String(), required=True)
    next_report_seconds = fields.Integer(required=True)
    item = fields.Integer(required=True, allow_none=True)


class EnrolmentTokenDraftSchema(StrictSchema):
    """A token for agents to enrol with."""

    name = fields.String(required=True, validate=_NAME)
    organisation_id = fields.Integer(required=True)
    uses = fields.Integer(load_default=1, allow_none=True, validate=validate.Range(min=1))
    valid_hours = fields.Integer(
        load_default=24, allow_none=True, validate=validate.Range(min=1, max=24 * 366)
    )


class EnrolmentTokenSchema(StrictSchema):
    """The new token, shown this once."""

    token = fields.String(required=True)


class AgentSchema(StrictSchema):
    """An enrolled agent."""

    id = fields.Integer(required=True)
    agent_id = fields.String(required=True)
    hostname = fields.String(required=True)
    version = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    item_id = fields.Integer(required=True, allow_none=True)
    enrolled_at = Moment(required=True)
    last_report_at = Moment(required=True, allow_none=True)
    revoked_at = Moment(required=True, allow_none=True)
    problems = fields.Dict(required=True)
