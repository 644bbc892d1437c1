"""Who is on call for groups: duties as values, and the people behind them as a reader sees them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, null, or_, select, union_all
from sqlalchemy.orm import Session

from cmdb.records.parties import Membership, Person
from server.desk.routing.models import OnCallDuty, OnCallStandIn, OnCallTurn, Shift, ShiftMember
from server.desk.routing.queries.team import away_until, shift_rota
from server.desk.routing.rules.on_call import Duty, OnCall, StandIn, on_call
from server.foundation.permissions import Actor
from server.people.queries.people import seen_people

#: Stand-ins of one group that are looked at and listed, at most.
MOST_STAND_INS = 400
#: A day of duty may end two days after it began by the clock of the reader.
_ROUND = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class OnCallPerson:
    """Somebody on call for a group; who is out of the reader's sight has no name and no phone."""

    group_id: int
    duty: OnCall
    name: str = ""
    phone: str = ""
    email: str = ""
    absent_until: datetime | None = None


def duty_of(session: Session, group_id: int) -> OnCallDuty | None:
    """Return how a group takes turns, as it is stored."""
    return session.get(OnCallDuty, group_id)


def turn_people(session: Session, group_id: int) -> list[int]:
    """Return who has turns, in their order."""
    query = select(OnCallTurn.person_id).where(OnCallTurn.group_id == group_id)
    return list(session.scalars(query.order_by(OnCallTurn.position)))


def stand_ins_of(session: Session, group_id: int, since: date) -> Sequence[OnCallStandIn]:
    """Return who stands in until ``since`` or later, by their days."""
    query = select(OnCallStandIn).where(
        OnCallStandIn.group_id == group_id, OnCallStandIn.last_day >= since
    )
    query = query.order_by(OnCallStandIn.first_day, OnCallStandIn.id).limit(MOST_STAND_INS)
    return session.scalars(query).all()


def duties_of(session: Session, group_ids: Collection[int], at: datetime) -> dict[int, Duty]:
    """Return the duties of groups around a moment; a group without any is missing.

    Two statements. Who was a member at another time than now is not known.
    """
    found: dict[int, Duty] = {}
    able: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(_turns(group_ids, at)):
        duty = found.get(row.group_id) or _duty(row)
        if row.person_id is not None:
            if row.first_day is None:
                duty = replace(duty, people=(*duty.people, row.person_id))
            else:
                stand_in = StandIn(row.person_id, row.first_day, row.last_day)
                duty = replace(duty, stand_ins=(*duty.stand_ins, stand_in))
            if row.able:
                able[row.group_id].add(row.person_id)
        found[row.group_id] = duty
    for group_id, rows in _shifts(session, group_ids).items():
        for shift, turns, there in rows:
            rota = shift_rota(shift, turns)
            # A group that takes no turns: nobody has a day of it.
            duty = found.get(group_id) or Duty(rota.calendar.zone, date.max)
            found[group_id] = replace(duty, shifts=(*duty.shifts, rota))
            able[group_id] |= there
    return {one: replace(duty, able=frozenset(able[one])) for one, duty in found.items()}


def _duty(row: Any) -> Duty:
    try:
        zone = ZoneInfo(row.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")  # it was checked, by another edition of the time zones
    return Duty(zone, row.since, row.minute, row.days)


def _turns(group_ids: Collection[int], at: datetime) -> Select[Any]:
    """Select duties with turns and stand-ins, one row each; a duty without any has one row."""
    ids = sorted(group_ids)
    no_day = cast(null(), Date)
    turns = select(
        OnCallTurn.group_id,
        OnCallTurn.position.label("place"),
        OnCallTurn.person_id,
        no_day.label("first_day"),
        no_day.label("last_day"),
    ).where(OnCallTurn.group_id.in_(ids))
    stand_ins = select(
        OnCallStandIn.group_id,
        OnCallStandIn.id,
        OnCallStandIn.person_id,
        OnCallStandIn.first_day,
        OnCallStandIn.last_day,
    ).where(OnCallStandIn.group_id.in_(ids), OnCallStandIn.last_day >= (at - _ROUND).date())
    slot = union_all(turns, stand_ins).subquery()
    said = (OnCallDuty.group_id, OnCallDuty.zone, OnCallDuty.since)
    return (
        select(
            *said,
            OnCallDuty.minute,
            OnCallDuty.days,
            slot.c.person_id,
            slot.c.first_day,
            slot.c.last_day,
            _able(slot.c.person_id, slot.c.group_id).label("able"),
        )
        .outerjoin(slot, slot.c.group_id == OnCallDuty.group_id)
        .where(OnCallDuty.group_id.in_(ids))
        .order_by(OnCallDuty.group_id, slot.c.first_day, slot.c.place)
    )


def _able(person_id: ColumnElement[int], group_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return whether somebody is an active member of a group."""
    active = and_(Person.id == Membership.person_id, Person.active)
    return exists(
        select(Membership.person_id)
        .join(Person, active)
        .where(Membership.person_id == person_id, Membership.group_id == group_id)
    )


_Shift = tuple[Shift, Mapping[int, set[int]], set[int]]


def _shifts(session: Session, group_ids: Collection[int]) -> dict[int, list[_Shift]]:
    """Return the shifts that count as duty, by group: who works them when, and who is able."""
    able = _able(ShiftMember.person_id, Shift.group_id)  # type: ignore[arg-type]  # mapped columns
    query = (
        select(Shift, ShiftMember.person_id, ShiftMember.week, able)
        .join(ShiftMember, ShiftMember.shift_id == Shift.id)
        .where(Shift.group_id.in_(sorted(group_ids)), Shift.on_call)
        .order_by(Shift.id, ShiftMember.person_id, ShiftMember.week)
    )
    found: dict[int, _Shift] = {}
    for shift, person_id, week, is_able in session.execute(query):
        _, turns, there = found.setdefault(shift.id, (shift, defaultdict(set), set()))
        turns[person_id].add(week)
        if is_able:
            there.add(person_id)
    by_group: dict[int, list[_Shift]] = defaultdict(list)
    for one in found.values():
        by_group[one[0].group_id].append(one)
    return by_group


def people_on_call(
    session: Session, actor: Actor, group_ids: Sequence[int], at: datetime
) -> list[OnCallPerson]:
    """Return who is on call for groups at a moment, by group in their order. Three statements.

    The caller has found the groups in sight; of people the reader's own sight decides.
    """
    duties = duties_of(session, group_ids, at)
    found = [
        OnCallPerson(one, duty)
        for one in dict.fromkeys(group_ids)
        if one in duties
        for duty in on_call(duties[one], at)
    ]
    known = _known(session, actor, {one.duty.person_id for one in found}, at)
    return [replace(one, **known.get(one.duty.person_id, {})) for one in found]


def _known(
    session: Session, actor: Actor, ids: Collection[int], at: datetime
) -> dict[int, dict[str, Any]]:
    if not ids:
        return {}
    query = select(
        Person.id, Person.display_name, Person.phone, Person.email, away_until(at)
    ).where(Person.id.in_(sorted(ids)), or_(seen_people(actor), Person.id == actor.person_id))
    return {
        one: {"name": name, "phone": phone, "email": email, "absent_until": until}
        for one, name, phone, email, until in session.execute(query)
    }
