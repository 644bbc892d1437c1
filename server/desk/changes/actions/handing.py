"""Handing over the step that writes a plan into the register, to somebody who may take it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from server.desk.changes.events import ApplicationHanded
from server.desk.changes.models import Change, ChangeTask, PlannedDifference
from server.desk.changes.queries import WRITTEN_IN, authority_over, could_write, lock_change
from server.desk.changes.rules.after import REGISTER
from server.desk.tickets.actions.checking import Problems, check_person
from server.foundation.audit import record
from server.foundation.events import publish
from server.foundation.permissions import Actor, Permission

_AFTER_ALL = 9_000


def open_application(session: Session, actor: Actor, reference: str | int) -> Change:
    """Return a change whose planned differences wait to be written, locked. Raises ``Conflict``."""
    change = lock_change(session, actor, reference)
    if change.state not in WRITTEN_IN:
        raise Conflict(f"a change that is {change.state!r} is not applied")
    if change.applied_at is not None:
        raise Conflict("what was planned is in the register already")
    planned = select(PlannedDifference.id).where(PlannedDifference.change_id == change.id)
    if session.scalar(planned.limit(1)) is None:
        raise Conflict("nothing is planned for the register")
    return change


def hand_over_application(
    session: Session, actor: Actor, reference: str | int, person_id: int, now: datetime
) -> Change:
    """Ask somebody who may change the items by hand to write what was planned for them.

    They find it as a task of theirs and are told. Raises ``Conflict`` where there is nothing to be
    written (any more) and ``InvalidValue`` for a person who could not do it either.
    """
    actor.require(Permission.CHANGE_WRITE)
    problems = Problems()
    check_person(session, actor, problems, "person_id", person_id)
    problems.refuse()
    change = open_application(session, actor, reference)
    lacking = authority_over(session, actor, change).lacking
    if person_id == actor.person_id or not could_write(session, person_id, change, lacking):
        raise InvalidValue({"person_id": "may not write this into the register either"})
    _give_task(session, change, person_id)
    change.updated_at = now
    detail = {"person": person_id}
    record(session, actor, "change_application_handed", f"change:{change.id}", detail)
    publish(session, ApplicationHanded(change.id, now, actor.person_id, person_id))
    return change


def _give_task(session: Session, change: Change, person_id: int) -> None:
    """Let the step be somebody's task; there is one of them, which goes from hand to hand."""
    task = _task(session, change)
    if task is None:
        task = ChangeTask(change_id=change.id, position=_AFTER_ALL, title=REGISTER, phase="after")
        session.add(task)
    task.owner_id = person_id
    session.flush()


def finish_handed(session: Session, actor: Actor, change: Change, now: datetime) -> None:
    """Tick the task off, whoever took the step in the end."""
    task = _task(session, change)
    if task is not None:
        task.done_at, task.done_by_id = now, actor.person_id


def _task(session: Session, change: Change) -> ChangeTask | None:
    query = select(ChangeTask).where(
        ChangeTask.change_id == change.id,
        ChangeTask.phase == "after",
        ChangeTask.title == REGISTER,
        ChangeTask.done_at.is_(None),
    )
    return session.scalar(query.limit(1))
