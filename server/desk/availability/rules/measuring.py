"""How available a service was in a month, and how much of what was allowed is used up.

Only the calendar's time counts. What was announced as maintenance is taken out on both sides: of
the agreed time, and of outages. Time in which the service was degraded is told, and is no outage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.desk.availability.rules.spans import Span, joined, time_in, within, without
from server.desk.sla.rules.availability import AvailabilityTarget
from server.desk.sla.rules.calendars import Calendar, working_time
from server.desk.sla.rules.clocks import Stretch, moment_of

AVAILABILITY, LONGEST = MEASURES = ("availability", "longest_outage")
#: Percent of what is allowed at which somebody is told; more than all of it is a miss.
NEARLY, USED_UP, MISSED = LEVELS = (75, 100, 101)


@dataclass(frozen=True, slots=True)
class Seen:
    """What happened to a service, as spans that do not meet.

    ``down`` may reach back before the month: one outage is one, also over its end. ``degraded`` is
    beside ``down``; ``announced`` is maintenance. What lasts ends at the moment that is asked
    about.
    """

    down: Sequence[Span] = ()
    degraded: Sequence[Span] = ()
    announced: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class MonthReading:
    """What a month showed, in the calendar's time.

    ``agreed`` is its time without announced maintenance, ``passed`` what of that is over, ``down``
    and ``degraded`` parts of it; ``excused`` is time of outages within announced maintenance.
    ``longest`` is the longest outage that reaches into the month, from its true beginning.
    """

    begins_at: datetime
    ends_at: datetime
    agreed: timedelta
    passed: timedelta
    down: timedelta
    degraded: timedelta
    excused: timedelta
    announced: timedelta
    longest: timedelta

    @property
    def percent(self) -> float | None:
        """Return how many percent of the time that is over it was up; None before any was."""
        return 100 * (1 - self.down / self.passed) if self.passed else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one promise stands: ``target`` in percent or minutes, the rest as time.

    ``level`` is the one of ``LEVELS`` that is reached, 0 for none, and ``reached_at`` since when.
    """

    measure: str
    target: float
    allowed: timedelta
    used: timedelta
    level: int = 0
    reached_at: datetime | None = None

    @property
    def left(self) -> timedelta:
        """Return what is left of what is allowed."""
        return max(self.allowed - self.used, timedelta())

    @property
    def state(self) -> str:
        """Return "fine", "at_risk" or "missed"."""
        return {0: "fine", MISSED: "missed"}.get(self.level, "at_risk")


def read_month(
    calendar: Calendar, month: Span, seen: Seen, now: datetime, whole: timedelta | None = None
) -> MonthReading:
    """Return what a month showed until ``now``.

    ``whole``: its working time, where the caller has it from before.
    """
    begins, ends = month
    until = min(max(now, begins), ends)
    if whole is None:
        whole = working_time(calendar, begins, ends)
    announced = within(seen.announced, month)
    past = (begins, until)
    down = within(seen.down, past)
    counted = without(down, announced)
    degraded = without(without(within(seen.degraded, past), down), announced)
    taken = time_in(calendar, announced)
    over = whole if until == ends else working_time(calendar, begins, until)
    used = time_in(calendar, counted)
    return MonthReading(
        begins_at=begins,
        ends_at=ends,
        agreed=whole - taken,
        passed=over - time_in(calendar, within(announced, past)),
        down=used,
        degraded=time_in(calendar, degraded),
        excused=time_in(calendar, down) - used,
        announced=taken,
        longest=max((time_in(calendar, one) for one in _outages(seen, past)), default=timedelta()),
    )


def standings(
    calendar: Calendar, target: AvailabilityTarget, reading: MonthReading, seen: Seen, now: datetime
) -> list[Standing]:
    """Return how the promises of a month stand: of availability, of the longest outage."""
    past = reading.begins_at, min(max(now, reading.begins_at), reading.ends_at)
    found = []
    if target.percent is not None:
        allowed = reading.agreed * (1 - target.percent / 100)
        spans = without(within(seen.down, past), seen.announced)
        found.append(
            _stand(calendar, (AVAILABILITY, target.percent), allowed, reading.down, [spans])
        )
    if target.longest_minutes is not None:
        allowed = timedelta(minutes=target.longest_minutes)
        outages = _outages(seen, past)
        found.append(
            _stand(calendar, (LONGEST, target.longest_minutes), allowed, reading.longest, outages)
        )
    return found


def _outages(seen: Seen, past: Span) -> list[list[Span]]:
    """Return what counts of each outage that reaches into the month: from its true beginning."""
    begins, until = past
    reaching = [(start, min(end, until)) for start, end in joined(seen.down) if end > begins]
    return [without([one], seen.announced) for one in reaching if one[0] < one[1]]


def _stand(
    calendar: Calendar,
    promise: tuple[str, float],
    allowed: timedelta,
    used: timedelta,
    ways: Sequence[Sequence[Span]],
) -> Standing:
    """Return the standing of a promise; of several ``ways`` to use it up the first counts."""
    level = next((one for one in reversed(LEVELS) if _is_reached(one, allowed, used)), 0)
    if not level:
        return Standing(*promise, allowed, used)
    much = allowed * min(level, USED_UP) / 100
    reached = (_moment(calendar, spans, much) for spans in ways)
    at = min((one for one in reached if one is not None), default=None)
    return Standing(*promise, allowed, used, level, at)


def _is_reached(level: int, allowed: timedelta, used: timedelta) -> bool:
    if level == MISSED:
        return used > allowed
    return bool(used) and used >= allowed * level / 100


def _moment(calendar: Calendar, spans: Sequence[Span], much: timedelta) -> datetime | None:
    if not much:
        # Nothing is allowed: the first working moment of an outage uses it up.
        return next((start for start, end in spans if working_time(calendar, start, end)), None)
    return moment_of(calendar, [Stretch(start, end) for start, end in spans], much)
