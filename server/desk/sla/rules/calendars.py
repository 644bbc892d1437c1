"""Working time: how much of it lies between two moments, and when so much of it has passed.

Spans are said in the clock of a place and reckoned in UTC, so that a night in which the clock is
put back is an hour longer and one in which it is put forward an hour shorter, as they were. A time
that the clock skips or shows twice is taken as the earlier of its two readings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: How far ahead a moment is looked for; no target reaches so far.
HORIZON = timedelta(days=365 * 20)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done. ``hours`` holds, Monday first, (from, to) in minutes of the local day.

    ``holidays`` are single days, ``yearly`` days that come back as (month, day).
    """

    zone: ZoneInfo
    hours: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def is_off(self, day: date) -> bool:
        """Say whether nobody works on that day because it is a holiday."""
        return day in self.holidays or (day.month, day.day) in self.yearly


def spans(
    calendar: Calendar, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working spans between two moments, in UTC, in order; O(days between them)."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    # A day early: one that ends after midnight elsewhere may still run.
    day = start.astimezone(calendar.zone).date() - timedelta(days=1)
    last = end.astimezone(calendar.zone).date()
    reached = start
    while day <= last:
        if not calendar.is_off(day):
            for opens, closes in calendar.hours[day.weekday()]:
                begins = max(_moment(calendar, day, opens), reached)
                ends = min(_moment(calendar, day, closes), end)
                if begins < ends:
                    yield begins, ends
                    reached = ends
        day += timedelta(days=1)


def working_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return how much working time lies between two moments; none when they stand the other way.

    >>> office = Calendar(ZoneInfo("UTC"), (((540, 1020),),) * 5 + ((), ()))
    >>> friday, monday = datetime(2026, 3, 6, 16, tzinfo=UTC), datetime(2026, 3, 9, 10, tzinfo=UTC)
    >>> working_time(office, friday, monday)
    datetime.timedelta(seconds=7200)
    """
    return sum((ends - begins for begins, ends in spans(calendar, start, end)), timedelta())


def after_working(calendar: Calendar, start: datetime, much: timedelta) -> datetime | None:
    """Return the first moment at which ``much`` working time has passed since ``start``.

    None when there is no such moment within ``HORIZON``. For no time at all it is ``start``.
    """
    left = much
    if left <= timedelta():
        return start
    for begins, ends in spans(calendar, start, start + HORIZON):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    return None


def _moment(calendar: Calendar, day: date, minute: int) -> datetime:
    if minute == _DAY_MINUTES:
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60), calendar.zone)
    return local.astimezone(UTC)
