"""When people of a group work: a week's hours, or a rota over several weeks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cmdb.errors import InvalidValue
from server.desk.sla.rules.agreements import read_calendar
from server.desk.sla.rules.calendars import Calendar, spans

MOST_WEEKS = 12
#: How far ahead the end of a shift is looked for; no shift is longer.
_AHEAD = timedelta(days=8)
_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rota:
    """Hours of a place, who works them, and in which weeks of ``weeks``, counted from 0.

    Week 0 is the one in which ``since`` lies; a week begins on Monday in the calendar's zone.
    """

    calendar: Calendar
    turns: Mapping[int, frozenset[int]]
    weeks: int = 1
    since: date = date(2024, 1, 1)
    name: str = field(default="", compare=False)


def week_of(rota: Rota, day: date) -> int:
    """Return which week of the rota a day lies in, also before it began.

    >>> from zoneinfo import ZoneInfo
    >>> two = Rota(Calendar(ZoneInfo("UTC"), ((),) * 7), {}, 2, date(2026, 3, 4))
    >>> [week_of(two, date(2026, 3, day)) for day in (1, 2, 9)]
    [1, 0, 1]
    """
    return (_monday(day) - _monday(rota.since)).days // 7 % rota.weeks


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def working(
    rota: Rota, person_id: int, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when somebody works between two moments, in UTC, in order."""
    weeks = rota.turns.get(person_id, frozenset())
    if not weeks:
        return
    for begins, ends in spans(rota.calendar, start, end):
        if week_of(rota, begins.astimezone(rota.calendar.zone).date()) in weeks:
            yield begins, ends


def on_shift(rotas: Iterable[Rota], person_id: int, now: datetime) -> bool:
    """Say whether somebody works now, by any of these."""
    return any(any(working(one, person_id, now, now + _MOMENT)) for one in rotas)


def ends_at(rotas: Sequence[Rota], person_id: int, now: datetime) -> datetime | None:
    """Return until when somebody works who does now; None for who does not."""
    found = sorted(span for one in rotas for span in working(one, person_id, now, now + _AHEAD))
    reached = now
    for begins, ends in found:
        if begins > reached:
            break
        reached = max(reached, ends)
    return reached if reached > now else None


def begins_at(rotas: Sequence[Rota], person_id: int, now: datetime) -> datetime | None:
    """Return when somebody works next; None when not within the weeks of any of these."""
    ahead = timedelta(weeks=max((one.weeks for one in rotas), default=1) + 1)
    firsts = (next(working(one, person_id, now, now + ahead), None) for one in rotas)
    return min((one[0] for one in firsts if one is not None), default=None)


def has_ended(rotas: Sequence[Rota], person_id: int, after: datetime, now: datetime) -> bool:
    """Say whether somebody who worked at some time since ``after`` works no more."""
    worked = any(any(working(one, person_id, after, now)) for one in rotas)
    return worked and not on_shift(rotas, person_id, now)


@dataclass(frozen=True, slots=True)
class ShiftDraft:
    """A shift as somebody describes it; ``members`` are (person, weeks), no weeks meaning all."""

    name: str
    zone: str
    hours: Mapping[str, Sequence[str]]
    holidays: Sequence[str] = ()
    weeks: int = 1
    since: date | None = None
    members: Sequence[tuple[int, Sequence[int]]] = ()
    #: Whoever works it is on call for the group.
    on_call: bool = False


def calendar_document(draft: ShiftDraft) -> dict[str, Any]:
    """Return a shift's hours as they are stored."""
    hours = {day: list(spans) for day, spans in draft.hours.items() if spans}
    return {"zone": draft.zone, "hours": hours, "holidays": list(draft.holidays)}


def check_shift(draft: ShiftDraft) -> dict[int, frozenset[int]]:
    """Return who works in which weeks. Raises ``InvalidValue`` naming each place."""
    faults: dict[str, str] = {}
    if not 0 < len(draft.name) <= 80:
        faults["name"] = "must have 1 to 80 characters"
    if not 1 <= draft.weeks <= MOST_WEEKS:
        faults["weeks"] = f"must be from 1 to {MOST_WEEKS}"
    found: dict[str, str] = {}
    read_calendar(calendar_document(draft), "", found)
    faults |= {place.removeprefix("."): fault for place, fault in found.items()}
    turns: dict[int, frozenset[int]] = {}
    for number, (person_id, weeks) in enumerate(draft.members):
        if any(not 0 <= week < draft.weeks for week in weeks):
            faults[f"members.{number}.weeks"] = f"must be from 0 to {draft.weeks - 1}"
        turns[person_id] = turns.get(person_id, frozenset()) | (
            frozenset(weeks) or frozenset(range(max(draft.weeks, 1)))
        )
    if faults:
        raise InvalidValue(faults)
    return turns
