"""Careful readers of a foreign inventory's values: every one may be missing, or of any type."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

MIB = 1024 * 1024
#: More rows of one section come from a broken agent.
MOST_ROWS = 20_000
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_UNITS = {"kb": 1024, "mb": MIB, "gb": 1024 * MIB, "tb": MIB * MIB, "pb": 1024 * MIB * MIB}
#: Firmware writes the month first (DMTF DSP0134); what cannot be a month is a day.
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?$")


def rows(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list section; a single object counts as a list of one."""
    told = content.get(name)
    listed = told if isinstance(told, list) else [told]
    return [row for row in listed[:MOST_ROWS] if isinstance(row, dict)]


def table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a section that is an object; an empty one when it is missing or none."""
    told = content.get(name)
    return told if isinstance(told, dict) else {}


def text(row: Mapping[str, Any], *names: str) -> str:
    """Return the first of these members that says something."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            said = " ".join(str(value).split())[:1024]
            if said and said.casefold() not in {"n/a", "none", "null"}:
                return said
    return ""


def whole(row: Mapping[str, Any], *names: str) -> int | None:
    """Return the first of these members that is a number, without its fraction and not below 0.

    >>> whole({"speed": "1333 MHz", "core": -1}, "core", "speed")
    1333
    """
    for name in names:
        found = _NUMBER.match(text(row, name))
        if found and not found[0].startswith("-"):
            number = int(re.split("[.,]", found[0])[0])
            if number < 2**62:
                return number
    return None


def size(row: Mapping[str, Any], name: str, unit: int = MIB) -> int | None:
    """Return a size in bytes; ``unit`` is what a bare number counts.

    >>> size({"capacity": "2 GB"}, "capacity"), size({"total": 10}, "total")
    (2147483648, 10485760)
    """
    told = text(row, name)
    found = _NUMBER.match(told)
    if not found or found[0].startswith("-"):
        return None
    scale = _UNITS.get(told[found.end() :].strip().casefold(), unit)
    counted = int(float(found[0].replace(",", ".")) * scale)
    return counted if 0 < counted < 2**62 else None


def truth(row: Mapping[str, Any], name: str) -> bool | None:
    """Return a member that means yes or no; None where it says neither."""
    told = row.get(name)
    if isinstance(told, bool):
        return told
    return {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}.get(
        str(told).casefold()
    )


def date(row: Mapping[str, Any], *names: str) -> str | None:
    """Return a date in ISO 8601; None for what is none of the ways in which agents write one.

    >>> date({"bdate": "12/08/2011"}, "bdate"), date({"bdate": "2011-12-08 00:00"}, "bdate")
    ('2011-12-08', '2011-12-08')
    """
    told = text(row, *names).partition(" ")[0].partition("T")[0]
    for way in _DATES:
        try:
            return datetime.strptime(told, way).date().isoformat()  # noqa: DTZ007 - a date alone
        except ValueError:
            continue
    return None


def moment(told: str, offset: str) -> str | None:
    """Return a local time and its offset from UTC as a moment; None without an offset.

    >>> moment("2026-03-01 05:05:06", "+0100")
    '2026-03-01T04:05:06+00:00'
    """
    found = _OFFSET.match(offset)
    try:
        local = datetime.fromisoformat(told)
    except ValueError:
        return None
    if not found or local.tzinfo is not None:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    try:
        return (local - (away if found[1] == "+" else -away)).replace(tzinfo=UTC).isoformat()
    except OverflowError:
        return None


def filled(**members: Any) -> dict[str, Any]:
    """Return a row without the members that say nothing.

    >>> filled(name="sda", vendor="", size_bytes=None)
    {'name': 'sda'}
    """
    return {name: value for name, value in members.items() if value not in (None, "", [])}
