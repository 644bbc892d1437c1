"""The same done to every ticket that was ticked in the queue."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.desk.tickets.actions.bulk import BulkDraft, BulkOutcome, change_many
from server.desk.tickets.actions.moving import MoveDraft
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext, ngettext
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.ticket_acts import chosen_in
from web.pages.ticket_queue import KEEPING, queue_page
from web.presenters.conversation import field_labels
from web.presenters.faults import fault_text

_TOLD = 5


def bulk() -> ResponseReturnValue:
    """Do the same to the selected tickets, and say what became of them.

    Where some are refused, the list comes back with those ticked and with what was typed.
    """
    session, actor, form = current_session(), current_actor(), request.form
    actor.require(Permission.TICKET_WORK)
    try:
        found = change_many(session, actor, form.getlist("selected"), _draft(), current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        flash(next(iter(errors.values())), "error")
        return queue_page(form, chosen_in(form), form.getlist("selected")), status
    refused = [one for one in found if one.fault]
    for one in refused[:_TOLD]:
        flash(f"{one.reference}: {_why(one)}", "error")
    done_to = len(found) - len(refused)
    text = ngettext("%(num)d ticket changed.", "%(num)d tickets changed.", done_to)
    if not refused:
        # Back to the list as it was narrowed: there may be more to do in it.
        kept = {name: form[name] for name in KEEPING if form.get(name)}
        here = url_for("tickets.index", view=form.get("view") or None, **kept)
        return done(text % {"num": done_to}, here)
    flash(text % {"num": done_to}, "success" if done_to else "error")
    return queue_page(form, chosen_in(form), [one.reference for one in refused]), 422


def _draft() -> BulkDraft:
    form = request.form
    state, why = form.get("to_state", ""), form.get("why", "")
    # One text: a step asks for what was done, or for why, never for both.
    move = MoveDraft(state, why, form.get("resolution_code", ""), why) if state else None
    return BulkDraft(
        whole(form.get("group_id")),
        whole(form.get("assignee_id")),
        move=move,
        note=form.get("note", ""),
    )


def _why(refused: BulkOutcome) -> str:
    """Return in words why nothing was done to a ticket, field by field."""
    if not refused.fields:
        return fault_text(refused.fault, reader())
    why = gettext("What was done, or why")
    labels = field_labels(reader()) | {
        "group_id": gettext("Group"),
        "assignee_id": gettext("Person"),
        "text": gettext("Note"),
        "state": gettext("State"),
        "reason": why,
        "resolution_text": why,
        "resolution_code": gettext("How it was resolved"),
    }
    parts = ((labels.get(name), fault_text(why, reader())) for name, why in refused.fields.items())
    return " ".join(f"{label}: {why}" if label else why for label, why in parts)
