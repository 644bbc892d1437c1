"""The requester's portal: report, follow, answer, confirm, reopen, rate; nothing but one's own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from server.desk.announcements.queries.announcements import now_announced
from server.desk.changes.queries import ChangeFilter, list_changes
from server.desk.ordering.queries import order_of
from server.desk.sla.queries import clocks_of
from server.desk.tickets import actions
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import (
    TicketFilter,
    affected_items_of,
    find_ticket,
    latest_entries,
    list_tickets,
    may_work_on,
    parts_of,
    watcher_ids,
)
from server.desk.tickets.queries.belongings import attachments_of, gone_into
from server.desk.tickets.queries.parts import asked_of_requester
from server.desk.tickets.rules.lifecycle import open_moves
from server.foundation.allowances import PORTAL_TICKETS, spend
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import list_items
from web.pages.announcements import told_here
from web.pages.change_inbox import orders_waiting
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import of_list, refuse_in_words
from web.pages.sent_files import attach_sent, sent_files
from web.pages.ticket_opening import own_fields_shown
from web.pages.wording import ticket_wording
from web.presenters.orders import steps_of, waits_for
from web.presenters.own_fields import given_fields, shown_fields
from web.presenters.values import class_label
from web.presenters.writing import passages, pieces

portal = Blueprint("portal", __name__, url_prefix="/portal")

_SHOWN = 50
_WAITING_SHOWN = 5
_OWN_SHOWN = 24


@portal.route("")
def index() -> ResponseReturnValue:
    """Show one's own requests, those that wait for oneself first."""
    actor = current_actor()
    actor.require(Permission.TICKET_READ)
    if actor.person_id is None:
        raise NotFound("person", "")
    state = "closed" if request.args.get("show") == "closed" else "open"
    wanted = TicketFilter(requester_id=actor.person_id, open=state == "open")
    asked = PageRequest("-activity", request.args.get("after", ""), _SHOWN)
    page = list_tickets(current_session(), actor, wanted, asked)
    waiting = list_changes(
        current_session(),
        actor,
        ChangeFilter(waiting=True),
        PageRequest("-risk", "", _WAITING_SHOWN),
    )
    return render_template(
        "portal/index.html",
        rows=[row.ticket for row in page.rows],
        waiting=[row.change for row in waiting.rows],
        orders=orders_waiting(_WAITING_SHOWN),
        next_cursor=page.next_cursor,
        state=state,
        wording=ticket_wording(),
        announced=now_announced(current_session(), actor, current_time()),
        **told_here(),
    )


@portal.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Report something."""
    current_actor().require(Permission.TICKET_OPEN)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            ticket = _open()
            told = gettext("Thank you. We have it as %(reference)s.")
            address = url_for("portal.show", reference=ticket.reference)
            return done(told % {"reference": ticket.reference}, address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    typed = request.values.to_dict()
    body = render_template(
        "portal/new.html",
        errors=errors,
        items_error=of_list(errors, "affected_item_ids"),
        typed=typed,
        ticked={whole(one) for one in request.values.getlist("item")},
        own=_own_items(),
        class_name=lambda code: class_label(standing_model(), code, reader().language),
        wording=ticket_wording(),
        most_megabytes=installation().settings.max_attachment_megabytes,
        announced=now_announced(current_session(), current_actor(), current_time()),
        **told_here(),
        **own_fields_shown(typed, errors),
    )
    return body, status


def _open() -> Ticket:
    form, session, actor, now = request.form, current_session(), current_actor(), current_time()
    own, occurred_at = given_fields(form, reader())
    ids = [one for value in form.getlist("item") if (one := whole(value)) is not None]
    draft = actions.TicketDraft(
        title=form.get("title", ""),
        kind=form.get("kind", "incident"),
        description=form.get("description", ""),
        affected_item_ids=tuple(dict.fromkeys(ids)),
        channel="portal",
        category=form.get("category", ""),
        occurred_at=occurred_at,
        fields={code: value for code, value in own.items() if value},
    )
    spend(session, PORTAL_TICKETS, f"person:{actor.person_id}", now)
    ticket = actions.open_ticket(session, actor, draft, now)
    attach_sent(session, actor, ticket.id, sent_files(), "public")
    return ticket


def _own_items() -> list[Any]:
    actor = current_actor()
    if actor.person_id is None or not actor.may(Permission.ITEM_READ):
        return []
    wanted = ItemFilter(person_id=actor.person_id, stage="in_use")
    found = list_items(current_session(), actor, wanted, PageRequest("name", limit=_OWN_SHOWN))
    return list(found.rows)


@portal.route("/<string:reference>")
def show(reference: str) -> ResponseReturnValue:
    """Show one of one's own requests: what was said publicly, and what one may do."""
    return _page(_own(reference), {})


def _page(ticket: Ticket, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    session, actor, wording = current_session(), current_actor(), ticket_wording()
    parts = parts_of(actor, ticket, works=may_work_on(session, actor, ticket.id))
    mine = open_moves(wording.words, ticket.kind, ticket.state, parts & {"requester"})
    # What asks for nothing more comes first: that it is solved, before that it is not.
    mine.sort(key=lambda step: bool(step.requires))
    body = render_template(
        "portal/show.html",
        ticket=ticket,
        solution_due=_expected(ticket),
        errors=errors,
        typed=request.form,
        moves=mine,
        entries=latest_entries(session, ticket.id, internal=False),
        files=[one.row for one in attachments_of(session, actor, ticket.id) if _public(one.row)],
        items=affected_items_of(session, actor, ticket.id),
        details=shown_fields(wording, ticket.category, ticket.fields, reader()),
        me=actor,
        is_mine=ticket.requester_id == actor.person_id,
        wording=wording,
        pieces=pieces,
        passages=passages,
        asked=asked_of_requester(session, ticket, wording.words),
        went_into=None if ticket.is_open else gone_into(session, ticket.id),
        **_order(ticket),
    )
    return body, status


def _order(ticket: Ticket) -> dict[str, Any]:
    """Return how far the order is that a ticket is; no steps for what is none."""
    page = order_of(current_session(), current_actor(), ticket.reference)
    way = steps_of(page, reader()) if page else []
    return {"order_way": way, "order_waits": waits_for(page, reader()) if page else ""}


def _expected(ticket: Ticket) -> datetime | None:
    """Return when the solution is promised; None where nothing was, or the clock is paused."""
    clocks = clocks_of(current_session(), ticket.id)
    return next((one.due_at for one in clocks if one.measure == "resolve" and not one.holder), None)


def _public(row: Any) -> bool:
    return bool(row.kind == "public")


@portal.route("/<string:reference>/reply", methods=["POST"])
def reply(reference: str) -> ResponseReturnValue:
    """Answer, with files if there are any."""
    ticket = _own(reference)

    def write() -> None:
        session, actor, now = current_session(), current_actor(), current_time()
        if request.form.get("text", "").strip() or not sent_files():
            draft = actions.EntryDraft(request.form.get("text", ""))
            actions.add_entry(session, actor, ticket.id, draft, now)
        attach_sent(session, actor, ticket.id, sent_files(), "public")

    return _act(ticket, write, gettext("Sent."))


@portal.route("/<string:reference>/move", methods=["POST"])
def move(reference: str) -> ResponseReturnValue:
    """Confirm that it is solved, say that it is not, or withdraw it."""
    ticket, form = _own(reference), request.form
    draft = actions.MoveDraft(form.get("state", ""), form.get("reason", ""))

    def step() -> None:
        actions.move_ticket(current_session(), current_actor(), ticket.id, draft, current_time())

    return _act(ticket, step, gettext("Saved."))


def _act(ticket: Ticket, write: Callable[[], None], told: str) -> ResponseReturnValue:
    reference = ticket.reference
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(_own(reference), errors, status)
    return done(told, url_for("portal.show", reference=reference))


def _own(reference: str) -> Ticket:
    """Return a ticket that one asked for or follows. Raises ``NotFound`` for any other."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    if actor.person_id is not None and (
        ticket.requester_id == actor.person_id or actor.person_id in watcher_ids(session, ticket.id)
    ):
        return ticket
    raise NotFound("ticket", reference)
