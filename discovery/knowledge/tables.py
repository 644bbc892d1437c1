"""Tables that a make keeps of its own, as data: components, transceivers, access points, stations.

A table is asked of devices whose sysObjectID lies below one of its ``object_id``. Each field of its
rows says where it stands; the form is explained at the head of ``components.toml``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Oid = tuple[int, ...]

#: What the rows of a table may say, by what they are.
ROWS: Mapping[str, frozenset[str]] = {
    rows: frozenset(fields.split())
    for rows, fields in {
        "components": "index kind parent position name description vendor model serial"
        " hardware_revision firmware_revision software_revision",
        "transceivers": "interface_index entity_index kind vendor model serial temperature_c volts"
        " bias_ma sent_dbm received_dbm",
        "access_points": "mac name address vendor model serial version location stations",
        "stations": "mac name address access_point network channel signal_dbm",
    }.items()
}
_KEYS = {"object_id", "description", "rows", "entry", "unset", "fields"}
#: Descriptions are cut before a pattern sees them: no device can make a search long.
_LONGEST = 1024
_FIELD_KEYS = {"column", "index", "value", "words", "factor"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: in columns (the first that says something), in the index, or nowhere.

    ``index`` are the first and last of its numbers, counted from 1. ``value`` is the same for every
    row. ``words`` maps what is found to a word by the first pattern that matches; a number is
    multiplied by ``factor``.
    """

    columns: tuple[int, ...] = ()
    index: tuple[int, int] | None = None
    value: str = ""
    words: tuple[tuple[re.Pattern[str], str], ...] = ()
    factor: float = 1.0

    def word(self, said: str) -> str:
        """Return the word for what was said, and what was said where there are no words."""
        if not self.words:
            return said
        return next((word for pattern, word in self.words if pattern.search(said)), "")


@dataclass(frozen=True, slots=True)
class VendorTable:
    """One table: which devices have it, what its rows are, and where each field stands.

    ``unset`` are values that mean "nothing", as text.
    """

    object_ids: tuple[Oid, ...]
    rows: str
    entry: Oid
    places: Mapping[str, Place]
    unset: frozenset[str] = field(default_factory=frozenset)
    description: re.Pattern[str] | None = None

    def is_of(self, object_id: Oid, description: str) -> bool:
        """Say whether a device may have it, by its sysObjectID and its sysDescr."""
        if self.description is not None and not self.description.search(description[:_LONGEST]):
            return False
        return any(object_id[: len(one)] == one for one in self.object_ids)

    @property
    def columns(self) -> list[Oid]:
        """The columns to be read, each once."""
        numbers = dict.fromkeys(n for place in self.places.values() for n in place.columns)
        return [(*self.entry, number) for number in numbers]


def read_table_entry(entry: Mapping[str, Any]) -> VendorTable:
    """Read a ``[[table]]``. Raises ValueError, TypeError or KeyError for what cannot be used."""
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}")
    rows = entry["rows"]
    if rows not in ROWS:
        raise ValueError(f"rows are {', '.join(sorted(ROWS))}, not {rows!r}")
    fields = entry["fields"]
    strange = sorted(set(fields) - ROWS[rows])
    if strange:
        raise ValueError(f"{rows} have no {strange[0]!r}")
    object_ids = entry["object_id"]
    object_ids = [object_ids] if isinstance(object_ids, str) else object_ids
    return VendorTable(
        tuple(read_oid(one) for one in object_ids),
        rows,
        read_oid(entry["entry"]),
        {name: _place(where) for name, where in fields.items()},
        frozenset(map(str, entry.get("unset", ()))),
        re.compile(entry["description"]) if "description" in entry else None,
    )


def read_oid(text: str) -> Oid:
    """Return the numbers of an OID. Raises ValueError."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is not an OID")
    return tuple(map(int, parts))


def _place(where: object) -> Place:
    if isinstance(where, int | list):
        return Place(_columns(where))
    if not isinstance(where, Mapping):
        raise TypeError(f"{where!r} is no place: a column, columns, or a table of keys")
    unknown = sorted(set(where) - _FIELD_KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} in a field")
    if sum(key in where for key in ("column", "index", "value")) != 1:
        raise ValueError("a field has a column, an index or a value")
    return Place(
        _columns(where.get("column", [])),
        _span(where["index"]) if "index" in where else None,
        str(where.get("value", "")),
        tuple((re.compile(pattern), str(word)) for pattern, word in where.get("words", ())),
        float(where.get("factor", 1)),
    )


def _columns(where: int | Sequence[int]) -> tuple[int, ...]:
    columns = (where,) if isinstance(where, int) else tuple(where)
    if not all(str(one).isdigit() and int(one) for one in columns):
        raise ValueError(f"{where!r} are no columns")
    return columns


def _span(words: object) -> tuple[int, int]:
    first, _, last = str(words).partition("-")
    if not first.isdigit() or not (last or first).isdigit() or int(first) < 1:
        raise ValueError(f"{words!r} is no part of an index: write 1 or 1-6")
    return int(first), int(last or first)
