"""REST over what the pages show: a ticket's workspace, the dashboard."""

from collections.abc import Sequence
from typing import Any

from flask import jsonify
from flask.views import MethodView
from marshmallow import fields

from server.desk.tickets.schemas.tickets import (
    EntrySchema,
    TicketSchema,
    entry_row,
    ticket_document,
)
from server.desk.workspace.api.blueprint import workspace
from server.desk.workspace.queries import (
    RelatedTicket,
    SuspectRow,
    TicketPage,
    dashboard,
    related_tickets,
    ticket_suspects,
    ticket_workspace,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.schemas import Moment, StrictSchema, schema_of
from server.items.schemas import AffectedSchema, HistorySchema, ItemRefSchema, affected_document


class PartyRefSchema(StrictSchema):
    """A person or a group, named."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class AffectedPartSchema(StrictSchema):
    """An item a ticket is about: how it stands, and whom to ask."""

    item = fields.Nested(ItemRefSchema, required=True)
    is_cause = fields.Boolean(required=True)
    state = fields.String(required=True, allow_none=True)
    owner_people = fields.List(fields.Nested(PartyRefSchema), required=True)
    owner_groups = fields.List(fields.Nested(PartyRefSchema), required=True)
    users = fields.List(fields.Nested(PartyRefSchema), required=True)


class SuspectSchema(StrictSchema):
    """Something that happened before the failure, upstream or on the spot."""

    item = fields.Nested(ItemRefSchema, required=True)
    at = Moment(required=True)
    kind = fields.String(required=True)
    score = fields.Float(required=True)
    hops = fields.Integer(required=True)
    differences = fields.List(fields.Nested(HistorySchema), required=True)
    change = fields.String(required=True, allow_none=True)


class RelatedTicketSchema(StrictSchema):
    """Another open ticket, on the same items or of the same requester."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    priority = fields.Integer(required=True)
    item_ids = fields.List(fields.Integer(), required=True)
    same_requester = fields.Boolean(required=True)


class TicketWorkspaceSchema(StrictSchema):
    """What a ticket's page shows first; ``totals`` needs ``impact:count_hidden``."""

    ticket = fields.Nested(TicketSchema, required=True)
    requester = fields.Nested(PartyRefSchema, required=True, allow_none=True)
    requester_items = fields.List(fields.Nested(ItemRefSchema), required=True)
    assignee = fields.Nested(PartyRefSchema, required=True, allow_none=True)
    group = fields.Nested(PartyRefSchema, required=True, allow_none=True)
    entries = fields.List(fields.Nested(EntrySchema), required=True)
    affected = fields.List(fields.Nested(AffectedPartSchema), required=True)
    services = fields.List(fields.Nested(AffectedSchema), required=True)
    totals = fields.Dict(keys=fields.String(), values=fields.Integer(), allow_none=True)
    suspects = fields.List(fields.Nested(SuspectSchema), required=True)
    related = fields.List(fields.Nested(RelatedTicketSchema), required=True)


class SufferingSchema(StrictSchema):
    """A service that open tickets reach."""

    item = fields.Nested(ItemRefSchema, required=True)
    state = fields.String(required=True)
    tickets = fields.Integer(required=True)


class HealthSchema(StrictSchema):
    """How far the register can be believed; 10,001 reads "more than 10,000"."""

    items = fields.Integer(required=True)
    silent = fields.Integer(required=True)
    quarantined = fields.Integer(required=True)
    waiting_for_review = fields.Integer(required=True)


class DeskNumbersSchema(StrictSchema):
    """Open tickets in sight: all, those that are nobody's, those with a missed promise."""

    open = fields.Integer(required=True)
    unassigned = fields.Integer(required=True)
    breached = fields.Integer(required=True)


class DashboardSchema(StrictSchema):
    """What the first page shows; tickets and changes by reference."""

    mine = fields.List(fields.String(), required=True)
    due_next = fields.List(fields.String(), required=True)
    desk = fields.Nested(DeskNumbersSchema, required=True)
    requested = fields.List(fields.String(), required=True)
    unassigned_in_my_groups = fields.Integer(required=True)
    open_by_state = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    services_not_up = fields.List(fields.Nested(SufferingSchema), required=True)
    changes_today = fields.List(fields.String(), required=True)
    waiting_for_my_approval = fields.List(fields.String(), required=True)
    new_items = fields.Integer(required=True)
    differences = fields.Integer(required=True)
    health = fields.Nested(HealthSchema, required=True)


@workspace.route("/tickets/<string:reference>/workspace")
class TicketWorkspace(MethodView):
    """A ticket's page."""

    @workspace.response(200, TicketWorkspaceSchema)
    def get(self, reference: str) -> Any:
        """Return what is hit, who suffers along which path, and what changed before."""
        actor = current_actor()
        page = ticket_workspace(current_session(), actor, reference)
        _, suspects = ticket_suspects(current_session(), actor, reference)
        _, related = related_tickets(current_session(), actor, reference)
        told = schema_of(TicketWorkspaceSchema).dump(_page(page, suspects, related))
        told["ticket"] = ticket_document(actor, page.header.ticket, TicketSchema)
        return jsonify(told)


@workspace.route("/dashboard")
class DashboardView(MethodView):
    """The first page."""

    @workspace.response(200, DashboardSchema)
    def get(self) -> Any:
        """Return my work, what is not up, what happens today and what happened overnight."""
        found = dashboard(current_session(), current_actor(), current_time())
        return {
            "mine": [row.ticket.reference for row in found.mine],
            "due_next": [ticket.reference for ticket in found.due_next],
            "desk": found.desk,
            "requested": [row.ticket.reference for row in found.requested],
            "unassigned_in_my_groups": found.unassigned_in_my_groups,
            "open_by_state": found.open_by_state,
            "services_not_up": found.services_not_up,
            "changes_today": [row.change.reference for row in found.changes_today],
            "waiting_for_my_approval": [
                row.change.reference for row in found.waiting_for_my_approval
            ],
            "new_items": found.overnight.new_count,
            "differences": found.overnight.difference_count,
            "health": found.health,
        }


def _page(
    page: TicketPage, suspects: Sequence[SuspectRow], related: Sequence[RelatedTicket]
) -> dict[str, Any]:
    header = page.header
    totals = page.totals
    return {
        "ticket": header.ticket,
        "requester": _person(header.requester),
        "requester_items": page.requester_items,
        "assignee": _person(header.assignee),
        "group": header.group,
        "entries": [
            entry_row(
                row.entry, row.author.display_name if row.author else "", works=header.may_work
            )
            for row in page.entries
        ],
        "affected": [
            {
                "item": part.item,
                "is_cause": part.is_cause,
                "state": part.state.text if part.state is not None else None,
                "owner_people": [_person(person) for person in part.owner_people],
                "owner_groups": part.owner_groups,
                "users": [_person(person) for person in part.users],
            }
            for part in page.affected
        ],
        "services": [affected_document(row) for row in page.services],
        "totals": None if totals is None else {state.text: n for state, n in totals.items()},
        "suspects": [_suspect(row) for row in suspects],
        "related": [
            {
                "reference": one.ticket.reference,
                "title": one.ticket.title,
                "state": one.ticket.state,
                "priority": one.ticket.priority,
                "item_ids": list(one.item_ids),
                "same_requester": one.same_requester,
            }
            for one in related
        ],
    }


def _person(person: Any) -> dict[str, Any] | None:
    return None if person is None else {"id": person.id, "name": person.display_name}


def _suspect(row: SuspectRow) -> dict[str, Any]:
    return {
        "item": row.item,
        "at": row.at,
        "kind": row.kind,
        "score": row.score,
        "hops": row.hops,
        "differences": row.entries,
        "change": row.change.reference if row.change else None,
    }
