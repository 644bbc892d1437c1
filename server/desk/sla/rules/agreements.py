"""Calendars and targets as data: read from a document, and the one that fits a ticket."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cmdb.errors import InvalidValue
from server.desk.sla.rules.availability import AvailabilityTarget, read_availability
from server.desk.sla.rules.calendars import Calendar
from server.desk.sla.rules.targets import (
    Case,
    Stay,
    Target,
    Terms,
    binds,
    fits,
    read_targets,
)

SECTIONS = ("calendars", "targets", "first_line", "availability")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Agreements:
    """All calendars and targets in force.

    ``first_line`` is how many of a hundred tickets the first line should solve.
    """

    calendars: Mapping[str, Calendar]
    labels: Mapping[str, Mapping[str, str]]
    targets: tuple[Target, ...]
    first_line: int
    availability: tuple[AvailabilityTarget, ...] = ()

    @property
    def about_holders(self) -> bool:
        """Say whether any target asks who has a ticket: which line, group or supplier."""
        return any(
            one.measure != "handover" or one.lines or one.groups
            for one in self.targets
            if one.whose != "requester"
        )

    @property
    def about_answers(self) -> bool:
        """Say whether any target asks when a group or a supplier first answered."""
        return any(one.measure == "respond" and one.whose != "requester" for one in self.targets)

    @property
    def contracts(self) -> frozenset[int]:
        """Return the contracts from which targets come."""
        return frozenset(one.contract for one in self.targets if one.contract is not None)

    def target_for(self, measure: str, case: Case, handed_to: Stay | None = None) -> Target | None:
        """Return the first target of a measure that fits; None: nothing was promised.

        For a hand-over it is the one that binds whom the ticket was handed to; else it is what was
        promised to the requester.
        """
        for target in self.targets:
            if target.measure != measure or not fits(target, case):
                continue
            if target.whose == "requester" or (
                measure == "handover" and binds(target, handed_to, {})
            ):
                return target
        return None

    def target_of(self, measure: str, case: Case, stay: Stay, terms: Terms) -> Target | None:
        """Return the first target of a measure that binds whoever has the ticket.

        "respond": to answer whoever handed it over; "resolve": to solve it or to be done.
        """
        for target in self.targets:
            if target.whose == "requester" or target.measure != measure:
                continue
            if fits(target, case) and binds(target, stay, terms):
                return target
        return None


@cache
def shipped_agreements() -> Mapping[str, Any]:
    """Return the document that every installation begins with."""
    text = files("server.desk.sla.rules").joinpath("shipped.toml").read_text("utf-8")
    return tomllib.loads(text)


def read_agreements(data: Mapping[str, Any]) -> Agreements:
    """Return calendars, targets, the share of the first line and availability of a document.

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
    targets = read_targets(data.get("targets"), calendars, faults)
    share = _first_line(data.get("first_line", shipped_agreements()["first_line"]), faults)
    available = read_availability(data.get("availability", []), calendars, faults)
    if faults:
        raise InvalidValue(faults)
    return Agreements(calendars, labels, targets, share, available)


def _first_line(given: Any, faults: dict[str, str]) -> int:
    percent = given.get("percent") if isinstance(given, Mapping) and len(given) == 1 else None
    if type(percent) is int and 1 <= percent <= 100:
        return percent
    faults["first_line"] = "must be { percent = … } with a whole number from 1 to 100"
    return 0


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
    if not any(hours) and not any(name.startswith(f"{place}.hours.") for name in faults):
        faults[f"{place}.hours"] = "must hold working hours on some day"
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
