"""Who of a group is there now, when they work, and what they are able to do."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Membership, Person
from server.desk.routing.models import Absence, PersonSkill, Shift, ShiftMember, Skill
from server.desk.routing.rules.shifts import Rota
from server.desk.sla.rules.agreements import read_calendar
from server.people.models import Account, WebSession
from server.people.rules.availability import AVAILABLE, standing

#: Members of one group among whom turns go round.
_MOST_MEMBERS = 500
#: Who was in the pages so lately is there; when somebody was is written every five minutes.
SEEN_LATELY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a group; ``availability`` is what they say of themselves."""

    person_id: int
    name: str
    availability: str
    seen_at: datetime | None
    absent_until: datetime | None

    def seen_lately(self, now: datetime) -> bool:
        """Say whether they are in the pages now, as far as anybody can tell."""
        return self.seen_at is not None and now - self.seen_at <= SEEN_LATELY


def away_until(now: datetime) -> ScalarSelect[datetime]:
    """Return the subquery that says until when the person of a row is away, if they are."""
    return (
        select(func.max(Absence.ends_at))
        .where(Absence.person_id == Person.id, Absence.starts_at <= now, Absence.ends_at > now)
        .scalar_subquery()
    )


def members_of_group(session: Session, group_id: int, now: datetime) -> list[Member]:
    """Return the active members of a group and how they stand, by id; one statement."""
    away = away_until(now)
    seen = (
        select(func.max(WebSession.last_seen_at))
        .where(WebSession.person_id == Person.id, WebSession.revoked_at.is_(None))
        .scalar_subquery()
    )
    said = (Account.availability, Account.availability_at)
    query = (
        select(Person.id, Person.display_name, *said, seen, away)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Membership.group_id == group_id, Person.active)
        .order_by(Person.id)
        .limit(_MOST_MEMBERS)
    )
    return [
        Member(one, name, standing(state or AVAILABLE, said_at, now), seen_at, until)
        for one, name, state, said_at, seen_at, until in session.execute(query)
    ]


def shifts_of(session: Session, group_id: int) -> Sequence[Shift]:
    """Return the shifts of a group, the oldest first."""
    query = select(Shift).where(Shift.group_id == group_id).order_by(Shift.id)
    return session.scalars(query).all()


def rotas_of(session: Session, group_id: int) -> list[Rota]:
    """Return the shifts of a group as values; two statements."""
    shifts = shifts_of(session, group_id)
    turns = turns_of(session, [one.id for one in shifts])
    return [shift_rota(one, turns[one.id]) for one in shifts]


def turns_of(session: Session, shift_ids: Collection[int]) -> dict[int, dict[int, set[int]]]:
    """Return who works shifts in which weeks: shift to person to weeks, of all that are named."""
    found: dict[int, dict[int, set[int]]] = {one: defaultdict(set) for one in shift_ids}
    query = select(ShiftMember).where(ShiftMember.shift_id.in_(sorted(found)))
    for row in session.scalars(query) if found else ():
        found[row.shift_id][row.person_id].add(row.week)
    return found


def shift_rota(shift: Shift, turns: Mapping[int, Collection[int]]) -> Rota:
    """Return a stored shift as a value; ``turns`` is who works it in which weeks."""
    return Rota(
        # What is stored was checked; whoever broke it by hand gets hours in which nobody works.
        read_calendar(shift.calendar, "", {}),
        {person_id: frozenset(weeks) for person_id, weeks in turns.items()},
        max(shift.weeks, 1),
        shift.since,
        shift.name,
    )


def all_skills(session: Session) -> Sequence[Skill]:
    """Return every skill, by name."""
    return session.scalars(select(Skill).order_by(Skill.name, Skill.code)).all()


def skill_names(session: Session) -> dict[str, str]:
    """Return code to name of every skill."""
    return {one.code: one.name for one in all_skills(session)}


def levels_of(session: Session, person_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return what people are able to do, by person; who has no skill is missing."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    query = select(PersonSkill).where(PersonSkill.person_id.in_(sorted(person_ids)))
    for row in session.scalars(query.order_by(PersonSkill.skill_code)):
        found[row.person_id][row.skill_code] = row.level
    return dict(found)
