"""The calendar as a grid of days on the reader's clock: weeks, and what stands on each day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from babel.dates import format_date

from web.presenters.reader import Reader
from web.presenters.times import day as day_text

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One change or window on one day."""

    what: Any
    start: datetime
    end: datetime
    kind: str


@dataclass
class Day:
    """One day: when it is, whether it belongs to the month shown, and what stands on it."""

    date: date
    inside: bool
    today: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Span:
    """The days of a view, the first a Monday, the last a Sunday."""

    first: date
    last: date
    before: date
    after: date


def span_of(view: str, day: date) -> Span:
    """Return the days that a view around a day shows, and where the next and the last one stand.

    >>> span = span_of("month", date(2026, 3, 15))
    >>> str(span.first), str(span.last), str(span.after)
    ('2026-02-23', '2026-04-05', '2026-04-01')
    """
    if view == "week":
        first = day - day.weekday() * _DAY
        return Span(first, first + 6 * _DAY, first - 7 * _DAY, first + 7 * _DAY)
    begin = day.replace(day=1)
    following = (begin + 32 * _DAY).replace(day=1)
    last = following - _DAY
    return Span(
        begin - begin.weekday() * _DAY,
        last + (6 - last.weekday()) * _DAY,
        (begin - _DAY).replace(day=1),
        following,
    )


def heading_of(view: str, span: Span, shown: date, reader: Reader) -> str:
    """Return what a view is called: "March 2026", or the first and the last day of a week."""
    if view == "week":
        return f"{day_text(span.first, reader)} \N{EN DASH} {day_text(span.last, reader)}"
    return format_date(shown, "LLLL y", locale=reader.language)


def weekday_of(day: date, reader: Reader) -> str:
    """Return the short name of a day of the week."""
    return format_date(day, "ccc", locale=reader.language)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins on a clock on the wall."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def weeks_of(
    span: Span, shown: date, today: date, entries: Iterable[Entry], zone: tzinfo
) -> Sequence[Sequence[Day]]:
    """Return the weeks of a view; what lasts over midnight stands on each of its days."""
    count = (span.last - span.first).days + 1
    days = [
        Day(day, day.month == shown.month, day == today)
        for day in (span.first + number * _DAY for number in range(count))
    ]
    for entry in entries:
        first = entry.start.astimezone(zone).date()
        # What ends at midnight does not stand on the day that begins then.
        last = (entry.end - timedelta(microseconds=1)).astimezone(zone).date()
        for number in range((first - span.first).days, (last - span.first).days + 1):
            if 0 <= number < count:
                days[number].entries.append(entry)
    return [days[start : start + 7] for start in range(0, count, 7)]
