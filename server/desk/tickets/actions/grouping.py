"""Saying how a group works on tickets: its line, its department, and who gets the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.records.parties import Group
from server.desk.routing.models import DeskGroup
from server.desk.routing.queries import shifts_of, skill_names
from server.desk.routing.rules.skills import check_wanted, stored
from server.desk.routing.rules.turns import LINES, MODES
from server.desk.tickets.actions.checking import Problems
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere


@dataclass(frozen=True, slots=True)
class DeskGroupDraft:
    """How a group works on tickets; ``skills`` is what all of its tickets want, code to level."""

    line: str = "1"
    department: str = ""
    assignment: str = "none"
    most_open: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    needs_shift: bool = False
    needs_presence: bool = False
    pass_at_shift_end: bool = False


def put_desk_group(
    session: Session, actor: Actor, group_id: int, draft: DeskGroupDraft, now: datetime
) -> DeskGroup:
    """Say how a group works on tickets. Raises ``InvalidValue``, ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    if session.get(Group, group_id) is None:
        raise NotFound("group", group_id)
    problems = Problems()
    problems.add("line", "" if draft.line in LINES else f"must be one of {', '.join(LINES)}")
    known = draft.assignment in MODES
    problems.add("assignment", "" if known else f"must be one of {', '.join(MODES)}")
    department = " ".join(draft.department.split())
    problems.add("department", "" if len(department) <= 60 else "must not be longer than 60")
    inside = 0 <= draft.most_open <= 1000
    problems.add("most_open", "" if inside else "must be from 0 to 1000")
    try:
        check_wanted(draft.skills, skill_names(session))
    except InvalidValue as error:
        problems.fields |= error.fields
    _check_shifts(session, problems, group_id, draft)
    problems.refuse()
    row = session.get(DeskGroup, group_id) or DeskGroup(group_id=group_id)
    row.line, row.department = draft.line, department
    row.assignment, row.most_open, row.updated_at = draft.assignment, draft.most_open, now
    row.skills, row.needs_shift = stored(draft.skills), draft.needs_shift
    row.needs_presence, row.pass_at_shift_end = draft.needs_presence, draft.pass_at_shift_end
    session.add(row)
    session.flush()
    audit.record(session, actor, "desk_group.changed", f"group:{group_id}", {"line": draft.line})
    return row


def _check_shifts(
    session: Session, problems: Problems, group_id: int, draft: DeskGroupDraft
) -> None:
    """Refuse to wait for shifts that nobody has: every ticket would wait forever."""
    for name in ("needs_shift", "pass_at_shift_end"):
        if getattr(draft, name) and not shifts_of(session, group_id):
            problems.add(name, "the group has no shifts yet")
