"""A clock: how much of a target is used up, reckoned from what happened, never from a counter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.desk.sla.rules.calendars import Calendar, after_working, working_time

#: Percent of a target at which somebody is told.
LEVELS = (50, 75, 90, 100)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which a clock ran; ``end`` None: it runs still."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows. ``due_at`` is None once it stopped, and while it is paused."""

    used: timedelta
    left: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    running: bool


def stretches(
    start: datetime, changes: Iterable[tuple[datetime, bool]], stopped_at: datetime | None
) -> list[Stretch]:
    """Return when a clock ran that began at ``start``.

    ``changes`` are (moment, whether it runs from then on) in order; ``stopped_at`` ends it.

    >>> from datetime import UTC
    >>> nine, ten = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
    >>> stretches(nine, [(ten, False)], None) == [Stretch(nine, ten)]
    True
    """
    found: list[Stretch] = []
    since: datetime | None = start
    for at, runs in changes:
        if stopped_at is not None and at >= stopped_at:
            break
        if runs and since is None:
            since = at
        elif not runs and since is not None:
            if at > since:
                found.append(Stretch(since, at))
            since = None
    if since is not None and (stopped_at is None or stopped_at > since):
        found.append(Stretch(since, stopped_at))
    return found


def moment_of(calendar: Calendar, ran: Sequence[Stretch], much: timedelta) -> datetime | None:
    """Return when ``much`` working time had been, or will be, used; None if it never was."""
    left = much
    for one in ran:
        if one.end is None:
            return after_working(calendar, one.start, left)
        used = working_time(calendar, one.start, one.end)
        if used >= left:
            return after_working(calendar, one.start, left)
        left -= used
    return None


def read_clock(
    calendar: Calendar, ran: Sequence[Stretch], target: timedelta, now: datetime
) -> Reading:
    """Return what a clock shows at ``now``."""
    used = sum((working_time(calendar, one.start, one.end or now) for one in ran), timedelta())
    running = bool(ran) and ran[-1].end is None
    reached = moment_of(calendar, ran, target)
    breached = reached if reached is not None and (not running or reached <= now) else None
    return Reading(
        used, max(target - used, timedelta()), reached if running else None, breached, running
    )


def next_level(
    calendar: Calendar, ran: Sequence[Stretch], target: timedelta, fired: int
) -> tuple[int, datetime] | None:
    """Return the next level after ``fired`` and when it is reached; None when none will be."""
    for level in LEVELS:
        if level > fired:
            at = moment_of(calendar, ran, target * level / 100)
            return None if at is None else (level, at)
    return None
