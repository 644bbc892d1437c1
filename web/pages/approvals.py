"""A link by which somebody who was asked decides once, without signing in."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, NotFound
from server.desk.changes import actions
from server.desk.changes.queries import change_items_of, rounds_of
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import current_session, current_time, for_anybody
from server.foundation.translation import gettext
from web.pages.frame import reader
from web.pages.refusals import refuse_in_words
from web.pages.wording import change_wording
from web.presenters.faults import fault_text
from web.presenters.windows import window_text

approvals = Blueprint("approvals", __name__, url_prefix="/approvals")


@approvals.get("/<secret>")
@for_anybody
def show(secret: str) -> ResponseReturnValue:
    """Show what is to be decided; looking does not use the link up."""
    return _page(secret, {})


@approvals.post("/<secret>")
@for_anybody
def decide(secret: str) -> ResponseReturnValue:
    """Decide, once."""
    form = request.form
    given = actions.Decision(form.get("decision", ""), form.get("comment", ""))
    try:
        change = actions.decide_by_link(current_session(), secret, given, current_time())
    except InvalidValue as error:
        errors, status = refuse_in_words(error)
        return _page(secret, errors)[0], status
    except CadastreError as error:
        return _refused(error)
    return render_template(
        "changes/link.html", change=change, given=given, refusal="", errors={}, opened=None
    )


def _page(secret: str, errors: dict[str, str]) -> tuple[str, int]:
    session = current_session()
    try:
        opened = actions.open_link(session, secret, current_time())
    except CadastreError as error:
        return _refused(error)
    page = render_template(
        "changes/link.html",
        change=opened.change,
        opened=opened,
        given=None,
        refusal="",
        errors=errors,
        typed=request.form,
        items=change_items_of(session, opened.actor, opened.change.id),
        round=rounds_of(session, opened.actor, opened.change.id)[0],
        window=window_text(opened.change, reader()),
        wording=change_wording(),
    )
    return page, 200


def _refused(error: CadastreError) -> tuple[str, int]:
    problem = problem_of(error)
    told = fault_text(problem.detail, reader())
    if isinstance(error, NotFound):
        told = gettext("This does not exist any more, or you may not see it.")
    page = render_template(
        "changes/link.html", change=None, opened=None, given=None, refusal=told, errors={}
    )
    return page, problem.status
