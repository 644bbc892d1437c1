"""Freezes and windows for maintenance: when they hold, and for what.

>>> from datetime import UTC, datetime
>>> night = Window(1, "maintenance", "Night", datetime(2026, 3, 28, 22, tzinfo=UTC),
...                datetime(2026, 3, 29, 2, tzinfo=UTC), repeats="weekly", zone="Europe/Oslo")
>>> spring = Period(datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC))
>>> [str(one.start)[:16] for one in night.within(spring)]   # 23:00 by the clock on the wall
['2026-04-04 21:00']
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_WEEK = timedelta(days=7)
#: Weeks that one question looks at, at most.
_MOST = 600


@dataclass(frozen=True, slots=True)
class Period:
    """Some time, its end not included."""

    start: datetime
    end: datetime

    def meets(self, other: "Period") -> bool:
        """Say whether the two share some time."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Period") -> bool:
        """Say whether the other lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Reached:
    """What a change has to do with, for the lists of a window; classes with those above them."""

    items: AbstractSet[int] = frozenset()
    classes: AbstractSet[str] = frozenset()
    services: AbstractSet[int] = frozenset()
    sites: AbstractSet[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Window:
    """A freeze or a window for maintenance; without any list it is about everything."""

    window_id: int
    kind: str
    name: str
    starts_at: datetime
    ends_at: datetime
    repeats: str = ""
    zone: str = "UTC"
    items: AbstractSet[int] = frozenset()
    classes: AbstractSet[str] = frozenset()
    services: AbstractSet[int] = frozenset()
    sites: AbstractSet[int] = frozenset()

    def is_about(self, reached: Reached) -> bool:
        """Say whether it holds for a change that has to do with these."""
        lists = (
            (self.items, reached.items),
            (self.classes, reached.classes),
            (self.services, reached.services),
            (self.sites, reached.sites),
        )
        return not any(mine for mine, _ in lists) or any(mine & theirs for mine, theirs in lists)

    def within(self, asked: Period) -> Iterator[Period]:
        """Return the times at which it holds that share some time with ``asked``, in their order.

        What repeats keeps its hours by the clock on the wall, over changes of daylight saving too.
        """
        if not self.repeats:
            once = Period(self.starts_at, self.ends_at)
            if once.meets(asked):
                yield once
            return
        zone = ZoneInfo(self.zone)
        start, end = (
            moment.astimezone(zone).replace(tzinfo=None)
            for moment in (self.starts_at, self.ends_at)
        )
        first = max(0, (asked.start - self.ends_at) // _WEEK)
        for week in range(first, first + _MOST):
            here = Period(
                *(
                    (moment + week * _WEEK).replace(tzinfo=zone).astimezone(UTC)
                    for moment in (start, end)
                )
            )
            if here.start >= asked.end:
                return
            if here.start < here.end and here.meets(asked):
                yield here
