"""REST over tickets."""

from typing import Any

from flask import Response, jsonify, make_response
from flask.views import MethodView

from server.desk.tickets import actions, queries
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.lifecycle import open_moves
from server.desk.tickets.schemas.tickets import (
    AffectedItemSchema,
    AffectedItemsDraftSchema,
    EntryDraftSchema,
    EntryPage,
    EntrySchema,
    MoveDraftSchema,
    MoveSchema,
    TicketDraftSchema,
    TicketPage,
    TicketPatchSchema,
    TicketQuerySchema,
    TicketRowSchema,
    TicketSchema,
    entry_draft,
    entry_row,
    move_draft,
    ticket_document,
    ticket_draft,
    ticket_filter,
)
from server.foundation.edge.conditional import check_version, tagged
from server.foundation.edge.document import CHECKS_VERSION, LOOKS_BACK, READS_VERSION
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.foundation.permissions import Permission
from server.items.impacts.api import tell_impact
from server.items.impacts.schemas import ImpactAnswerSchema, ImpactWishSchema, impact_question


@tickets.route("/tickets")
class Tickets(MethodView):
    """Every ticket in sight."""

    @tickets.arguments(TicketQuerySchema, location="query")
    @tickets.response(200, TicketPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List tickets, the newest first unless sorted by created, activity, priority or id.

        With `q`, the first and `-id` lead through all of them; another sort puts the newest 2,000
        in order.
        """
        page = page_request(query)
        wanted = ticket_filter(query, words_of(current_session()))
        actor = current_actor()
        found = queries.list_tickets(current_session(), actor, wanted, page)
        rows = [ticket_document(actor, row.ticket, TicketRowSchema) for row in found.rows]
        return jsonify(rows=rows, next_cursor=found.next_cursor)

    @tickets.arguments(TicketDraftSchema)
    @tickets.response(201, TicketSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Open a ticket; its affected items decide who suffers, and so its priority."""
        draft = ticket_draft(body)
        actor = current_actor()
        return answer_ticket(
            actions.open_ticket(current_session(), actor, draft, current_time()), 201
        )


@tickets.route("/tickets/<string:reference>")
class OneTicket(MethodView):
    """One ticket, by reference or id."""

    @tickets.doc(**READS_VERSION)
    @tickets.response(200, TicketSchema)
    def get(self, reference: str) -> Any:
        """Return a ticket; its ETag serves If-Match."""
        return answer_ticket(queries.find_ticket(current_session(), current_actor(), reference))

    @tickets.doc(**CHECKS_VERSION)
    @tickets.arguments(TicketPatchSchema)
    @tickets.response(200, TicketSchema)
    def patch(self, body: dict[str, Any], reference: str) -> Any:
        """Change some fields; with If-Match only what was read last."""
        session, actor = current_session(), current_actor()
        check_version(queries.lock_ticket(session, actor, reference).version)
        return answer_ticket(actions.edit_ticket(session, actor, reference, body, current_time()))


@tickets.route("/tickets/<string:reference>/entries")
class Entries(MethodView):
    """The conversation."""

    @tickets.arguments(PageQuerySchema, location="query")
    @tickets.response(200, EntryPage)
    def get(self, query: dict[str, Any], reference: str) -> Any:
        """List entries, oldest first; who does not work on the ticket sees the public ones."""
        session, actor = current_session(), current_actor()
        page = queries.entries_of(session, actor, reference, page_request(query))
        works = any(queries.may_work_on(session, actor, r.entry.ticket_id) for r in page.rows[:1])
        rows = [_entry(row, works=works) for row in page.rows]
        return {"rows": rows, "next_cursor": page.next_cursor}

    @tickets.arguments(EntryDraftSchema)
    @tickets.response(201, EntrySchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Write a public or an internal entry."""
        session, actor = current_session(), current_actor()
        entry = actions.add_entry(session, actor, reference, entry_draft(body), current_time())
        works = queries.may_work_on(session, actor, entry.ticket_id)
        return entry_row(entry, actor.name, works=works)


@tickets.route("/tickets/<string:reference>/affected-items")
class AffectedItems(MethodView):
    """What a ticket is about."""

    @tickets.response(200, AffectedItemSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the affected items that are in sight."""
        return queries.affected_items_of(current_session(), current_actor(), reference)

    @tickets.arguments(AffectedItemsDraftSchema)
    @tickets.response(200, TicketSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Name more items, or the cause; the impact is computed anew."""
        return answer_ticket(
            actions.add_affected(
                current_session(),
                current_actor(),
                reference,
                body["item_ids"],
                current_time(),
                body["cause_item_id"],
            )
        )


@tickets.route("/tickets/<string:reference>/affected-items/<int:item_id>")
class OneAffectedItem(MethodView):
    """One item a ticket is about."""

    @tickets.response(200, TicketSchema)
    def delete(self, reference: str, item_id: int) -> Any:
        """Take an item off the ticket; the impact is computed anew."""
        return answer_ticket(
            actions.remove_affected(
                current_session(), current_actor(), reference, item_id, current_time()
            )
        )


@tickets.route("/tickets/<string:reference>/impact")
class TicketImpact(MethodView):
    """Who suffers now."""

    @tickets.doc(**LOOKS_BACK)
    @tickets.arguments(ImpactWishSchema, location="query")
    @tickets.response(200, ImpactAnswerSchema)
    def get(self, query: dict[str, Any], reference: str) -> Any:
        """Compute what suffers, now or as of a moment; nothing for kinds that are no failure."""
        session, actor = current_session(), current_actor()
        ticket = queries.find_ticket(session, actor, reference)
        failure = words_of(session).is_failure(ticket.kind)
        failed = queries.affected_item_ids(session, ticket.id) if failure else []
        return tell_impact(impact_question(query, list(failed)))


@tickets.route("/tickets/<string:reference>/moves")
class Moves(MethodView):
    """Steps of the life cycle."""

    @tickets.response(200, MoveSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the steps that lead on from here and are the caller's to take."""
        session, actor = current_session(), current_actor()
        ticket = queries.find_ticket(session, actor, reference)
        works = queries.may_work_on(session, actor, ticket.id)
        parts = queries.parts_of(actor, ticket, works=works)
        return open_moves(words_of(session), ticket.kind, ticket.state, parts)

    @tickets.doc(**CHECKS_VERSION)
    @tickets.arguments(MoveDraftSchema)
    @tickets.response(200, TicketSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Take a step; resolving asks for a code and for how it was solved."""
        session, actor = current_session(), current_actor()
        seen = queries.lock_ticket(session, actor, reference, Permission.TICKET_READ)
        check_version(seen.version)
        draft = move_draft(body)
        return answer_ticket(actions.move_ticket(session, actor, reference, draft, current_time()))


@tickets.route("/tickets/<string:reference>/watch")
class Watching(MethodView):
    """Following a ticket."""

    @tickets.response(204)
    def put(self, reference: str) -> None:
        """Follow a ticket."""
        actions.watch(current_session(), current_actor(), reference)

    @tickets.response(204)
    def delete(self, reference: str) -> None:
        """Follow a ticket no longer."""
        actions.unwatch(current_session(), current_actor(), reference)


def answer_ticket(ticket: Ticket, status: int = 200) -> Response:
    """Return a ticket as the caller may read it, with its ETag."""
    document = ticket_document(current_actor(), ticket, TicketSchema)
    return tagged(make_response(jsonify(document), status), ticket.version)


def _entry(row: queries.EntryRow, *, works: bool) -> dict[str, Any]:
    author = row.author.display_name if row.author else ""
    return entry_row(row.entry, author, works=works)
