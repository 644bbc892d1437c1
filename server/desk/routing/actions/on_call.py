"""Saying how a group takes turns at being on call, and who stands in for whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model.text import clean
from cmdb.records.parties import Group, Membership
from server.desk.routing.models import OnCallDuty, OnCallStandIn, OnCallTurn
from server.desk.routing.queries.on_call import MOST_STAND_INS, stand_ins_of
from server.desk.routing.rules.on_call import MOST_DAYS, StandIn, clock_minute, overlaps
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

#: People among whom turns go round, and characters of a note.
MOST_PEOPLE = 50
LONGEST_NOTE = 200
_MEMBER = "must be a member of the group"


@dataclass(frozen=True, slots=True)
class DutyDraft:
    """Who takes turns, from the day ``since`` on; ``hands_over_at`` is written 08:00."""

    zone: str
    since: date
    people: Sequence[int] = ()
    days: int = 7
    hands_over_at: str = "08:00"


@dataclass(frozen=True, slots=True)
class StandInDraft:
    """Somebody has the duty from one day to another, both included."""

    person_id: int
    first_day: date
    last_day: date
    note: str = ""


def put_duty(
    session: Session, actor: Actor, group_id: int, draft: DutyDraft, now: datetime
) -> OnCallDuty:
    """Say how a group takes turns, all of it; who stands in stays.

    Raises ``NotFound``, and ``InvalidValue`` naming each place.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    if session.get(Group, group_id) is None:
        raise NotFound("group", group_id)
    minute = clock_minute(draft.hands_over_at)
    faults = _faults(draft, _members(session, group_id))
    if minute is None:
        faults["hands_over_at"] = "must be a time of day"
    if faults or minute is None:
        raise InvalidValue(faults)
    row = session.get(OnCallDuty, group_id) or OnCallDuty(group_id=group_id)
    row.zone, row.since, row.minute, row.days = draft.zone, draft.since, minute, draft.days
    row.updated_at = now
    session.add(row)
    session.flush()
    session.execute(delete(OnCallTurn).where(OnCallTurn.group_id == group_id))
    session.add_all(
        OnCallTurn(group_id=group_id, position=position, person_id=person_id)
        for position, person_id in enumerate(draft.people)
    )
    session.flush()
    told = {"people": list(draft.people), "since": draft.since.isoformat(), "days": draft.days}
    audit.record(session, actor, "on_call.changed", f"group:{group_id}", told)
    return row


def _faults(draft: DutyDraft, members: set[int]) -> dict[str, str]:
    faults: dict[str, str] = {}
    try:
        ZoneInfo(draft.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults["zone"] = "must be the name of a time zone, as Europe/Madrid"
    if not 1 <= draft.days <= MOST_DAYS:
        faults["days"] = f"must be from 1 to {MOST_DAYS}"
    if len(draft.people) > MOST_PEOPLE:
        faults["people"] = f"must not name more than {MOST_PEOPLE}"
    strangers = (n for n, one in enumerate(draft.people) if one not in members)
    return faults | {f"people.{number}": _MEMBER for number in strangers}


def _members(session: Session, group_id: int) -> set[int]:
    query = select(Membership.person_id).where(Membership.group_id == group_id)
    return set(session.scalars(query))


def find_duty(session: Session, actor: Actor, group_id: int) -> OnCallDuty:
    """Return how a group takes turns, to be changed. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(OnCallDuty, group_id)
    if row is None:
        raise NotFound("on-call duty of group", group_id)
    return row


def remove_duty(session: Session, actor: Actor, group_id: int) -> None:
    """Let a group take turns no more; who stands in is forgotten with it. Raises ``NotFound``."""
    session.delete(find_duty(session, actor, group_id))
    session.flush()
    audit.record(session, actor, "on_call.removed", f"group:{group_id}")


def add_stand_in(
    session: Session, actor: Actor, group_id: int, draft: StandInDraft, now: datetime
) -> OnCallStandIn:
    """Let somebody have the duty on some days.

    Raises ``NotFound`` for a group without duty, ``Conflict``, ``InvalidValue`` naming each place.
    """
    find_duty(session, actor, group_id)
    standing = stand_ins_of(session, group_id, min(draft.first_day, now.date()))
    faults: dict[str, str] = {}
    if draft.person_id not in _members(session, group_id):
        faults["person_id"] = _MEMBER
    if draft.last_day < draft.first_day:
        faults["last_day"] = "must not be earlier than first_day"
    elif draft.last_day < now.date() - timedelta(days=2):
        faults["last_day"] = "has passed"
    note = clean(draft.note)
    if len(note) > LONGEST_NOTE:
        faults["note"] = f"must not be longer than {LONGEST_NOTE}"
    others = [StandIn(one.person_id, one.first_day, one.last_day) for one in standing]
    if overlaps(StandIn(draft.person_id, draft.first_day, draft.last_day), others):
        faults.setdefault("first_day", "somebody stands in on one of these days already")
    if faults:
        raise InvalidValue(faults)
    if len(standing) >= MOST_STAND_INS:
        raise Conflict(f"there are {MOST_STAND_INS} stand-ins already")
    row = OnCallStandIn(
        group_id=group_id,
        person_id=draft.person_id,
        first_day=draft.first_day,
        last_day=draft.last_day,
        note=note,
        created_at=now,
    )
    session.add(row)
    session.flush()
    days = [draft.first_day.isoformat(), draft.last_day.isoformat()]
    told = {"person_id": draft.person_id, "days": days}
    audit.record(session, actor, "on_call.stand_in", f"group:{group_id}", told)
    return row


def remove_stand_in(session: Session, actor: Actor, stand_in_id: int) -> int:
    """Give the days back to whose turn it is; return whose group it was. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(OnCallStandIn, stand_in_id)
    if row is None:
        raise NotFound("stand-in", stand_in_id)
    session.delete(row)
    session.flush()
    told = {"person_id": row.person_id, "first_day": row.first_day.isoformat()}
    audit.record(session, actor, "on_call.stand_in_removed", f"group:{row.group_id}", told)
    return row.group_id
