"""Tasks of a plan, and what it will make of the register: checked, held, replaced as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model import standing_model
from cmdb.query.items import find_items
from cmdb.records.items import Item
from server.desk.changes.models import Change, ChangeTask, PlannedDifference
from server.desk.changes.queries import change_item_ids, differences_on, lock_change
from server.desk.changes.rules.words import shipped_words
from server.desk.tickets.actions.checking import Problems, check_person, title_of
from server.foundation.permissions import Actor
from server.items.scope import visible_items

KINDS = ("attribute", "relate", "unrelate")
MOST = 200
#: Attributes that stand in columns of their own.
_COLUMNS = ("name", "stage", "environment", "criticality", "vendor", "model", "serial")


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """One step, in the order given."""

    title: str
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class DifferenceDraft:
    """What shall become of the register: see ``PlannedDifference``."""

    kind: str
    item_id: int
    subject: str
    to: Any = None
    other_id: int | None = None


def set_tasks(
    session: Session, actor: Actor, change: Change, drafts: Sequence[TaskDraft]
) -> list[Any] | None:
    """Replace the tasks of a plan; return [before, after] where they differ.

    Raises ``InvalidValue`` naming ``tasks.0.title`` and the like.
    """
    problems = Problems()
    if len(drafts) > MOST:
        problems.add("tasks", f"must not be more than {MOST}")
        problems.refuse()
    wanted = []
    for number, draft in enumerate(drafts):
        found = Problems()
        title = title_of(found, draft.title)
        check_person(session, actor, found, "owner_id", draft.owner_id)
        for name, fault in found.fields.items():
            problems.add(f"tasks.{number}.{name}", fault)
        wanted.append((title, draft.owner_id))
    problems.refuse()
    mine = ChangeTask.change_id == change.id, ChangeTask.phase == "plan"
    rows = session.query(ChangeTask).where(*mine).order_by(ChangeTask.position).all()
    before = [(one.title, one.owner_id) for one in rows]
    if before == wanted:
        return None
    session.execute(delete(ChangeTask).where(*mine))
    for number, (title, owner_id) in enumerate(wanted):
        session.add(
            ChangeTask(change_id=change.id, position=number, title=title, owner_id=owner_id)
        )
    session.flush()
    return [[title for title, _ in before], [title for title, _ in wanted]]


def set_differences(
    session: Session, actor: Actor, change: Change, drafts: Sequence[DifferenceDraft]
) -> list[Any] | None:
    """Replace what a plan will make of the register; return [before, after] where they differ.

    Raises ``InvalidValue`` naming ``differences.0.subject`` and the like.
    """
    problems = Problems()
    if len(drafts) > MOST:
        problems.add("differences", f"must not be more than {MOST}")
        problems.refuse()
    ends = {one.item_id for one in drafts} | {one.other_id for one in drafts if one.other_id}
    known = find_items(session, sorted(ends), visible_items(actor)) if ends else {}
    touched = frozenset(change_item_ids(session, change.id))
    wanted = []
    for number, draft in enumerate(drafts):
        faults, values = _checked(draft, known, touched)
        for name, fault in faults.items():
            problems.add(f"differences.{number}.{name}", fault)
        wanted.append(values)
    problems.refuse()
    query = session.query(PlannedDifference).where(PlannedDifference.change_id == change.id)
    rows = query.order_by(PlannedDifference.position).all()
    before = [_values(one) for one in rows]
    if [_told(one) for one in before] == [_told(one) for one in wanted]:
        return None
    session.execute(delete(PlannedDifference).where(PlannedDifference.change_id == change.id))
    for number, values in enumerate(wanted):
        session.add(PlannedDifference(change_id=change.id, position=number, **values))
    session.flush()
    return [[_told(one) for one in before], [_told(one) for one in wanted]]


def refuse_strays(session: Session, change_id: int) -> None:
    """Raise ``InvalidValue`` for items taken out of a plan for which it still plans something."""
    touched = frozenset(change_item_ids(session, change_id))
    for number, row in enumerate(differences_on(session, change_id)):
        if not {row.item_id, row.other_id} & touched:
            raise InvalidValue({"item_ids": f"differences.{number} is about an item left out"})


def _values(row: PlannedDifference) -> dict[str, Any]:
    names = ("kind", "item_id", "subject", "other_id", "value")
    return {name: getattr(row, name) for name in names}


def _told(values: Mapping[str, Any]) -> list[Any]:
    return [
        values["kind"],
        values["item_id"],
        values["subject"],
        values["other_id"],
        values["value"].get("to"),
    ]


def _checked(
    draft: DifferenceDraft, known: Mapping[int, Item], touched: frozenset[int]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what is wrong with a draft, and what would be stored."""
    item = known.get(draft.item_id)
    if draft.kind not in KINDS:
        return {"kind": f"must be one of {', '.join(KINDS)}"}, {}
    if item is None:
        return {"item_id": f"there is no item {draft.item_id}"}, {}
    if draft.kind == "attribute":
        return _checked_value(draft, item, touched)
    return _checked_relation(draft, item, known, touched)


def _checked_value(
    draft: DifferenceDraft, item: Item, touched: frozenset[int]
) -> tuple[dict[str, str], dict[str, Any]]:
    model = standing_model()
    attribute = model.find_attribute(draft.subject, item.class_code)
    if draft.item_id not in touched:
        return {"item_id": "is not among the items touched"}, {}
    if draft.other_id is not None:
        return {"other_id": "belongs to a relation"}, {}
    if attribute is None:
        return {"subject": f"{item.class_code} has no attribute {draft.subject!r}"}, {}
    try:
        value = model.validate_value(attribute, draft.to)
    except InvalidValue as error:
        return {"to": next(iter(error.fields.values()), "is wrong")}, {}
    return {}, {
        "kind": draft.kind,
        "item_id": draft.item_id,
        "subject": str(attribute.code),
        "other_id": None,
        "value": {"from": value_of(item, str(attribute.code)), "to": value},
    }


def value_of(item: Item, subject: str) -> Any:
    """Return what stands in the register for an attribute of an item."""
    return getattr(item, subject) if subject in _COLUMNS else item.attributes.get(subject)


def _checked_relation(
    draft: DifferenceDraft, item: Item, known: Mapping[int, Item], touched: frozenset[int]
) -> tuple[dict[str, str], dict[str, Any]]:
    model = standing_model()
    other = known.get(draft.other_id or 0)
    if other is None:
        return {"other_id": f"there is no item {draft.other_id}"}, {}
    if not {draft.item_id, other.id} & touched:
        return {"item_id": "neither end is among the items touched"}, {}
    if model.find_relation_type(draft.subject) is None:
        return {"subject": f"there is no type of relation {draft.subject!r}"}, {}
    if not model.allows(draft.subject, item.class_code, other.class_code):
        told = f"{item.class_code} to {other.class_code}"
        return {"subject": f"{draft.subject!r} does not lead from {told}"}, {}
    return {}, {
        "kind": draft.kind,
        "item_id": draft.item_id,
        "subject": draft.subject,
        "other_id": other.id,
        "value": {},
    }


def mark_task(
    session: Session, actor: Actor, reference: str | int, task_id: int, *, done: bool, now: datetime
) -> ChangeTask:
    """Say that a task is done, or is not after all.

    Raises ``Conflict`` before the change is scheduled, or while an earlier task is open.
    """
    change = lock_change(session, actor, reference)
    task = session.get(ChangeTask, task_id)
    if task is None or task.change_id != change.id:
        raise NotFound("task", task_id)
    words = shipped_words()
    if task.phase == "plan" and change.state not in ("scheduled", "implementing", "review"):
        label = words.states[change.state].labels["en"].lower()
        raise Conflict(f"the change is in {label}; its tasks are not to be done yet")
    if done and task.phase == "plan" and _is_early(session, task):
        raise Conflict("a task before this one is not done yet")
    task.done_at = now if done else None
    task.done_by_id = actor.person_id if done else None
    session.flush()
    return task


def _is_early(session: Session, task: ChangeTask) -> bool:
    before = session.query(ChangeTask.id).where(
        ChangeTask.change_id == task.change_id,
        ChangeTask.phase == "plan",
        ChangeTask.position < task.position,
        ChangeTask.done_at.is_(None),
    )
    return before.first() is not None
