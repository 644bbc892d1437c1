"""Calendars and targets as data: read from a document, and the one that fits a ticket."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cmdb.errors import InvalidValue
from server.desk.sla.rules.calendars import Calendar

SECTIONS = ("calendars", "targets")
MEASURES = ("respond", "resolve", "handover", "update")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_MINUTES = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class Target:
    """How much working time something may take. Empty conditions fit everything."""

    measure: str
    minutes: int
    calendar: str
    kinds: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    organisations: tuple[int, ...] = ()
    tier: int | None = None

    @property
    def time(self) -> timedelta:
        """Return it as a length of working time."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Case:
    """What of a ticket decides its targets."""

    kind: str
    priority: int
    organisation_id: int
    service_ids: frozenset[int] = frozenset()
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Agreements:
    """All calendars and targets in force."""

    calendars: Mapping[str, Calendar]
    labels: Mapping[str, Mapping[str, str]]
    targets: tuple[Target, ...]

    def target_for(self, measure: str, case: Case) -> Target | None:
        """Return the first target of a measure that fits; None: nothing was promised."""
        for target in self.targets:
            if target.measure == measure and fits(target, case):
                return target
        return None


def fits(target: Target, case: Case) -> bool:
    """Say whether a target holds for a case.

    >>> fits(Target("resolve", 60, "always", priorities=(1, 2)), Case("incident", 3, 1))
    False
    """
    in_tier = target.tier is None or (case.tier is not None and case.tier <= target.tier)
    return (
        in_tier
        and (not target.kinds or case.kind in target.kinds)
        and (not target.priorities or case.priority in target.priorities)
        and (not target.organisations or case.organisation_id in target.organisations)
        and (not target.services or not case.service_ids.isdisjoint(target.services))
    )


@cache
def shipped_agreements() -> Mapping[str, Any]:
    """Return the document that every installation begins with."""
    text = files("server.desk.sla.rules").joinpath("shipped.toml").read_text("utf-8")
    return tomllib.loads(text)


def read_agreements(data: Mapping[str, Any]) -> Agreements:
    """Return calendars and targets of a document.

    Raises ``InvalidValue`` naming each place that is wrong, as ``calendars.office.hours.mon``; a
    calendar in which nobody ever works is wrong.
    """
    faults: dict[str, str] = {}
    calendars: dict[str, Calendar] = {}
    labels: dict[str, Mapping[str, str]] = {}
    given = data.get("calendars")
    for code, entry in (given if isinstance(given, Mapping) else {}).items():
        place = f"calendars.{code}"
        if not _CODE.fullmatch(code) or not isinstance(entry, Mapping):
            faults[place] = "must be a table under lower-case letters, digits and _"
            continue
        calendars[code] = read_calendar(entry, place, faults)
        labels[code] = _labels(entry.get("labels"), f"{place}.labels", faults)
    if not calendars:
        faults.setdefault("calendars", "must hold at least one calendar")
    targets = _targets(data.get("targets"), calendars, faults)
    if faults:
        raise InvalidValue(faults)
    return Agreements(calendars, labels, targets)


def _labels(given: Any, place: str, faults: dict[str, str]) -> Mapping[str, str]:
    if not isinstance(given, Mapping) or not isinstance(given.get("en"), str):
        faults[place] = 'must give short labels as { en = "…", es = "…", ru = "…" }'
        return {}
    return {str(name): str(text)[:120] for name, text in given.items()}


def read_calendar(entry: Mapping[str, Any], place: str, faults: dict[str, str]) -> Calendar:
    """Return the calendar of a document; what is wrong is put into ``faults`` below ``place``."""
    try:
        zone = ZoneInfo(str(entry.get("zone")))
    except (ZoneInfoNotFoundError, ValueError):
        faults[f"{place}.zone"] = "must be the name of a time zone, as Europe/Madrid"
        zone = ZoneInfo("UTC")
    given = entry.get("hours")
    given = given if isinstance(given, Mapping) else {}
    for name in given:
        if name not in _DAYS:
            faults[f"{place}.hours.{name}"] = f"must be one of {', '.join(_DAYS)}"
    hours = tuple(_hours(given.get(day, []), f"{place}.hours.{day}", faults) for day in _DAYS)
    if not any(hours):
        faults.setdefault(f"{place}.hours", "must hold working hours on some day")
    once, yearly = _holidays(entry.get("holidays", []), f"{place}.holidays", faults)
    return Calendar(zone, hours, once, yearly)


def _hours(given: Any, place: str, faults: dict[str, str]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for text in given if isinstance(given, list) else [None]:
        match = _SPAN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            faults[place] = 'must be a list of spans as "09:00-17:00"'
            return ()
        start, end = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
        if int(match[2]) > 59 or int(match[4]) > 59 or not 0 <= start < end <= 24 * 60:
            faults[place] = f"{text} is no span within one day"
            return ()
        if found and start < found[-1][1]:
            faults[place] = "spans must follow each other"
            return ()
        found.append((start, end))
    return tuple(found)


def _holidays(
    given: Any, place: str, faults: dict[str, str]
) -> tuple[frozenset[date], frozenset[tuple[int, int]]]:
    once: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for text in given if isinstance(given, list) else [None]:
        try:
            if isinstance(text, str) and len(text) == 5:
                # A leap year, so that the 29th of February may be one.
                day = date.fromisoformat(f"2024-{text}")
                yearly.add((day.month, day.day))
            else:
                once.add(date.fromisoformat(str(text)))
        except ValueError:
            faults[place] = f"{text} is neither a day as 2026-12-24 nor one of each year as 12-25"
    return frozenset(once), frozenset(yearly)


_LISTS = ("kinds", "priorities", "services", "organisations")


def _targets(
    given: Any, calendars: Mapping[str, Calendar], faults: dict[str, str]
) -> tuple[Target, ...]:
    found: list[Target] = []
    if not isinstance(given, list):
        faults["targets"] = "must be a list of tables"
        return ()
    for number, entry in enumerate(given):
        place = f"targets.{number}"
        if not isinstance(entry, Mapping):
            faults[place] = "must be a table"
            continue
        target = _target(entry, place, calendars, faults)
        if target is not None:
            found.append(target)
    return tuple(found)


def _target(
    entry: Mapping[str, Any],
    place: str,
    calendars: Mapping[str, Calendar],
    faults: dict[str, str],
) -> Target | None:
    known = {"measure", "minutes", "calendar", "tier", *_LISTS}
    wrong = {f"{place}.{name}": "is not known here" for name in entry if name not in known}
    if entry.get("measure") not in MEASURES:
        wrong[f"{place}.measure"] = f"must be one of {', '.join(MEASURES)}"
    minutes = entry.get("minutes")
    if type(minutes) is not int or not 1 <= minutes <= _MOST_MINUTES:
        wrong[f"{place}.minutes"] = f"must be from 1 to {_MOST_MINUTES}"
    if entry.get("calendar") not in calendars:
        wrong[f"{place}.calendar"] = f"must be one of {', '.join(calendars)}"
    tier = entry.get("tier")
    if tier is not None and (type(tier) is not int or not 0 <= tier <= 9):
        wrong[f"{place}.tier"] = "must be from 0 to 9"
    for name in _LISTS:
        sort = str if name == "kinds" else int
        value = entry.get(name, [])
        if not isinstance(value, list) or any(type(one) is not sort for one in value):
            wrong[f"{place}.{name}"] = "must be a list"
    if wrong:
        faults |= wrong
        return None
    lists = {name: tuple(entry.get(name, ())) for name in _LISTS}
    return Target(entry["measure"], entry["minutes"], entry["calendar"], tier=tier, **lists)
