"""Planning a change: the form, and beside it what the change would do as it stands."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, StaleVersion
from server.desk.changes import actions
from server.desk.changes.models import Change, ChangeTemplate
from server.desk.changes.queries import (
    change_header,
    change_item_ids,
    find_change,
    list_templates,
    preview,
)
from server.desk.changes.rules.questionnaire import shipped_questions
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from web.pages.change_effect import effect
from web.pages.change_form import (
    check_same_version,
    differences,
    draft_of_form,
    implementer_choice,
    named_ids,
    named_items,
    plan_typed,
    stored_fields,
    template_typed,
    values_of_form,
)
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for
from web.pages.refusals import of_list, refuse_in_words
from web.pages.wording import change_wording
from web.presenters.changes import plan_labels, question_choices


def new() -> ResponseReturnValue:
    """Plan a change."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.CHANGE_WRITE)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            change = actions.draft_change(session, actor, draft_of_form(), current_time())
            address = url_for("changes.show", reference=change.reference)
            told = gettext("%(reference)s is drafted.") % {"reference": change.reference}
            return done(told, address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form("changes/new.html", _first_words() | request.values.to_dict(), errors), status


def _first_words() -> dict[str, str]:
    """Return what a new form begins with; a ticket it was begun from is its reason."""
    ticket = request.args.get("ticket", "")
    reason = gettext("Because of %(reference)s.") % {"reference": ticket} if ticket else ""
    return {"kind": "normal", "reason": reason[:200]}


def edit(reference: str) -> ResponseReturnValue:
    """Change the plan; an edit of what was approved takes the approvals back."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.CHANGE_WRITE)
    change = find_change(session, actor, reference)
    errors: dict[str, str] = {}
    theirs: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            check_same_version(reference)
            values = values_of_form(change)
            actions.edit_change(session, actor, change.id, values, current_time())
            return done(gettext("Saved."), url_for("changes.show", reference=change.reference))
        except CadastreError as error:
            stale = isinstance(error, StaleVersion)
            errors, status = refuse_in_words(error)
            change = find_change(session, actor, reference)
            theirs = differences(change) if stale else {}
    return _edit_form(change, errors, theirs), status


def _edit_form(change: Change, errors: dict[str, str], theirs: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    posted = request.method == "POST"
    stored = names_of(session, actor, change_item_ids(session, change.id))
    header = change_header(session, actor, change.id)
    typed = stored_fields(change) | (request.form.to_dict() if posted else {})
    return _form(
        "changes/edit.html",
        typed,
        errors,
        items=None if posted else stored,
        change=change,
        header=header,
        theirs=theirs,
        state=change_wording().words.states[change.state],
    )


def _form(template: str, typed: dict[str, str], errors: dict[str, str], **more: Any) -> str:
    session, actor = current_session(), current_actor()
    change: Change | None = more.get("change")
    items = more.pop("items", None) or named_items()
    more.setdefault("change", None)
    plan = plan_typed(session, typed, list(items), change)
    return render_template(
        template,
        errors=errors,
        items_error=of_list(errors, "item_ids"),
        typed=typed,
        chosen=[(str(item_id), name) for item_id, name in items.items()],
        implementer=implementer_choice(typed),
        organisations=organisation_choices(session, actor, Permission.CHANGE_WRITE),
        home=actor.organisation_id,
        wording=change_wording(),
        followed=None if change else template_typed(session, typed),
        labels=plan_labels(reader()),
        templates=[(str(one.id), one.name) for one in _templates()],
        questions=question_choices(shipped_questions(), reader()),
        **effect(session, actor, preview(session, actor, plan), plan),
        **more,
    )


def _templates() -> list[ChangeTemplate]:
    actor = current_actor()
    if not actor.may(Permission.CHANGE_READ):
        return []
    return list_templates(current_session(), actor, approved_only=True)


@own_transactions
def preview_plan() -> ResponseReturnValue:
    """Say what a plan would do as it stands in the form; nothing is written."""
    actor = current_actor()
    actor.require(Permission.CHANGE_WRITE)
    # Its own reading transaction: a long text needs a POST, and a POST would wait for writers.
    with installation().database.reading() as session:
        change = None
        if request.form.get("reference"):
            change = find_change(session, actor, request.form["reference"])
        seen = names_of(session, actor, named_ids())
        plan = plan_typed(session, request.form.to_dict(), list(seen), change)
        shown = effect(session, actor, preview(session, actor, plan), plan)
        template = template_typed(session, request.form) if change is None else None
        return render_template(
            "changes/effect.html", followed=template, labels=plan_labels(reader()), **shown
        )
