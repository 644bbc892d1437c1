"""Tasks of a change, and what it makes of the register: added, taken out, done, applied."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.desk.changes import actions
from server.desk.changes.models import PlannedDifference
from server.desk.changes.queries import differences_on, find_change, tasks_on
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from web.pages.change_page import Act, change_page
from web.pages.frame import done, url_for, whole
from web.pages.refusals import refuse_in_words


def add_task(reference: str) -> ResponseReturnValue:
    """Add a task at the end of the plan."""

    def write() -> None:
        tasks = [*_tasks(reference), _task_typed()]
        _edit(reference, {"tasks": tasks})

    return act_on(reference, "task", write, gettext("The task is added."))


def remove_task(reference: str, change_task_id: int) -> ResponseReturnValue:
    """Take a task out of the plan."""

    def write() -> None:
        _edit(reference, {"tasks": _tasks(reference, without=change_task_id)})

    return act_on(reference, "task", write, gettext("The task is taken out."))


def raise_task(reference: str, change_task_id: int) -> ResponseReturnValue:
    """Let a task of the plan come before the one that now stands above it."""

    def write() -> None:
        _edit(reference, {"tasks": _tasks(reference, raised=change_task_id)})

    return act_on(reference, "task", write, gettext("The task comes sooner."))


def mark_task(reference: str, change_task_id: int) -> ResponseReturnValue:
    """Say that a task is done, or is not."""
    finished = request.form.get("done") == "yes"

    def write() -> None:
        actions.mark_task(
            current_session(),
            current_actor(),
            reference,
            change_task_id,
            done=finished,
            now=current_time(),
        )

    told = gettext("Done.") if finished else gettext("Not done after all.")
    return act_on(reference, "task", write, told)


def add_difference(reference: str) -> ResponseReturnValue:
    """Plan a value or a relation for the register."""

    def write() -> None:
        _edit(reference, {"differences": [*_differences(reference), _difference_typed()]})

    return act_on(reference, "difference", write, gettext("The plan for the register is longer."))


def remove_difference(reference: str, position: int) -> ResponseReturnValue:
    """Take a line out of what is planned for the register."""

    def write() -> None:
        _edit(reference, {"differences": _differences(reference, without=position)})

    return act_on(reference, "difference", write, gettext("The line is taken out."))


def apply(reference: str) -> ResponseReturnValue:
    """Write what was planned into the register."""

    def write() -> None:
        actions.apply_differences(current_session(), current_actor(), reference, current_time())

    return act_on(reference, "apply", write, gettext("The register holds what was planned."))


def _task_typed() -> actions.TaskDraft:
    return actions.TaskDraft(request.form.get("title", ""), whole(request.form.get("owner_id")))


def _tasks(
    reference: str, without: int | None = None, raised: int | None = None
) -> list[actions.TaskDraft]:
    change = find_change(current_session(), current_actor(), reference)
    found = [
        one
        for one in tasks_on(current_session(), change.id)
        if one.phase == "plan" and one.id != without
    ]
    place = next((n for n, one in enumerate(found) if one.id == raised), 0)
    if place:
        found[place - 1 : place + 1] = [found[place], found[place - 1]]
    return [actions.TaskDraft(one.title, one.owner_id) for one in found]


def _difference_typed() -> actions.DifferenceDraft:
    form = request.form
    kind = form.get("kind", "attribute")
    value: Any = form.get("to", "").strip() or None
    return actions.DifferenceDraft(
        kind,
        whole(form.get("item_id")) or 0,
        form.get("attribute" if kind == "attribute" else "type", ""),
        value if kind == "attribute" else None,
        None if kind == "attribute" else whole(form.get("other_id")) or 0,
    )


def _differences(reference: str, without: int | None = None) -> list[actions.DifferenceDraft]:
    change = find_change(current_session(), current_actor(), reference)
    rows = differences_on(current_session(), change.id)
    return [_draft_of(row) for row in rows if row.position != without]


def _draft_of(row: PlannedDifference) -> actions.DifferenceDraft:
    return actions.DifferenceDraft(
        row.kind, row.item_id, row.subject, row.value.get("to"), row.other_id
    )


def _edit(reference: str, values: dict[str, Any]) -> None:
    actions.edit_change(current_session(), current_actor(), reference, values, current_time())


def act_on(reference: str, name: str, write: Callable[[], None], told: str) -> ResponseReturnValue:
    """Do it and go back to the change, or show its page with what was wrong."""
    change = find_change(current_session(), current_actor(), reference)
    address = url_for("changes.show", reference=change.reference)
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        act = Act(name, errors=errors, typed=request.form)
        return change_page(reference, act, status)
    return done(told, address)
