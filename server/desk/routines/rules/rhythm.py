"""When something that comes again is due: every so many days, weeks, months or years. Pure.

Reckoned on the clock of a place, so that eight in the morning stays eight when clocks change.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

RHYTHMS = ("day", "week", "month", "year")
MOST_EVERY = 366
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def occurrence(first: datetime, rhythm: str, every: int, number: int) -> datetime:
    """Return the ``number``-th time after ``first``, which is 0, on the same clock.

    The last days of a month stay its last days:

    >>> [occurrence(datetime(2027, 1, 31, 8), "month", 1, n).day for n in (0, 1, 2)]
    [31, 28, 31]
    """
    if rhythm in _DAYS:
        return first + timedelta(days=_DAYS[rhythm] * every * number)
    months = first.month - 1 + _MONTHS[rhythm] * every * number
    year, month = first.year + months // 12, months % 12 + 1
    return first.replace(year=year, month=month, day=min(first.day, monthrange(year, month)[1]))


def next_due(first: datetime, rhythm: str, every: int, zone: str, after: datetime) -> datetime:
    """Return the first moment later than ``after``; what lies between was missed and stays so.

    ``first`` is a moment in UTC, told on the clock of ``zone``. Constant time whatever has passed.

    >>> first = datetime(2026, 3, 28, 7, tzinfo=UTC)
    >>> next_due(first, "day", 1, "Europe/Madrid", first).isoformat()
    '2026-03-29T06:00:00+00:00'
    """
    place = ZoneInfo(zone)
    wall = first.astimezone(place).replace(tzinfo=None)
    gone = max((after - first).days, 0)
    length = _DAYS.get(rhythm, 0) or _MONTHS.get(rhythm, 1) * 31
    # At most as many as can have passed, minus two for clocks that changed: then forward.
    number = max(gone // (length * every) - 2, 0)
    while True:
        moment = occurrence(wall, rhythm, every, number).replace(tzinfo=place).astimezone(UTC)
        if moment > after and moment >= first:
            return moment
        number += 1
