"""Times as people read them: relative on the page, exact on hover, in the reader's zone.

Every moment is an aware datetime; a naive one raises ValueError, because guessing its zone would
show a wrong time that looks right.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.units import format_unit

from web.presenters.reader import Reader

JUST_NOW_SECONDS = 45
SECONDS_OF = {
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
    "year": 365 * 86_400,
}
# A unit is used once it says enough: "13 days" beats "1 week", "8 weeks" beats "1 month".
# static/src/times.js keeps the same table, so that a page left open goes on in the same words.
USED_FROM_SECONDS = (
    ("year", 2 * SECONDS_OF["year"]),
    ("month", 2 * SECONDS_OF["month"]),
    ("week", 2 * SECONDS_OF["week"]),
    ("day", SECONDS_OF["day"]),
    ("hour", SECONDS_OF["hour"]),
    ("minute", 0),
)
# Operations read a 24-hour clock and the day before the month; plain "en" would give the other.
CLOCK_LOCALES = {"en": "en_GB"}
# Babel 2.18 has no narrow Russian durations (it answers "1 duration-hour").
DURATION_LENGTHS: Final[Mapping[str, Literal["short", "narrow"]]] = {"ru": "short"}
# Babel moves to a larger unit at this many of them; we have chosen the unit already.
NEVER = 10**9


def relative_time(moment: datetime, reader: Reader) -> str:
    """Return the distance of ``moment`` from the reader's now: "4 min ago", "in 2 hr"."""
    distance = _aware(moment) - reader.now
    seconds = abs(distance.total_seconds())
    if seconds < JUST_NOW_SECONDS:
        return reader.gettext("just now")
    unit = next(name for name, least in USED_FROM_SECONDS if seconds >= least)
    whole = max(1, int(seconds // SECONDS_OF[unit])) * SECONDS_OF[unit]
    text = format_timedelta(
        timedelta(seconds=whole if distance > timedelta(0) else -whole),
        granularity=unit,  # type: ignore[arg-type]  # Babel wants a Literal, ours is a table
        threshold=NEVER,
        add_direction=True,
        # "m" could be a minute or a month in Spanish: what lasts long is written out.
        format="long" if unit in {"month", "year"} else "short",
        locale=reader.language,
    )
    # English abbreviations stand without their full stop in a dense table.
    return text.replace(".", "") if reader.language.startswith("en") else text


def exact_time(moment: datetime, reader: Reader) -> str:
    """Return date, time with seconds and zone: "21 Nov 2026, 19:40:12 CET"."""
    local = _local(moment, reader)
    text = format_datetime(local, "medium", locale=_clock_locale(reader))
    zone = local.tzname() or ""
    return f"{text} {zone}".rstrip()


def short_time(moment: datetime, reader: Reader) -> str:
    """Return the clock time for today, the day and the clock time for any other day."""
    local = _local(moment, reader)
    clock = format_time(local, "short", locale=_clock_locale(reader))
    if local.date() == reader.now.astimezone(reader.zone).date():
        return clock
    return f"{day(local.date(), reader)} {clock}"


def day(when: date, reader: Reader) -> str:
    """Return a calendar day, without the year when it is this one: "21 Nov", "3 Jan 2024"."""
    if isinstance(when, datetime):
        when = _local(when, reader).date()
    today = reader.now.astimezone(reader.zone).date()
    if when.year == today.year:
        return str(format_skeleton("MMMd", when, locale=_clock_locale(reader)))
    return format_date(when, "medium", locale=_clock_locale(reader))


def duration(seconds: float, reader: Reader) -> str:
    """Return a length of time in its two largest units: "1h 12m", "3d"; sign kept."""
    whole = round(abs(seconds))
    sign = "-" if seconds < 0 and whole else ""
    parts = [
        format_unit(
            amount,
            f"duration-{unit}",
            length=DURATION_LENGTHS.get(reader.language, "narrow"),
            locale=reader.language,
        )
        for unit, amount in _largest_units(whole)
    ]
    return sign + " ".join(parts)


def iso_utc(moment: datetime) -> str:
    """Return the machine's form for ``<time datetime>``: UTC, whole seconds, "Z"."""
    return _aware(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _largest_units(whole: int) -> list[tuple[str, int]]:
    """Split seconds into at most two neighbouring units, the larger first."""
    sizes = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    for position, (unit, size) in enumerate(sizes):
        if whole < size:
            continue
        amount, rest = divmod(whole, size)
        found = [(unit, amount)]
        if position + 1 < len(sizes):
            smaller, smaller_size = sizes[position + 1]
            if rest // smaller_size:
                found.append((smaller, rest // smaller_size))
        return found
    return [("second", 0)]


def _clock_locale(reader: Reader) -> str:
    return CLOCK_LOCALES.get(reader.language, reader.language)


def _local(moment: datetime, reader: Reader) -> datetime:
    """Return a moment at the reader's place; one at the edge of the calendar stays where it is.

    A certificate without an end ends at 9999-12-31T23:59:59Z (RFC 5280), which no place further
    east reaches.
    """
    aware = _aware(moment)
    try:
        return aware.astimezone(reader.zone)
    except OverflowError:
        return aware


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone cannot be shown: {moment!r}")
    return moment
