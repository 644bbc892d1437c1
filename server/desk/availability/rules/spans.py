"""Spans of time: joined, cut out of each other, and as far as they lie in working time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from server.desk.sla.rules.calendars import Calendar, working_time

Span = tuple[datetime, datetime]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as spans that neither meet nor touch, in order; O(n log n).

    >>> from datetime import UTC
    >>> at = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(6)]
    >>> joined([(at[3], at[4]), (at[0], at[2]), (at[1], at[3]), (at[5], at[5])]) == [(at[0], at[4])]
    True
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Return what is left of ``spans`` outside of ``taken``; both as ``joined`` returns them.

    >>> from datetime import UTC
    >>> at = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(6)]
    >>> without([(at[0], at[5])], [(at[1], at[2]), (at[4], at[5])]) == [
    ...     (at[0], at[1]), (at[2], at[4])]
    True
    """
    left: list[Span] = []
    for start, end in spans:
        begins = start
        for away, back in taken:
            if back <= begins or away >= end:
                continue
            if away > begins:
                left.append((begins, away))
            begins = max(begins, back)
        if begins < end:
            left.append((begins, end))
    return left


def within(spans: Iterable[Span], frame: Span) -> list[Span]:
    """Return what of spans lies in a frame."""
    cut = ((max(start, frame[0]), min(end, frame[1])) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def time_in(calendar: Calendar, spans: Iterable[Span]) -> timedelta:
    """Return how much of a calendar's time lies in spans that do not meet."""
    return sum((working_time(calendar, *one) for one in spans), timedelta())
