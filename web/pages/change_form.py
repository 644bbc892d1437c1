"""Reading and filling the form in which a change is planned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from server.desk.changes import actions
from server.desk.changes.models import Change, ChangeTemplate
from server.desk.changes.queries import Plan, change_item_ids, list_templates, lock_change
from server.desk.changes.rules.questionnaire import shipped_questions
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from server.people.queries.people import person
from web.pages.frame import reader, whole
from web.pages.wording import change_wording
from web.presenters.conflicts import as_stored
from web.presenters.windows import SkippedTime, field_of, moment_of

TEXTS = ("reason", "implementation_plan", "test_plan", "back_out_plan", "communication_plan")
_WINDOW = ("window_start", "window_end")
#: Items that one form names at most.
_NAMED = 500


def plan_typed(
    session: Session, typed: dict[str, str], item_ids: list[int], change: Change | None
) -> Plan:
    """Return what the preview is computed from; what cannot be read is left out of it."""
    actor = current_actor()
    template = template_typed(session, typed) if change is None else None
    texts = (template.plan["texts"] if template else {}) | {
        name: text for name, text in typed.items() if text.strip()
    }
    hidden: list[int] = []
    if change is not None:
        known = change_item_ids(session, change.id)
        hidden = sorted(set(known) - set(names_of(session, actor, known)))
    return Plan(
        item_ids=item_ids + hidden,
        organisation_id=(
            change.organisation_id
            if change
            else whole(typed.get("organisation_id")) or actor.organisation_id or 0
        ),
        kind="standard" if template else _kind(typed.get("kind", "")),
        window_start=_moment_or_none(typed.get("window_start", "")),
        window_end=_moment_or_none(typed.get("window_end", "")),
        author_id=change.author_id if change else actor.person_id,
        implementer_id=whole(typed.get("implementer_id")),
        has_test_plan=bool(texts.get("test_plan")),
        has_back_out_plan=bool(texts.get("back_out_plan")),
        change_id=change.id if change else None,
        template_id=change.template_id if change else template.id if template else None,
        answers=answers_typed(typed),
    )


def _kind(typed: str) -> str:
    return typed if typed in change_wording().words.kinds else "normal"


def template_typed(session: Session, typed: Mapping[str, str]) -> ChangeTemplate | None:
    """Return the approved template that a new plan follows; None for one of its own."""
    template_id, actor = whole(typed.get("template_id")), current_actor()
    if template_id is None or not actor.may(Permission.CHANGE_READ):
        return None
    approved = list_templates(session, actor, approved_only=True)
    return next((one for one in approved if one.id == template_id), None)


def _moment_or_none(field: str) -> datetime | None:
    try:
        return moment_of(field, reader())
    except ValueError:
        return None


def no_moment(error: ValueError) -> str:
    """Return why a field for date and time cannot be read."""
    if isinstance(error, SkippedTime):
        return gettext("The clocks go forward then: this time does not exist.")
    return gettext("This is no date with a time.")


def _window() -> dict[str, datetime | None]:
    """Read the window. Raises ``InvalidValue`` for what is no moment."""
    found: dict[str, datetime | None] = {}
    faults = {}
    for name in _WINDOW:
        try:
            found[name] = moment_of(request.form.get(name, ""), reader())
        except ValueError as error:
            faults[name] = no_moment(error)
    if faults:
        raise InvalidValue(faults)
    return found


def named_ids() -> list[int]:
    """Return the ids of the items the form names, each once."""
    given = [whole(value) for value in request.values.getlist("item")[:_NAMED]]
    return list(dict.fromkeys(one for one in given if one is not None))


def named_items() -> dict[int, str]:
    """Return the names of the items the form names, those in sight, in the order given."""
    ids = named_ids()
    names = names_of(current_session(), current_actor(), ids)
    return {item_id: names[item_id] for item_id in ids if item_id in names}


def implementer_choice(typed: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return (id, name) of who carries the change out, for the picker; nothing for nobody."""
    person_id = whole(typed.get("implementer_id"))
    actor = current_actor()
    if person_id is None:
        return ()
    if person_id == actor.person_id:
        return ((str(person_id), actor.name),)
    try:
        return ((str(person_id), person(current_session(), actor, person_id).display_name),)
    except (NotFound, PermissionDenied):
        return ((str(person_id), gettext("somebody outside your view")),)


def draft_of_form() -> actions.ChangeDraft:
    """Return the new change as the form describes it. Raises ``InvalidValue`` for a bad window."""
    form = request.form
    texts: dict[str, Any] = {name: form.get(name, "") for name in TEXTS}
    window = _window()
    return actions.ChangeDraft(
        title=form.get("title", ""),
        kind=form.get("kind", "normal"),
        **texts,
        item_ids=tuple(named_ids()),
        window_start=window["window_start"],
        window_end=window["window_end"],
        implementer_id=whole(form.get("implementer_id")),
        organisation_id=whole(form.get("organisation_id")),
        template_id=whole(form.get("template_id")),
        answers=answers_typed(form),
    )


def answers_typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return what the questionnaire of a form says, by question; what is open is left out."""
    typed = {code: form.get(f"answer_{code}", "") for code in shipped_questions()}
    return {
        code: answer
        for code, answer in typed.items()
        if answer in shipped_questions()[code].answers
    }


def check_same_version(reference: str) -> None:
    """Raise ``StaleVersion`` when somebody saved since the form was opened."""
    change = lock_change(current_session(), current_actor(), reference)
    check_form_version(request.form.get("version"), change.version)


def values_of_form(change: Change) -> dict[str, Any]:
    """Return the values of the form. A window that was left alone is not set anew."""
    session, actor, form = current_session(), current_actor(), request.form
    values: dict[str, Any] = {
        name: form[name] for name in ("title", "kind", *TEXTS) if name in form
    }
    known = change_item_ids(session, change.id)
    hidden = set(known) - set(names_of(session, actor, known))
    values["item_ids"] = named_ids() + sorted(hidden)
    values["implementer_id"] = whole(form.get("implementer_id"))
    values["answers"] = answers_typed(form)
    stored = stored_fields(change)
    if any(form.get(name, "") != stored[name] for name in _WINDOW):
        values |= _window()
    return values


def stored_fields(change: Change) -> dict[str, str]:
    """Return what the form shows of a stored change, by field."""
    texts = {name: getattr(change, name) for name in ("title", "kind", *TEXTS)}
    window = {name: field_of(getattr(change, name), reader()) for name in _WINDOW}
    answers = {f"answer_{code}": answer for code, answer in (change.answers or {}).items()}
    return texts | window | answers | {"implementer_id": str(change.implementer_id or "")}


def differences(change: Change) -> dict[str, str]:
    """Return what is stored now where it differs from what was typed."""
    stored = stored_fields(change)
    stored["kind"] = change_wording().kind(change.kind)
    typed = request.form.to_dict() | {"kind": change_wording().kind(request.form.get("kind", ""))}
    return {
        name: stored[name]
        for name in ("title", "kind", *TEXTS, *_WINDOW)
        if name in typed and as_stored(typed[name]) != stored[name]
    }
