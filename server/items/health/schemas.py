"""The wire format of health and of attestation campaigns."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from cmdb.engine.health import ItemHealth
from server.foundation.edge.fields import Identifier, Line, Passage, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.health.asking import AskedRow, CampaignState
from server.items.health.campaigns import ANSWERS
from server.items.health.models import HealthOfItem
from server.items.health.queries import BREAKDOWNS, MEASURES, Figures, HealthFilter
from server.items.schemas import ItemRefSchema

_OWNER = validate.Regexp(r"^(nobody|(group|person):[0-9]{1,18})?$", error="is no owner")


class HealthQuerySchema(StrictSchema):
    """Of which items."""

    from_text = True

    item_class = Line(data_key="class", load_default="")
    organisation_id = QueryIdentifier(load_default=None)
    owner = fields.String(
        load_default="",
        validate=_OWNER,
        metadata={"description": "group:7, person:3 or nobody."},
    )


class FiguresQuerySchema(HealthQuerySchema):
    """Of which items, broken down by what."""

    by = fields.String(load_default="all", validate=validate.OneOf(BREAKDOWNS))


class HealthItemsQuerySchema(PageQuerySchema):
    """Of which items, and what is wrong with them."""

    measure = fields.String(required=True, validate=validate.OneOf(tuple(MEASURES)))
    item_class = Line(data_key="class", load_default="")
    organisation_id = QueryIdentifier(load_default=None)
    owner = fields.String(load_default="", validate=_OWNER)


def health_filter(query: Mapping[str, Any]) -> HealthFilter:
    """Return the filter that a query string asks for."""
    return HealthFilter(query["item_class"], query["organisation_id"], query["owner"])


class HealthRunSchema(StrictSchema):
    """One measurement of the whole register."""

    id = fields.Integer(required=True)
    at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    items = fields.Integer(required=True)


class FigureSchema(StrictSchema):
    """The figures of one line: counts, and shares from 0 to 1 (null where nothing is counted)."""

    key = fields.String(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    shares = fields.Dict(keys=fields.String(), values=fields.Float(allow_none=True), required=True)


class SourceFigureSchema(StrictSchema):
    """Of how many items a source speaks, and of how many it has spoken in time."""

    source = fields.String(required=True)
    items = fields.Integer(required=True)
    fresh = fields.Integer(required=True)


class FiguresSchema(StrictSchema):
    """Figures of the last measurement; ``run`` is null before the first."""

    run = fields.Nested(HealthRunSchema, required=True, allow_none=True)
    lines = fields.List(fields.Nested(FigureSchema), required=True)
    sources = fields.List(fields.Nested(SourceFigureSchema), required=True)


def figures_document(run: Any, lines: list[Figures], sources: list[Any]) -> dict[str, Any]:
    """Return what ``FiguresSchema`` dumps."""
    told = [{"key": one.key, "counts": dict(one.counts), "shares": one.shares} for one in lines]
    return {"run": run, "lines": told, "sources": sources}


class StoredHealthSchema(StrictSchema):
    """An item, and what the last measurement found of it."""

    item = fields.Nested(ItemRefSchema, required=True)
    missing_required = fields.Integer(required=True)
    missing_recommended = fields.Integer(required=True)
    stale = fields.Boolean(required=True)
    orphan = fields.Boolean(required=True)
    ownerless = fields.Boolean(required=True)
    twins = fields.Integer(required=True)
    stale_relations = fields.Integer(required=True)
    claims = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    contradicted = fields.Integer(required=True)


def stored_document(item: Any, found: Any) -> dict[str, Any]:
    """Return what ``StoredHealthSchema`` dumps."""
    names = HealthOfItem.__table__.columns.keys()
    return {"item": item} | {n: getattr(found, n) for n in names if n != "item_id"}


class ItemHealthSchema(StrictSchema):
    """The health of one item as it is now; ``measured`` is false for one out of use."""

    measured = fields.Boolean(required=True)
    required = fields.Integer()
    missing_required = fields.List(fields.String())
    recommended = fields.Integer()
    missing_recommended = fields.List(fields.String())
    watched = fields.Boolean()
    fresh = fields.Boolean()
    sources = fields.Dict(keys=fields.String(), values=fields.Boolean())
    orphan = fields.Boolean()
    ownerless = fields.Boolean()
    twins = fields.List(fields.Nested(ItemRefSchema))
    relations = fields.Integer()
    stale_relations = fields.Integer()
    claims = fields.Integer()
    confirmed = fields.List(fields.String())
    contradicted = fields.List(fields.String())


def health_document(found: ItemHealth | None, twins: list[Any]) -> dict[str, Any]:
    """Return what ``ItemHealthSchema`` dumps."""
    if found is None:
        return {"measured": False}
    told = {name: getattr(found, name) for name in ItemHealth.__slots__ if name != "values"}
    return told | {"measured": True, "claims": found.values, "twins": twins}


class CampaignDraftSchema(StrictSchema):
    """Which items are asked about, and until when."""

    organisation_id = Identifier(required=True)
    name = Line(required=True, shortest=1, longest=100)
    query = Line(load_default="", longest=2000)
    due_on = fields.Date(required=True)


class CampaignSchema(StrictSchema):
    """A campaign, and how far it is."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    name = fields.String(required=True)
    query = fields.String(required=True)
    due_on = fields.Date(required=True)
    created_at = Moment(required=True)
    closed_at = Moment(required=True, allow_none=True)
    asked = fields.Integer(required=True)
    right = fields.Integer(required=True)
    wrong = fields.Integer(required=True)
    overdue = fields.Boolean(required=True)


def campaign_document(state: CampaignState, today: Any) -> dict[str, Any]:
    """Return what ``CampaignSchema`` dumps."""
    row = state.campaign
    names = ("id", "organisation_id", "name", "query", "due_on", "created_at", "closed_at")
    told = {name: getattr(row, name) for name in names}
    counts = {"asked": state.asked, "right": state.right, "wrong": state.wrong}
    return told | counts | {"overdue": state.is_overdue(today)}


class AskedQuerySchema(PageQuerySchema):
    """Which questions of a campaign."""

    answer = fields.String(load_default="", validate=validate.OneOf(("", "open", *ANSWERS)))


class AttestationSchema(StrictSchema):
    """A question to an owner about one item."""

    id = fields.Integer(required=True)
    campaign_id = fields.Integer(required=True)
    item = fields.Nested(ItemRefSchema, required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    group_id = fields.Integer(required=True, allow_none=True)
    answer = fields.String(required=True)
    note = fields.String(required=True)
    answered_at = Moment(required=True, allow_none=True)


def attestation_document(row: AskedRow) -> dict[str, Any]:
    """Return what ``AttestationSchema`` dumps."""
    asked = row.attestation
    names = ("id", "campaign_id", "person_id", "group_id", "answer", "note", "answered_at")
    return {"item": row.item} | {name: getattr(asked, name) for name in names}


class OwnersAnswerSchema(StrictSchema):
    """An owner's answer; "wrong" says in ``note`` what is."""

    answer = fields.String(required=True, validate=validate.OneOf(ANSWERS))
    note = Passage(load_default="", longest=1000)


class OwnerAnsweredSchema(StrictSchema):
    """What was answered."""

    id = fields.Integer(required=True)
    campaign_id = fields.Integer(required=True)
    item_id = fields.Integer(required=True)
    answer = fields.String(required=True)
    note = fields.String(required=True)
    answered_at = Moment(required=True, allow_none=True)
