"""Who of a group is on call: people in turn, shifts that count as duty, and whoever stands in.

Turns are said in the clock of a place and reckoned in UTC, so that a week in which the clock is put
back is an hour longer and one in which it is put forward an hour shorter, as they were.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.desk.routing.rules.shifts import Rota, week_of
from server.desk.sla.rules.calendars import spans

#: Days of one turn, at most.
MOST_DAYS = 28
#: How far ahead the end of somebody's duty is looked for: longer than any turn.
_DAYS_AHEAD = 35
#: Why somebody is on call.
STAND_IN, TURN, SHIFT = "stand_in", "turn", "shift"
REASONS = (STAND_IN, TURN, SHIFT)
_DAY = timedelta(days=1)
_DAYS_SHOWN = 182
_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody has the duty from the day ``first`` to the day ``last``, both included."""

    person_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Duty:
    """The duty of a group; a day of it begins at ``minute`` of the local day.

    From ``since`` on the ``people`` have it in turn, ``days`` each. Whoever works one of ``shifts``
    is on call too. Only who is ``able`` (an active member still) counts: the next in turn takes the
    place of who is not.
    """

    zone: ZoneInfo
    since: date
    minute: int = 8 * 60
    days: int = 7
    people: tuple[int, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    shifts: tuple[Rota, ...] = ()
    able: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody is on call, for one of ``REASONS``; ``until`` None: no end is in sight."""

    person_id: int
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Spell:
    """Who has the duty between two moments, in UTC; shifts are left out."""

    begins_at: datetime
    ends_at: datetime
    person_id: int
    reason: str


def begins_on(duty: Duty, day: date) -> datetime:
    """Return when a day of duty begins, in UTC.

    >>> madrid = Duty(ZoneInfo("Europe/Madrid"), date(2026, 3, 23))
    >>> [begins_on(madrid, date(2026, 3, day)).hour for day in (23, 30)]
    [7, 6]
    """
    local = datetime.combine(day, time(duty.minute // 60, duty.minute % 60), duty.zone)
    return local.astimezone(UTC)


def day_of(duty: Duty, now: datetime) -> date:
    """Return the day of duty in which a moment lies.

    >>> early = datetime(2026, 3, 23, 6, 59, tzinfo=UTC)
    >>> day_of(Duty(ZoneInfo("Europe/Madrid"), date(2026, 3, 23)), early)
    datetime.date(2026, 3, 22)
    """
    day = now.astimezone(duty.zone).date()
    while begins_on(duty, day) > now:
        day -= _DAY
    while begins_on(duty, day + _DAY) <= now:
        day += _DAY
    return day


def whose_day(duty: Duty, day: date) -> list[tuple[int, str]]:
    """Return who has the duty on a day and why: whoever stands in, else whose turn it is."""
    standing_in = [
        (one.person_id, STAND_IN)
        for one in duty.stand_ins
        if one.first <= day <= one.last and one.person_id in duty.able
    ]
    if standing_in:
        return standing_in[:1]
    if day < duty.since or not duty.people:
        return []
    place = (day - duty.since).days // duty.days
    around = (duty.people[(place + step) % len(duty.people)] for step in range(len(duty.people)))
    return [(one, TURN) for one in around if one in duty.able][:1]


def on_call(duty: Duty, now: datetime) -> list[OnCall]:
    """Return who is on call now and until when; whose day it is comes first."""
    people = _people(duty, now)
    ends: dict[int, datetime] = {}
    for edge in sorted(set(_edges(duty, now))) if people else ():
        then = {one for one, _ in _people(duty, edge)}
        ends |= {one: edge for one, _ in people if one not in then and one not in ends}
        if len(ends) == len(people):
            break
    return [OnCall(one, reason, ends.get(one)) for one, reason in people]


def _people(duty: Duty, now: datetime) -> list[tuple[int, str]]:
    found = dict(whose_day(duty, day_of(duty, now)))
    if STAND_IN not in found.values():
        for rota in duty.shifts:
            found |= {one: SHIFT for one in _working(rota, now) & duty.able if one not in found}
    return list(found.items())


def _working(rota: Rota, now: datetime) -> frozenset[int]:
    """Return who works a shift now."""
    for begins, _ in spans(rota.calendar, now, now + _MOMENT):
        week = week_of(rota, begins.astimezone(rota.calendar.zone).date())
        return frozenset(one for one, weeks in rota.turns.items() if week in weeks)
    return frozenset()


def _edges(duty: Duty, now: datetime) -> Iterator[datetime]:
    """Yield the moments to come at which somebody else may be on call."""
    today = day_of(duty, now)
    for number in range(1, _DAYS_AHEAD + 1):
        yield begins_on(duty, today + number * _DAY)
    for rota in duty.shifts:
        for _, ends in spans(rota.calendar, now, now + _DAYS_AHEAD * _DAY):
            yield ends


def spells(duty: Duty, now: datetime, most: int = 8) -> list[Spell]:
    """Return who has the duty from now on, at most so many spells within half a year.

    Days on which nobody has it are left out, and so is who is on call by a shift.
    """
    found: list[Spell] = []
    day = day_of(duty, now)
    for number in range(_DAYS_SHOWN):
        here = day + number * _DAY
        begins, ends = begins_on(duty, here), begins_on(duty, here + _DAY)
        for person_id, reason in whose_day(duty, here):
            last = found[-1] if found else None
            if last and (last.person_id, last.reason, last.ends_at) == (person_id, reason, begins):
                found[-1] = Spell(last.begins_at, ends, person_id, reason)
            elif len(found) == most:
                return found
            else:
                found.append(Spell(begins, ends, person_id, reason))
    return found


def clock_minute(text: str) -> int | None:
    """Return the minute of the day of a time as people write it; None for what is none.

    >>> clock_minute("08:30"), clock_minute("24:00"), clock_minute("8")
    (510, None, None)
    """
    hour, colon, minute = text.partition(":")
    parts = (hour, minute)
    if not colon or not all(len(one) == 2 and one.isascii() and one.isdigit() for one in parts):
        return None
    found = int(hour) * 60 + int(minute)
    return found if int(minute) < 60 and found < 24 * 60 else None


def clock_text(minute: int) -> str:
    """Return a minute of the day as people write it.

    >>> clock_text(510)
    '08:30'
    """
    return f"{minute // 60:02}:{minute % 60:02}"


def overlaps(one: StandIn, others: Sequence[StandIn]) -> bool:
    """Say whether somebody stands in on a day of ``one`` already."""
    return any(other.first <= one.last and one.first <= other.last for other in others)
