"""Promises about services in the reader's words: measured, allowed, what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from babel.dates import format_skeleton

from server.desk.availability.queries.levels import Level
from server.desk.availability.queries.listing import Levels
from server.desk.availability.queries.outages import Outage
from server.desk.availability.rules.measuring import AVAILABILITY, Standing
from server.desk.availability.rules.months import Month
from web.presenters.outages import share_text
from web.presenters.reader import Reader
from web.presenters.ticket_parts import minutes_text
from web.presenters.times import short_time

_TONES = {"fine": "good", "at_risk": "warn", "missed": "bad"}
#: What a meter shows at most: full.
_FULL = 1.0


@dataclass(frozen=True)
class PromiseLine:
    """One measure against its target; ``share`` of what is allowed is used, from 0 to 1."""

    measure: str
    label: str
    measured: str
    target: str
    left: str
    stand: str
    tone: str
    share: float
    missed: bool
    reason: str


@dataclass(frozen=True)
class LevelLine:
    """A service's promises to somebody; ``notes`` are sentences about what was taken out."""

    service_id: int
    service: str
    whose: str
    organisation_id: int | None
    calendar: str
    promises: Sequence[PromiseLine]
    notes: Sequence[str]
    outages: int


def level_line(
    found: Levels, level: Level, calendars: Mapping[str, str], reader: Reader
) -> LevelLine:
    """Return one row of the list of promises."""
    whose = found.customers.get(level.organisation_id or 0, "")
    return LevelLine(
        level.service.id,
        level.service.name,
        whose,
        level.organisation_id,
        calendars.get(level.calendar) or level.calendar or reader.gettext("Around the clock, UTC"),
        [_promise(level, one, found.reason(level, one.measure), reader) for one in level.standings],
        _notes(level, reader),
        sum(one.counts for one in level.outages),
    )


def _promise(level: Level, stand: Standing, reason: str, reader: Reader) -> PromiseLine:
    percent = level.reading.percent
    if stand.measure == AVAILABILITY:
        label = reader.gettext("Availability")
        measured = "\N{EN DASH}" if percent is None else share_text(percent / 100, reader)
        target = share_text(stand.target / 100, reader)
    else:
        label = reader.gettext("Longest outage")
        measured = time_text(stand.used, reader)
        target = minutes_text(round(stand.target), reader)
    missed = stand.state == "missed"
    used_up = stand.used / stand.allowed if stand.allowed else float(bool(stand.used))
    text = reader.gettext("%(time)s too much") if missed else reader.gettext("%(time)s left")
    left = stand.used - stand.allowed if missed else stand.left
    return PromiseLine(
        stand.measure,
        label,
        measured,
        target,
        text % {"time": time_text(left, reader, up=missed)},
        state_text(stand.state, reader),
        _TONES[stand.state],
        min(used_up, _FULL),
        missed,
        reason,
    )


def _notes(level: Level, reader: Reader) -> list[str]:
    read, notes = level.reading, []
    if read.announced:
        text = reader.gettext("%(time)s of announced maintenance is taken out.")
        notes.append(text % {"time": time_text(read.announced, reader)})
    if read.excused:
        text = reader.gettext("It was down for %(time)s of it.")
        notes.append(text % {"time": time_text(read.excused, reader)})
    if read.degraded:
        text = reader.gettext("It was degraded for %(time)s; that is no outage.")
        notes.append(text % {"time": time_text(read.degraded, reader)})
    return notes


def state_text(state: str, reader: Reader) -> str:
    """Return how a promise stands."""
    words = {
        "fine": reader.gettext("Fine"),
        "at_risk": reader.gettext("At risk"),
        "missed": reader.gettext("Not kept"),
    }
    return words[state]


def time_text(time: timedelta, reader: Reader, *, up: bool = True) -> str:
    """Return a length of time in hours and minutes; what is hardly any is "< 1 min"."""
    minutes = time.total_seconds() / 60
    if 0 < minutes < 1:
        return f"< {minutes_text(1, reader)}"
    return minutes_text(ceil(minutes) if up else int(minutes), reader)


def month_text(month: Month, reader: Reader) -> str:
    """Return a month in words: "November 2026"."""
    first = month.span(reader.zone)[0].astimezone(reader.zone)
    return str(format_skeleton("yMMMM", first, locale=reader.language))


def outage_text(outage: Outage, reader: Reader) -> str:
    """Return from when to when an outage was, on the reader's clock."""
    if outage.ended_at is None:
        text = reader.gettext("since %(moment)s")
        return text % {"moment": short_time(outage.began_at, reader)}
    began, ended = (short_time(one, reader) for one in (outage.began_at, outage.ended_at))
    return f"{began} \N{EN DASH} {ended}"
