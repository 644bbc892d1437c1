"""What one does on a ticket's page. A refused act shows the page again, with what was typed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, StaleVersion
from server.desk.tickets import actions
from server.desk.tickets.actions.reaching import CheckDraft, ask_check
from server.desk.tickets.actions.reporting import ask_report
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import find_ticket, lock_ticket
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.people.queries.groups import names_of_groups
from server.people.queries.people import names_of_people
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.sent_files import attach_sent, sent_files
from web.pages.ticket_page import Act, ticket_page
from web.pages.wording import ticket_wording
from web.presenters.conflicts import as_stored
from web.presenters.own_fields import PREFIX, given_fields

_TEXTS = ("title", "description", "kind", "urgency", "category", "impact_reason")
_PICKED = ("requester_id", "assignee_id", "group_id")


def reply(reference: str) -> ResponseReturnValue:
    """Write to the requester, or a note that only those who work on tickets read."""
    draft = actions.EntryDraft(request.form.get("text", ""), request.form.get("kind", "public"))
    session, actor, now = current_session(), current_actor(), current_time()
    ticket = find_ticket(session, actor, reference)
    files, anchor = sent_files(), "papers"
    try:
        # A file alone is an answer as well.
        if draft.text.strip() or not files:
            entry = actions.add_entry(session, actor, ticket.id, draft, now)
            anchor = f"entry-{entry.id}"
        attach_sent(session, actor, ticket.id, files, draft.kind)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return ticket_page(reference, Act("reply", errors, request.form), status)
    # The entry in the conversation says that it was written; a sentence above would only push.
    return redirect(url_for("tickets.show", reference=ticket.reference, _anchor=anchor), 303)


def move(reference: str) -> ResponseReturnValue:
    """Take a step of the life cycle."""
    form = request.form
    draft = actions.MoveDraft(
        form.get("state", ""),
        form.get("reason", ""),
        form.get("resolution_code", ""),
        form.get("resolution_text", ""),
    )

    def step() -> None:
        actions.move_ticket(current_session(), current_actor(), reference, draft, current_time())

    told = gettext("%(state)s now.") % {"state": ticket_wording().state(draft.state)}
    return _act(reference, Act(draft.state), step, told)


def take(reference: str) -> ResponseReturnValue:
    """Assign a ticket to oneself; its group stays."""
    session, actor = current_session(), current_actor()

    def assign() -> None:
        ticket = lock_ticket(session, actor, reference)
        me = actor.person_id
        actions.assign(session, actor, reference, me, ticket.group_id, current_time())

    return _act(reference, Act("assign"), assign, gettext("The ticket is yours now."))


def assign(reference: str) -> ResponseReturnValue:
    """Assign a ticket to a person, a group, both or nobody."""
    session, actor, form = current_session(), current_actor(), request.form

    def hand_over() -> None:
        _same_version(reference)
        person_id, group_id = whole(form.get("assignee_id")), whole(form.get("group_id"))
        actions.assign(session, actor, reference, person_id, group_id, current_time())

    return _act(reference, Act("assign"), hand_over, gettext("Assigned."))


def edit(reference: str) -> ResponseReturnValue:
    """Change what a ticket says."""
    session, actor, form = current_session(), current_actor(), request.form
    values: dict[str, Any] = {name: form[name] for name in _TEXTS if name in form}
    values["impact"] = form.get("impact") or None
    if values["impact"] is None:
        values.pop("impact_reason", None)
    if "requester_id" in form:
        values["requester_id"] = whole(form["requester_id"])

    own, occurred_at = given_fields(form, reader())
    if own:
        values["fields"] = own
    if PREFIX + "occurred_at" in form:
        values["occurred_at"] = occurred_at

    def save() -> None:
        _same_version(reference)
        actions.edit_ticket(session, actor, reference, values, current_time())

    return _act(reference, Act("edit"), save, gettext("Saved."))


def check_item(reference: str, item_id: int) -> ResponseReturnValue:
    """Ask whether an affected item is there; what is found becomes an internal note."""
    form = request.form
    draft = CheckDraft(item_id, form.get("kind", ""), whole(form.get("port")) or 0)

    def ask() -> None:
        ask_check(current_session(), current_actor(), reference, draft, current_time())

    told = gettext("The check is under way. Its result becomes an internal note.")
    return _act(reference, Act("add"), ask, told)


def report_now(reference: str, item_id: int) -> ResponseReturnValue:
    """Ask the agent of an affected item for a report now; that it came becomes a note too."""

    def ask() -> None:
        ask_report(current_session(), current_actor(), reference, item_id, current_time())

    told = gettext("The agent sends everything at its next word. An internal note will tell.")
    return _act(reference, Act("add"), ask, told)


def add_items(reference: str) -> ResponseReturnValue:
    """Name more items that the ticket is about."""
    ids = [one for value in request.form.getlist("item") if (one := whole(value)) is not None]

    session, actor = current_session(), current_actor()

    def add() -> None:
        # Whether one may comes before what is missing.
        lock_ticket(session, actor, reference)
        if not ids:
            raise InvalidValue({"item": gettext("Choose an item first.")})
        actions.add_affected(session, actor, reference, ids, current_time())

    return _act(reference, Act("add"), add, gettext("The impact is computed anew."))


def remove_item(reference: str, item_id: int) -> ResponseReturnValue:
    """Take an item off the ticket."""

    def remove() -> None:
        session, actor = current_session(), current_actor()
        actions.remove_affected(session, actor, reference, item_id, current_time())

    return _act(reference, Act("add"), remove, gettext("The impact is computed anew."))


def mark_cause(reference: str, item_id: int) -> ResponseReturnValue:
    """Say that this item is the cause."""

    def mark() -> None:
        session, actor = current_session(), current_actor()
        actions.add_affected(session, actor, reference, [item_id], current_time(), item_id)

    return _act(reference, Act("add"), mark, gettext("Marked as the cause."))


def follow(reference: str) -> ResponseReturnValue:
    """Follow a ticket, or follow it no longer."""
    follows = request.form.get("follow") == "yes"

    def change() -> None:
        session, actor = current_session(), current_actor()
        (actions.watch if follows else actions.unwatch)(session, actor, reference)

    told = gettext("You follow this ticket.") if follows else gettext("You follow it no longer.")
    return _act(reference, Act(), change, told)


def _act(reference: str, act: Act, write: Callable[[], None], told: str) -> ResponseReturnValue:
    """Do it and go back to the page, or show the page with what was wrong."""
    ticket = find_ticket(current_session(), current_actor(), reference)
    address = url_for("tickets.show", reference=ticket.reference)
    try:
        write()
    except CadastreError as error:
        stale = isinstance(error, StaleVersion)
        errors, status = refuse_in_words(error)
        theirs = _differences(reference) if stale else {}
        refused = replace(
            act, errors=errors, typed=request.form, theirs=theirs, chosen=chosen_in(request.form)
        )
        return ticket_page(reference, refused, status)
    return done(told, address)


def _same_version(reference: str) -> None:
    """Raise ``StaleVersion`` when somebody saved since the form was opened."""
    ticket = lock_ticket(current_session(), current_actor(), reference)
    check_form_version(request.form.get("version"), ticket.version)


def _differences(reference: str) -> Mapping[str, str]:
    """Return what is stored now where it differs from what was typed."""
    ticket, form = find_ticket(current_session(), current_actor(), reference), request.form
    found = {
        name: _stored(ticket, name)
        for name in _TEXTS
        if name in form and as_stored(form[name]) != as_stored(str(getattr(ticket, name)))
    }
    impact = ticket.impact if ticket.impact_overridden else ""
    if form.get("impact", impact) != impact:
        found["impact"] = ticket_wording().impact(ticket.impact)
    picked = {name: str(getattr(ticket, name) or "") for name in _PICKED if name in form}
    names = chosen_in(picked)
    for name, stored in picked.items():
        if form[name] != stored:
            found[name] = names[name][0][1] if names[name] else gettext("Nobody")
    return found


def chosen_in(given: Mapping[str, str]) -> dict[str, list[tuple[int, str]]]:
    """Return the people and the group that a form names, each with its name."""
    session, actor = current_session(), current_actor()
    ids = {name: whole(given[name]) for name in _PICKED if name in given}
    groups = [one for name, one in ids.items() if one and name == "group_id"]
    people = [one for name, one in ids.items() if one and name != "group_id"]
    group_names = names_of_groups(session, actor, groups) if groups else {}
    people_names = names_of_people(session, actor, people) if people else {}
    found: dict[str, list[tuple[int, str]]] = {}
    for name, one in ids.items():
        known = group_names if name == "group_id" else people_names
        found[name] = [(one, known.get(one, "?"))] if one else []
    return found


def _stored(ticket: Ticket, name: str) -> str:
    value = str(getattr(ticket, name))
    wording = ticket_wording()
    if name in {"kind", "urgency", "category"}:
        return str(getattr(wording, name)(value))
    return value
