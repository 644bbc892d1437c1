"""Queues of groups, and how a ticket goes from one of them to another."""

from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.desk.routing.queries import desk_groups, handovers_of
from server.desk.sla.rules.targets import SUPPLIER
from server.desk.tickets.actions import EntryDraft, add_entry, escalating
from server.desk.tickets.queries import find_ticket, may_work_on
from server.desk.tickets.queries.queues import queues
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.queries import names_of
from server.people.queries.groups import names_of_groups
from server.people.queries.people import names_of_people
from web.pages.change_form import no_moment
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.ticket_page import Act, ticket_page
from web.presenters.clocks import measure_text
from web.presenters.routing import line_texts
from web.presenters.ticket_parts import minutes_text
from web.presenters.windows import moment_of


def show_queues() -> ResponseReturnValue:
    """Show what waits in each group."""
    found = queues(current_session(), current_actor())
    return render_template("tickets/queues.html", queues=found, lines=dict(line_texts(reader())))


def show_handovers(reference: str) -> ResponseReturnValue:
    """Show from which group to which a ticket went, and with what. A fragment."""
    session, actor = current_session(), current_actor()
    ticket = find_ticket(session, actor, reference)
    works = may_work_on(session, actor, ticket.id)
    rows = handovers_of(session, ticket.id) if works else []
    groups = {one.to_group_id for one in rows} | {one.from_group_id for one in rows}
    people = {one.person_id for one in rows} | {one.accepted_by_id for one in rows}
    items = {i for one in rows for key in ("item_ids", "service_ids") for i in one.pack[key]}
    ids = [one for one in groups if one is not None]
    return render_template(
        "tickets/handovers.html",
        ticket=ticket,
        handovers=rows,
        groups=names_of_groups(session, actor, ids),
        desks=desk_groups(session, ids),
        lines=dict(line_texts(reader())),
        people=names_of_people(session, actor, [one for one in people if one is not None]),
        items=names_of(session, actor, sorted(items)),
        minutes_text=lambda minutes: minutes_text(minutes, reader()),
        measure_text=lambda measure: measure_text(measure, reader()),
        works=works,
        supplier=SUPPLIER,
    )


def supplier_word(reference: str) -> ResponseReturnValue:
    """Write down what the supplier that has a ticket said, and when."""
    session, actor, form = current_session(), current_actor(), request.form
    ticket = find_ticket(session, actor, reference)
    kind = "public" if form.get("public") else "internal"
    try:
        said_at = _said_at(form.get("said_at", ""))
        draft = EntryDraft(form.get("text", ""), kind, from_supplier=True, said_at=said_at)
        entry = add_entry(session, actor, ticket.id, draft, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return ticket_page(reference, Act("supplier", errors, form), status)
    anchor = f"entry-{entry.id}"
    here = url_for("tickets.show", reference=ticket.reference, _anchor=anchor)
    return done(gettext("Noted as the supplier's word."), here)


def _said_at(text: str) -> datetime | None:
    try:
        return moment_of(text, reader())
    except ValueError as error:
        raise InvalidValue({"said_at": no_moment(error)}) from error


def hand_over(reference: str) -> ResponseReturnValue:
    """Hand a ticket over to another group."""
    session, actor, form = current_session(), current_actor(), request.form
    ticket = find_ticket(session, actor, reference)
    draft = escalating.HandoverDraft(
        whole(form.get("group_id")) or 0,
        form.get("asked", ""),
        form.get("known", ""),
        form.get("tried", ""),
        supplier_reference=form.get("supplier_reference", ""),
        notice=form.get("notice", ""),
    )
    try:
        escalating.escalate(session, actor, ticket.id, draft, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return ticket_page(reference, Act("handover", errors, form), status)
    here = url_for("tickets.show", reference=ticket.reference)
    return done(gettext("Handed over. The group has been told."), here)


def accept(reference: str) -> ResponseReturnValue:
    """Take on a ticket that was handed over."""
    session, actor = current_session(), current_actor()
    try:
        ticket = escalating.accept_handover(session, actor, reference, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return ticket_page(reference, Act("", errors), status)
    return done(gettext("It is yours now."), url_for("tickets.show", reference=ticket.reference))
