"""Saying who of a group works when."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model.text import clean
from cmdb.records.parties import Group, Membership
from server.desk.routing.models import Shift, ShiftMember
from server.desk.routing.queries import shifts_of
from server.desk.routing.rules.shifts import ShiftDraft, calendar_document, check_shift
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

#: Shifts that one group has at most.
MAX_SHIFTS = 50


def add_shift(
    session: Session, actor: Actor, group_id: int, draft: ShiftDraft, now: datetime
) -> Shift:
    """Add a shift to a group. Raises ``NotFound``, and ``InvalidValue`` naming each place."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    if session.get(Group, group_id) is None:
        raise NotFound("group", group_id)
    if len(shifts_of(session, group_id)) >= MAX_SHIFTS:
        raise InvalidValue({"name": f"there are {MAX_SHIFTS} shifts already"})
    return _write(session, actor, Shift(group_id=group_id), draft, now)


def change_shift(
    session: Session, actor: Actor, shift_id: int, draft: ShiftDraft, now: datetime
) -> Shift:
    """Write a shift anew. Raises ``NotFound``, and ``InvalidValue`` naming each place."""
    return _write(session, actor, find_shift(session, actor, shift_id), draft, now)


def find_shift(session: Session, actor: Actor, shift_id: int) -> Shift:
    """Return a shift, to be changed. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(Shift, shift_id)
    if row is None:
        raise NotFound("shift", shift_id)
    return row


def remove_shift(session: Session, actor: Actor, shift_id: int) -> int:
    """Forget a shift; return whose group it was. Raises ``NotFound``."""
    row = find_shift(session, actor, shift_id)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "shift.removed", f"shift:{shift_id}", {"name": row.name})
    return row.group_id


def _write(session: Session, actor: Actor, row: Shift, draft: ShiftDraft, now: datetime) -> Shift:
    turns = check_shift(draft)
    query = select(Membership.person_id).where(Membership.group_id == row.group_id)
    members = set(session.scalars(query))
    for number, (person_id, _) in enumerate(draft.members):
        if person_id not in members:
            raise InvalidValue({f"members.{number}.person_id": "must be a member of the group"})
    row.name, row.weeks, row.updated_at = clean(draft.name), draft.weeks, now
    row.calendar, row.on_call = calendar_document(draft), draft.on_call
    if draft.since is not None:
        row.since = draft.since
    elif row.id is None:
        row.since = now.date()
    session.add(row)
    session.flush()
    session.execute(delete(ShiftMember).where(ShiftMember.shift_id == row.id))
    session.add_all(
        ShiftMember(shift_id=row.id, person_id=person_id, week=week)
        for person_id, weeks in turns.items()
        for week in weeks
    )
    session.flush()
    told = {"name": row.name, "group_id": row.group_id, "people": len(turns)}
    audit.record(session, actor, "shift.changed", f"shift:{row.id}", told)
    return row
