"""An order: what was asked for, how far it is, and the word of who is asked about it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.model.values import label_of
from server.desk.ordering.actions.asking import ask_instead as ask_other
from server.desk.ordering.actions.deciding import decide_order, withdraw_order
from server.desk.ordering.actions.fulfilling import do_task as finish_task
from server.desk.ordering.queries import OrderPage, count_deciding, order_of, order_page
from server.desk.tickets.queries import find_ticket, may_work_on
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.orders import state_text, state_tone, steps_of, waits_for

orders = Blueprint("orders", __name__, url_prefix="/orders")


@orders.get("/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """Show an order to whom it is for, who is asked about it, and who works on it."""
    return _page(reference, {}), 200


def _page(reference: str, errors: dict[str, str], failed: str = "") -> str:
    session, actor = current_session(), current_actor()
    page = order_page(session, actor, reference)
    ticket = page.ticket
    if failed == "decision" and not request.form.get("comment", "").strip():
        errors |= {"comment": gettext("Say why: whoever asked for it reads it.")}
    mine = ticket.requester_id is not None and ticket.requester_id == actor.person_id
    works = actor.may(Permission.TICKET_WORK) and may_work_on(session, actor, ticket.id)
    return render_template(
        "offerings/order.html",
        errors=errors,
        failed=failed,
        typed=request.form,
        mine=mine,
        works=works,
        ticket_url=_ticket_url(reference, mine=mine, works=works),
        **order_shown(page),
    )


def _ticket_url(reference: str, *, mine: bool, works: bool) -> str:
    """Return where the conversation about an order is; "" for who only decides."""
    if works:
        return url_for("tickets.show", reference=reference)
    return url_for("portal.show", reference=reference) if mine else ""


def order_shown(page: OrderPage) -> dict[str, Any]:
    """Return what an order is drawn from, on its own page and on that of its ticket."""
    return {
        "page": page,
        "ticket": page.ticket,
        "order": page.order,
        "name": label_of(page.form.names, reader().language),
        "answers": [
            (label_of(one.field.labels, reader().language), one.shown) for one in page.answers
        ],
        "steps": steps_of(page, reader()),
        "waits_for": waits_for(page, reader()),
        "state_word": state_text(page.order.state, reader()),
        "state_tone": state_tone(page.order.state),
        "for_whom": page.requester.display_name if page.requester else "",
        "ordered_by": page.ordered_by.display_name if page.ordered_by else "",
        "to_do": [row for row in page.tasks if row.may_do],
        "task_name": lambda row: label_of(row.task.titles, reader().language),
    }


def _question(labels: Mapping[str, str]) -> str:
    return label_of(labels, reader().language)


@orders.get("/<reference>/card")
def for_ticket(reference: str) -> ResponseReturnValue:
    """Show the order of a ticket on the ticket's page. A fragment, empty where there is none."""
    session, actor = current_session(), current_actor()
    page = order_of(session, actor, find_ticket(session, actor, reference).reference)
    if page is None:
        return ""
    return render_template("offerings/for_ticket.html", **order_shown(page))


@orders.post("/<reference>/decision")
def decide(reference: str) -> ResponseReturnValue:
    """Agree, or reject with the reason."""
    session, actor = current_session(), current_actor()
    decision, comment = request.form.get("decision", ""), request.form.get("comment", "")

    def write() -> str:
        decide_order(session, actor, reference, decision, comment, current_time())
        # Whoever has more of them goes on with the next.
        return url_for("changes.inbox") if count_deciding(session, actor) else _here(reference)

    agreed = decision == "approved"
    told_so = gettext("You approved it.") if agreed else gettext("You rejected it.")
    return _done(reference, "decision", write, told_so)


def _here(reference: str) -> str:
    return url_for("orders.show", reference=reference)


@orders.post("/<reference>/withdrawal")
def withdraw(reference: str) -> ResponseReturnValue:
    """Take an order back while it waits for somebody's word."""
    session, actor = current_session(), current_actor()
    reason = request.form.get("reason", "")

    def write() -> str:
        withdraw_order(session, actor, reference, reason, current_time())
        return _here(reference)

    return _done(reference, "withdrawal", write, gettext("It is withdrawn."))


@orders.post("/<reference>/approver")
def ask_instead(reference: str) -> ResponseReturnValue:
    """Ask somebody else in the present step."""
    person_id = whole(request.form.get("person_id"))

    def write() -> str:
        session, actor = current_session(), current_actor()
        ask_other(session, actor, reference, person_id or 0, current_time())
        return _here(reference)

    return _done(reference, "approver", write, gettext("They are asked now."))


@orders.post("/<reference>/tasks/<code>")
def do_task(reference: str, code: str) -> ResponseReturnValue:
    """Say that a task is done, naming what was handed over where that is asked."""
    item_id = whole(request.form.get("item_id"))

    def write() -> str:
        session, actor = current_session(), current_actor()
        finish_task(session, actor, reference, code, current_time(), item_id)
        return _here(reference)

    return _done(reference, f"task-{code}", write, gettext("Done."))


def _done(reference: str, what: str, write: Callable[[], str], told_so: str) -> ResponseReturnValue:
    """Do what a form asks and lead on; where it is refused, show the order with what is wrong."""
    try:
        address = write()
    except NotFound:
        raise
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(reference, errors, what), status
    return done(told_so, address)
