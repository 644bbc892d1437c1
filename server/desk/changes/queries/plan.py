"""What a change plans, stored or only being typed: what every foresight is computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.changes.models import Change, ChangeTask, PlannedDifference
from server.desk.changes.queries.parts import change_item_ids


@dataclass(frozen=True, slots=True)
class Plan:
    """What a preview is computed from; need not be stored."""

    item_ids: Sequence[int]
    organisation_id: int
    kind: str = "normal"
    window_start: datetime | None = None
    window_end: datetime | None = None
    author_id: int | None = None
    implementer_id: int | None = None
    has_test_plan: bool = False
    has_back_out_plan: bool = False
    change_id: int | None = None
    template_id: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Far ends of planned relations: items that are written on beside those touched.
    written_ids: Sequence[int] = ()


def plan_of(session: Session, change: Change) -> Plan:
    """Return what a stored change is previewed from."""
    touched = change_item_ids(session, change.id)
    return Plan(
        item_ids=touched,
        written_ids=_far_ends(session, change.id, touched),
        organisation_id=change.organisation_id,
        kind=change.kind,
        window_start=change.window_start,
        window_end=change.window_end,
        author_id=change.author_id,
        implementer_id=change.implementer_id,
        has_test_plan=bool(change.test_plan),
        has_back_out_plan=bool(change.back_out_plan),
        change_id=change.id,
        template_id=change.template_id,
        answers=change.answers or {},
    )


def _far_ends(session: Session, change_id: int, touched: Sequence[int]) -> list[int]:
    """Return the items that planned relations lead to or from, without those touched."""
    query = select(PlannedDifference.item_id, PlannedDifference.other_id).where(
        PlannedDifference.change_id == change_id, PlannedDifference.other_id.is_not(None)
    )
    ends = {one for row in session.execute(query) for one in row}
    return sorted(ends - set(touched))


def tasks_on(session: Session, change_id: int) -> list[ChangeTask]:
    """Return the tasks of a change in their order."""
    query = select(ChangeTask).where(ChangeTask.change_id == change_id)
    return list(session.scalars(query.order_by(ChangeTask.position, ChangeTask.id)))


def differences_on(session: Session, change_id: int) -> list[PlannedDifference]:
    """Return what a change will make of the register, in its order."""
    query = select(PlannedDifference).where(PlannedDifference.change_id == change_id)
    return list(session.scalars(query.order_by(PlannedDifference.position)))


def covered_parts(session: Session, change_id: int) -> list[Any]:
    """Return the tasks and the planned differences as the digest of a plan covers them.

    A plan without any has the digest it had before there were such things.
    """
    tasks = [
        [one.title, one.owner_id] for one in tasks_on(session, change_id) if one.phase == "plan"
    ]
    differences = [
        [one.kind, one.item_id, one.subject, one.other_id, one.value.get("to")]
        for one in differences_on(session, change_id)
    ]
    return [tasks, differences] if tasks or differences else []
