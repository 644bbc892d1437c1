"""Changing a plan; what was approved is then approved no longer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.model.text import text_key
from server.desk.changes.actions.assessing import assess_change, current_digest, void_approvals
from server.desk.changes.actions.checking import TEXTS, check_kind, check_window, cleaned
from server.desk.changes.actions.planning import refuse_strays, set_differences, set_tasks
from server.desk.changes.events import ChangeEdited, ChangeMoved
from server.desk.changes.models import Change, ChangeItem
from server.desk.changes.queries import change_item_ids, foreseen_services, lock_change
from server.desk.changes.rules.questionnaire import faults_of
from server.desk.changes.rules.words import shipped_words
from server.desk.tickets.actions.checking import Problems, check_items, check_person
from server.foundation.events import publish
from server.foundation.permissions import Actor

#: What may be edited; ``item_ids`` replaces the items as a whole.
FIELDS = (
    "title",
    "kind",
    *TEXTS,
    "item_ids",
    "window_start",
    "window_end",
    "implementer_id",
    "answers",
    "tasks",
    "differences",
)
#: What stands in tables of its own.
_PARTS = ("tasks", "differences")
_NEVER_NULL = ("title", "kind", *TEXTS, "item_ids", "answers", *_PARTS)


def edit_change(
    session: Session,
    actor: Actor,
    reference: str | int,
    values: Mapping[str, Any],
    now: datetime,
) -> Change:
    """Change some of ``FIELDS``; what is not named stays.

    An edit of plan, items, window or implementer while approval is asked for or given voids it and
    leads back to assessment. Raises ``Conflict`` once the change is being carried out,
    ``InvalidValue`` naming every field that is wrong, ``NotFound``, ``PermissionDenied``.
    """
    change = lock_change(session, actor, reference)
    state = shipped_words().states[change.state]
    if not state.editable:
        raise Conflict(f"a change that is {change.state!r} cannot be edited")
    wanted = _checked(session, actor, change, values, now)
    services = foreseen_services(session, change.id)
    before = current_digest(session, change, services)
    changes = _differences(session, change, wanted)
    _write(session, change, changes)
    changes |= _set_parts(session, actor, change, wanted)
    if not changes:
        return change
    voided: tuple[int, ...] = ()
    covered = current_digest(session, change, services) != before
    if state.frozen and covered:
        voided = void_approvals(session, actor, change, list(changes), now)
        change.state = "assessment"
        publish(
            session,
            ChangeMoved(change.id, now, actor.person_id, state.code, "assessment", "edited"),
        )
    if covered:
        assess_change(session, change)
    change.updated_at = now
    change.version += 1
    session.flush()
    publish(session, ChangeEdited(change.id, now, actor.person_id, changes, voided))
    return change


def _checked(
    session: Session, actor: Actor, change: Change, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    _check_names(values)
    problems = Problems()
    wanted = cleaned(problems, values)
    for code, fault in faults_of(wanted.get("answers", {})).items():
        problems.add(f"answers.{code}", fault)
    if "kind" in wanted:
        check_kind(problems, wanted["kind"])
    if {"window_start", "window_end"} & set(wanted):
        start = wanted.get("window_start", change.window_start)
        check_window(problems, start, wanted.get("window_end", change.window_end), now)
    implementer_id = wanted.get("implementer_id")
    if implementer_id != change.implementer_id:
        check_person(session, actor, problems, "implementer_id", implementer_id)
    if "item_ids" in wanted:
        _check_new_items(session, actor, problems, change, wanted["item_ids"])
    problems.refuse()
    return wanted


def _check_names(values: Mapping[str, Any]) -> None:
    problems = Problems()
    for name, value in values.items():
        problems.add(name, "" if name in FIELDS else "cannot be edited")
        if value is None and name in _NEVER_NULL:
            problems.add(name, "must not be null")
    problems.refuse()


def _check_new_items(
    session: Session, actor: Actor, problems: Problems, change: Change, item_ids: Iterable[int]
) -> None:
    """Check the items that come; those already named may be out of the editor's sight."""
    known = set(change_item_ids(session, change.id))
    named = list(item_ids)
    found = Problems()
    fresh = [item_id for item_id in named if item_id not in known]
    check_items(session, actor, found, "item_ids", fresh)
    for name, fault in found.fields.items():
        number = name.removeprefix("item_ids").removeprefix(".")
        place = f"item_ids.{named.index(fresh[int(number)])}" if number else "item_ids"
        problems.add(place, fault)


def _differences(
    session: Session, change: Change, wanted: Mapping[str, Any]
) -> dict[str, list[Any]]:
    """Return {field: [before, after]} for what really differs."""
    found: dict[str, list[Any]] = {}
    for name, value in wanted.items():
        if name in _PARTS:
            continue
        if name == "item_ids":
            before: Any = change_item_ids(session, change.id)
            after: Any = sorted(set(value))
        else:
            before, after = getattr(change, name), value
            if name == "answers":
                before = before or {}
        if before != after:
            found[name] = [before, after]
    return found


def _set_parts(
    session: Session, actor: Actor, change: Change, wanted: Mapping[str, Any]
) -> dict[str, list[Any]]:
    found = {}
    if "tasks" in wanted:
        found["tasks"] = set_tasks(session, actor, change, wanted["tasks"])
    if "differences" in wanted:
        found["differences"] = set_differences(session, actor, change, wanted["differences"])
    elif "item_ids" in wanted:
        refuse_strays(session, change.id)
    return {name: both for name, both in found.items() if both is not None}


def _write(session: Session, change: Change, changes: Mapping[str, list[Any]]) -> None:
    for name, (before, after) in changes.items():
        if name == "item_ids":
            _replace_items(session, change.id, set(before), set(after))
        else:
            setattr(change, name, after)
    change.title_key = text_key(change.title)
    session.flush()


def _replace_items(session: Session, change_id: int, old: set[int], new: set[int]) -> None:
    gone = old - new
    if gone:
        session.execute(
            delete(ChangeItem).where(
                ChangeItem.change_id == change_id, ChangeItem.item_id.in_(sorted(gone))
            )
        )
    rows = [{"change_id": change_id, "item_id": item_id} for item_id in sorted(new - old)]
    if rows:
        session.execute(insert(ChangeItem), rows)
