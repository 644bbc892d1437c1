"""The wire format of tickets."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from cmdb.errors import InvalidValue
from server.desk.tickets.actions import EntryDraft, MoveDraft, TicketDraft
from server.desk.tickets.actions.checking import MAX_ITEMS, TEXT_LENGTH, TITLE_LENGTH
from server.desk.tickets.models import Ticket, TicketEntry
from server.desk.tickets.queries import TicketFilter
from server.desk.tickets.rules.vocabulary import Words
from server.foundation.edge.fields import Identifier, QueryIdentifier
from server.foundation.edge.schemas import (
    Moment,
    PageQuerySchema,
    StrictSchema,
    page_of,
    schema_of,
)
from server.foundation.permissions import Actor, Permission
from server.items.schemas import ItemRefSchema

#: A word of the desk: which there are is data, so actions say what is wrong with one.
_CODE = validate.Length(max=80)
_TITLE = validate.Length(min=1, max=TITLE_LENGTH)
_TEXT = validate.Length(max=TEXT_LENGTH)


class TicketQuerySchema(PageQuerySchema):
    """Filters of the ticket list."""

    q = fields.String(
        load_default="", metadata={"description": "A reference, or words that stand in the title."}
    )
    state = fields.String(load_default="", validate=_CODE)
    is_open = fields.Boolean(data_key="open", load_default=None)
    kind = fields.String(load_default="", validate=_CODE)
    priority = fields.Integer(load_default=None, validate=validate.Range(min=1, max=5))
    assignee_id = QueryIdentifier(load_default=None)
    unassigned = fields.Boolean(load_default=False)
    group_id = QueryIdentifier(load_default=None)
    requester_id = QueryIdentifier(load_default=None)
    category = fields.String(load_default="", validate=_CODE)
    item_id = QueryIdentifier(load_default=None, metadata={"description": "Directly affected."})
    service_id = QueryIdentifier(
        load_default=None, metadata={"description": "A service that suffers."}
    )
    organisation_id = QueryIdentifier(load_default=None)


def ticket_filter(query: dict[str, Any], words: Words) -> TicketFilter:
    """Return what a query string asks for. Raises ``InvalidValue`` for an unknown word."""
    lists: dict[str, Mapping[str, object]] = {
        "state": words.states,
        "kind": words.kinds,
        "category": words.categories,
    }
    faults = {
        name: f"must be one of {', '.join(known)}"
        for name, known in lists.items()
        if query[name] and query[name] not in known
    }
    if faults:
        raise InvalidValue(faults)
    renamed = {"q": "text", "is_open": "open"}
    return TicketFilter(**{renamed.get(name, name): value for name, value in query.items()})


class TicketSchema(StrictSchema):
    """One ticket. Counts are of when its impact was last computed; null for who may not count."""

    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    kind = fields.String(required=True)
    organisation_id = fields.Integer(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    state = fields.String(required=True)
    open = fields.Boolean(attribute="is_open", required=True)
    urgency = fields.String(required=True)
    impact = fields.String(required=True)
    suggested_impact = fields.String(required=True)
    impact_overridden = fields.Boolean(required=True)
    impact_reason = fields.String(required=True)
    priority = fields.Integer(required=True)
    ruled_priority = fields.Integer(required=True, allow_none=True)
    requester_id = fields.Integer(required=True, allow_none=True)
    assignee_id = fields.Integer(required=True, allow_none=True)
    group_id = fields.Integer(required=True, allow_none=True)
    channel = fields.String(required=True)
    category = fields.String(required=True)
    fields_ = fields.Dict(attribute="fields", data_key="fields", required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    occurred_at = Moment(required=True, allow_none=True)
    resolved_at = Moment(required=True, allow_none=True)
    closed_at = Moment(required=True, allow_none=True)
    resolution_code = fields.String(required=True)
    resolution_text = fields.String(required=True)
    service_count = fields.Integer(required=True, allow_none=True)
    worst_criticality = fields.Integer(required=True, allow_none=True)
    graph_sequence = fields.Integer(required=True, allow_none=True)
    due_at = Moment(required=True, allow_none=True)
    is_breached = fields.Boolean(required=True)
    booked_minutes = fields.Integer(required=True)
    reopened_count = fields.Integer(required=True)
    rating = fields.Integer(required=True, allow_none=True)
    rating_text = fields.String(required=True)
    version = fields.Integer(required=True)


class TicketRowSchema(TicketSchema):
    """A ticket in a list; ``activity_at`` also moves with entries, which leave its ETag alone."""

    activity_at = Moment(required=True)


TicketPage = page_of(TicketRowSchema, "TicketPage")

#: What counts services that may be out of sight.
_COUNTS = ("service_count", "worst_criticality")


def ticket_document(actor: Actor, ticket: Ticket, schema: type[TicketSchema]) -> dict[str, Any]:
    """Return a ticket as the actor may read it: totals need ``impact:count_hidden``."""
    told: dict[str, Any] = schema_of(schema).dump(ticket)
    if not actor.may(Permission.IMPACT_COUNT_HIDDEN):
        told |= dict.fromkeys(_COUNTS)
    return told


class TicketDraftSchema(StrictSchema):
    """A new ticket; without a requester it is one's own. Its priority comes from the graph."""

    title = fields.String(required=True, validate=_TITLE)
    kind = fields.String(load_default="incident", validate=_CODE)
    description = fields.String(load_default="", validate=_TEXT)
    urgency = fields.String(load_default="medium", validate=_CODE)
    affected_item_ids = fields.List(
        Identifier(), load_default=list, validate=validate.Length(max=MAX_ITEMS)
    )
    cause_item_id = Identifier(load_default=None, allow_none=True)
    requester_id = Identifier(load_default=None, allow_none=True)
    organisation_id = Identifier(load_default=None, allow_none=True)
    assignee_id = Identifier(load_default=None, allow_none=True)
    group_id = Identifier(load_default=None, allow_none=True)
    channel = fields.String(load_default="api", validate=_CODE)
    category = fields.String(load_default="", validate=_CODE)
    occurred_at = Moment(load_default=None, allow_none=True)
    impact = fields.String(load_default=None, allow_none=True, validate=_CODE)
    impact_reason = fields.String(load_default="", validate=_TEXT)
    template = fields.String(
        load_default="",
        validate=_CODE,
        metadata={"description": "A template, whose steps become the ticket's checklist."},
    )
    fields_ = fields.Dict(
        keys=fields.String(),
        attribute="fields",
        data_key="fields",
        load_default=dict,
        metadata={"description": "The category's own fields, by code."},
    )


def ticket_draft(body: dict[str, Any]) -> TicketDraft:
    """Return the draft that a body describes."""
    return TicketDraft(**body | {"affected_item_ids": tuple(body["affected_item_ids"])})


class TicketPatchSchema(StrictSchema):
    """Changed fields; what is absent stays. An impact of null goes back to the graph's."""

    title = fields.String(validate=_TITLE)
    description = fields.String(validate=_TEXT)
    kind = fields.String(validate=_CODE)
    urgency = fields.String(validate=_CODE)
    impact = fields.String(allow_none=True, validate=_CODE)
    impact_reason = fields.String(validate=_TEXT)
    requester_id = Identifier(allow_none=True)
    assignee_id = Identifier(allow_none=True)
    group_id = Identifier(allow_none=True)
    channel = fields.String(validate=_CODE)
    category = fields.String(validate=_CODE)
    occurred_at = Moment(allow_none=True)
    fields_ = fields.Dict(
        keys=fields.String(),
        attribute="fields",
        data_key="fields",
        metadata={"description": "The category's own fields, by code."},
    )


class EntrySchema(StrictSchema):
    """One line of the conversation. ``detail`` says what a system entry is about.

    Of what somebody wrote it says to those who work on the ticket of which group they were
    (``of_group_id``: that which had it, or null), and when a supplier said so
    (``from_supplier_at``).
    """

    id = fields.Integer(required=True)
    at = Moment(required=True)
    author_id = fields.Integer(required=True, allow_none=True)
    author_name = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    detail = fields.Dict(required=True)


EntryPage = page_of(EntrySchema, "TicketEntryPage")


def entry_row(entry: TicketEntry, author_name: str, *, works: bool) -> dict[str, Any]:
    """Return what ``EntrySchema`` dumps; ``works``: whether the reader works on the ticket."""
    names = ("id", "at", "author_id", "kind", "text")
    detail = entry.detail if works or entry.kind == "system" else {}
    return {name: getattr(entry, name) for name in names} | {
        "author_name": author_name,
        "detail": detail,
    }


class EntryDraftSchema(StrictSchema):
    """What somebody writes; the requester reads what is public."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=TEXT_LENGTH))
    kind = fields.String(load_default="public", validate=validate.OneOf(["public", "internal"]))
    from_supplier = fields.Boolean(
        load_default=False,
        metadata={"description": "The supplier that has the ticket said so."},
    )
    said_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "When the supplier said it; null: now."},
    )


def entry_draft(body: dict[str, Any]) -> EntryDraft:
    """Return the entry that a body describes."""
    return EntryDraft(**body)


class AffectedItemSchema(StrictSchema):
    """An item a ticket is about."""

    item = fields.Nested(ItemRefSchema, required=True)
    is_cause = fields.Boolean(required=True)


class AffectedItemsDraftSchema(StrictSchema):
    """More affected items, and which of all of them is the cause."""

    item_ids = fields.List(Identifier(), load_default=list, validate=validate.Length(max=MAX_ITEMS))
    cause_item_id = Identifier(load_default=None, allow_none=True)


class MoveDraftSchema(StrictSchema):
    """A step of the life cycle, with what that step asks for."""

    state = fields.String(required=True, validate=_CODE)
    reason = fields.String(load_default="", validate=_TEXT)
    resolution_code = fields.String(load_default="", validate=_CODE)
    resolution_text = fields.String(load_default="", validate=_TEXT)


def move_draft(body: dict[str, Any]) -> MoveDraft:
    """Return the step that a body describes."""
    return MoveDraft(**body)


class MoveSchema(StrictSchema):
    """A step that leads on from here, and the fields it needs."""

    state = fields.String(attribute="end", required=True)
    requires = fields.List(fields.String(), required=True)
