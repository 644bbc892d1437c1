"""What waits for the reader's approval, with what each would break; decided alone or at once."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.desk.changes import actions
from server.desk.changes.models import Change
from server.desk.changes.queries import ChangeFilter, list_changes, rounds_of
from server.desk.ordering.queries import OrderFilter, OrderRow, list_orders, offered_name
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext, ngettext
from web.pages.change_corners import corners
from web.pages.change_deputies import deputies_shown
from web.pages.frame import problem_title, reader, url_for
from web.pages.refusals import refuse_in_words
from web.pages.wording import change_wording
from web.presenters.changes import risk_tone
from web.presenters.faults import fault_text
from web.presenters.windows import window_text

_MOST = 100


def inbox() -> ResponseReturnValue:
    """List what waits for the reader, the riskiest first."""
    return inbox_page({})


def decide() -> ResponseReturnValue:
    """Say the same to every change that was ticked; each is answered for itself."""
    form = request.form
    named = [tuple(value.partition(" ")[::2]) for value in form.getlist("selected")]
    given = actions.Decision(form.get("decision", ""), form.get("comment", ""))
    try:
        rows = actions.decide_many(
            current_session(),
            current_actor(),
            [(reference, digest) for reference, digest in named],
            given,
            current_time(),
        )
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return inbox_page(errors), status
    good = sum(row.error is None for row in rows)
    if good:
        flash(
            ngettext("%(num)d change is decided.", "%(num)d changes are decided.", good), "success"
        )
    for row in rows:
        if row.error is not None:
            flash(f"{row.reference}: {_told(row.error)}", "error")
    return redirect(url_for("changes.inbox"), code=303)


def _told(error: CadastreError) -> str:
    problem = problem_of(error)
    faults = " ".join(fault_text(one, reader()) for one in problem.fields.values())
    return faults or f"{problem_title(problem)}. {fault_text(problem.detail, reader())}"


def inbox_page(errors: dict[str, str], deputy_errors: dict[str, str] | None = None) -> str:
    """Draw the inbox, with what was wrong in its form or in that of the deputies."""
    session, actor = current_session(), current_actor()
    page = list_changes(session, actor, ChangeFilter(waiting=True), PageRequest("-risk", "", _MOST))
    return render_template(
        "changes/inbox.html",
        rows=page.rows,
        orders=orders_waiting(_MOST),
        errors=errors,
        deputies=deputies_shown(),
        deputy_errors=deputy_errors or {},
        typed=request.form,
        corners=corners(),
        suffering={row.change.id: suffering_of(row.change) for row in page.rows},
        may_count=actor.may(Permission.IMPACT_COUNT_HIDDEN),
        wording=change_wording(),
        window=lambda change: window_text(change, reader()),
        risk_tone=risk_tone,
        own={
            row.change.id
            for row in page.rows
            if actor.person_id in (row.change.author_id, row.change.implementer_id)
        },
        nothing=gettext("no service that you may see"),
    )


def orders_waiting(most: int) -> list[tuple[OrderRow, str]]:
    """Return at most ``most`` orders that wait for the reader's word, each with its name."""
    wanted = OrderFilter(deciding=True)
    page = list_orders(current_session(), current_actor(), wanted, PageRequest(limit=most))
    return [(row, offered_name(row, reader().language)) for row in page.rows]


def suffering_of(change: Change) -> list[tuple[str, str]]:
    """Return (name, state) of the services that were frozen into the round, those in sight."""
    rounds = rounds_of(current_session(), current_actor(), change.id)
    if not rounds:
        return []
    return [
        (rounds[0].names[one["item_id"]], one["state"])
        for one in rounds[0].round.impact.get("services", ())
        if one["item_id"] in rounds[0].names
    ]
