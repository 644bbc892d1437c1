"""Saying which skills there are, and who is able to do what."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model.text import clean, text_key
from server.desk.routing.models import DeskGroup, PersonSkill, Skill
from server.desk.routing.queries import all_rules, all_skills, levels_of, skill_names
from server.desk.routing.rules.skills import CODE, check_levels, read_stored
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere
from server.people.queries.people import person as find_person

#: Skills that there are at most, and that one person has.
MAX_SKILLS = 500


def add_skill(session: Session, actor: Actor, code: str, name: str, now: datetime) -> Skill:
    """Add a skill. Raises ``InvalidValue`` under "code" and "name"."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    known = all_skills(session)
    fault = ""
    if CODE.fullmatch(code) is None:
        fault = "must be lower-case letters, digits and _, a letter first"
    elif any(one.code == code for one in known):
        fault = "is the code of another skill"
    elif len(known) >= MAX_SKILLS:
        fault = f"there are {MAX_SKILLS} skills already"
    return _name(session, actor, Skill(code=code), name, now, {"code": fault} if fault else {})


def rename_skill(session: Session, actor: Actor, code: str, name: str, now: datetime) -> Skill:
    """Name a skill anew. Raises ``NotFound``, and ``InvalidValue`` under "name"."""
    return _name(session, actor, find_skill(session, actor, code), name, now, {})


def find_skill(session: Session, actor: Actor, code: str) -> Skill:
    """Return a skill, to be changed. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(Skill, code)
    if row is None:
        raise NotFound("skill", code)
    return row


def _name(
    session: Session, actor: Actor, row: Skill, name: str, now: datetime, faults: dict[str, str]
) -> Skill:
    named = clean(name)
    if not 0 < len(named) <= 80:
        faults["name"] = "must have 1 to 80 characters"
    others = (one.name for one in all_skills(session) if one.code != row.code)
    if text_key(named) in map(text_key, others):
        faults["name"] = "is the name of another skill"
    if faults:
        raise InvalidValue(faults)
    row.name, row.updated_at = named, now
    session.add(row)
    session.flush()
    audit.record(session, actor, "skill.changed", f"skill:{row.code}", {"name": named})
    return row


def remove_skill(session: Session, actor: Actor, code: str) -> None:
    """Forget a skill, also of who has it.

    Raises ``NotFound``, and ``Conflict`` while a group or a rule wants it: nobody would fit.
    """
    row = find_skill(session, actor, code)
    groups = session.scalars(select(DeskGroup.skills))
    if any(code in read_stored(one) for one in groups):
        raise Conflict("a group still wants this skill")
    if any(code in (rule.document.get("skills") or {}) for rule in all_rules(session)):
        raise Conflict("a rule still wants this skill")
    session.delete(row)
    session.flush()
    audit.record(session, actor, "skill.removed", f"skill:{code}")


def put_levels(
    session: Session, actor: Actor, person_id: int, levels: Mapping[str, int]
) -> Mapping[str, int]:
    """Say what somebody in sight is able to do, all of it; return it by code.

    Raises ``NotFound``, and ``InvalidValue`` under "skills".
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    person = find_person(session, actor, person_id)
    check_levels(levels, skill_names(session))
    before = levels_of(session, [person.id]).get(person.id, {})
    session.execute(delete(PersonSkill).where(PersonSkill.person_id == person.id))
    session.add_all(
        PersonSkill(person_id=person.id, skill_code=code, level=level)
        for code, level in levels.items()
    )
    session.flush()
    told = {"before": before, "after": dict(levels)}
    audit.record(session, actor, "person_skills.changed", f"person:{person.id}", told)
    return dict(sorted(levels.items()))
