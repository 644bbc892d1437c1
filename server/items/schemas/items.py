"""The wire format of items, their history and their software."""

from typing import Any

from marshmallow import fields, validate

from cmdb.query.items import ItemFilter
from cmdb.vocabulary import PartyRole
from server.foundation.edge.fields import Identifier, Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.drafts import ItemDraft, PartyDraft

_MANY = validate.Length(max=1000)


class ItemQuerySchema(PageQuerySchema):
    """Filters of the item list."""

    q = Line(
        load_default="",
        metadata={"description": "Beginning of the name; or a whole serial or IP address."},
    )
    query = Line(
        longest=2000,
        load_default="",
        metadata={"description": "In the query language: class:server and not seen:7d."},
    )
    item_class = Line(data_key="class", load_default="")
    stage = Line(load_default="")
    environment = Line(load_default="")
    criticality = fields.Integer(load_default=None, validate=validate.Range(min=0, max=4))
    organisation_id = QueryIdentifier(load_default=None)
    person_id = QueryIdentifier(load_default=None)
    group_id = QueryIdentifier(load_default=None)
    seen_before = Moment(load_default=None)
    seen_after = Moment(load_default=None)
    attribute = Line(
        load_default="", metadata={"description": "A searchable attribute; needs value."}
    )
    value = Line(longest=4000, load_default="")
    as_of = Moment(
        load_default=None,
        metadata={
            "description": "A past moment: the list as it was recorded then, in the order of ids,"
            " narrowed by q, class, stage, criticality, organisation and query alone. Of the query"
            " language every word but seen, first_seen, changed, source, ip, mac, port, software,"
            " the parties, and words without a field; ages count back from that moment."
        },
    )


def item_filter(query: dict[str, Any]) -> ItemFilter:
    """Return the filter that a query string asks for."""
    query = {name: value for name, value in query.items() if name != "as_of"}
    renamed = {"q": "text", "item_class": "class_code"}
    return ItemFilter(**{renamed.get(name, name): value for name, value in query.items()})


class AsOfQuerySchema(StrictSchema):
    """The moment of which one asks."""

    from_text = True

    as_of = Moment(
        load_default=None,
        metadata={"description": "A past moment: what was recorded then. Rights are today's."},
    )


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

    role = fields.String(required=True, validate=validate.OneOf([*PartyRole]))
    person_id = Identifier(load_default=None, allow_none=True)
    group_id = Identifier(load_default=None, allow_none=True)


class ItemDraftSchema(StrictSchema):
    """A new item. ``values`` holds root attributes and those of the class alike."""

    item_class = fields.String(data_key="class", required=True)
    organisation_id = Identifier(required=True)
    values = fields.Dict(keys=fields.String(), required=True)
    parties = fields.List(fields.Nested(PartySchema), load_default=list, validate=_MANY)


def item_draft(body: dict[str, Any]) -> ItemDraft:
    """Return the draft that a body describes."""
    parties = tuple(PartyDraft(**party) for party in body["parties"])
    return ItemDraft(body["item_class"], body["organisation_id"], body["values"], parties)


class ItemPatchSchema(StrictSchema):
    """Changed values; null takes a person's word back so that the next source counts."""

    values = fields.Dict(keys=fields.String(), load_default=dict)
    parties = fields.List(fields.Nested(PartySchema), load_default=None, validate=_MANY)


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


class FactSectionSchema(StrictSchema):
    """A list of facts as one source told it; its members depend on the section."""

    name = fields.String(required=True)
    source = fields.String(required=True)
    updated_at = Moment(required=True)
    rows = fields.List(fields.Dict(), required=True)


class SoftwareSchema(StrictSchema):
    """One installed package."""

    ecosystem = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.String(required=True)
    architecture = fields.String(required=True)
