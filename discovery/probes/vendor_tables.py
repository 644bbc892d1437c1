"""What does this make keep in tables of its own? Read as the knowledge tables say."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from discovery.findings import (
    AccessPointFinding,
    EntityFinding,
    Harvest,
    StationFinding,
    TransceiverFinding,
)
from discovery.knowledge.tables import Place, VendorTable
from discovery.snmp.conversation import Conversation
from discovery.snmp.session import Oid, Value
from discovery.snmp.tables import Index, read_optional
from discovery.snmp.text import ip, mac, number, text

#: Kinds of rows -> field of the findings, and what a row becomes.
_MADE: Mapping[str, tuple[str, type]] = {
    "components": ("entities", EntityFinding),
    "transceivers": ("transceivers", TransceiverFinding),
    "access_points": ("access_points", AccessPointFinding),
    "stations": ("stations", StationFinding),
}
#: Of these a row must hold one, else there is nothing.
_TELLING = {
    "components": ("name", "model", "serial"),
    "transceivers": ("model", "serial", "vendor", "temperature_c", "sent_dbm", "received_dbm"),
    "access_points": ("mac", "name"),
    "stations": ("mac",),
}
_COUNTS = {"index", "parent", "position", "interface_index", "entity_index", "stations", "channel"}
_MEASURES = {"temperature_c", "volts", "bias_ma", "sent_dbm", "received_dbm", "signal_dbm"}
_NUMBERS_OF_A_MAC = 6


async def ask(device: Conversation, tables: Sequence[VendorTable], known: Sequence[str]) -> Harvest:
    """Return the fields ``entities``, ``transceivers``, ``access_points`` and ``stations``.

    Components whose serial number is among ``known`` are left out: ENTITY-MIB tells them too.
    """
    complaints: list[str] = []
    found: dict[str, tuple[Any, ...]] = {}
    cut_short = False
    for table in tables:
        read = await read_optional(device, table.columns, complaints)
        cut_short = cut_short or read.cut_short
        field, kind = _MADE[table.rows]
        rows = [_values(table, index, row) for index, row in read]
        made = [kind(**row) for row in rows if _tells(table.rows, row, known)]
        found[field] = (*found.get(field, ()), *made)
    count = sum(len(rows) for rows in found.values())
    return Harvest(found, count, tuple(complaints), cut_short)


def _tells(kind: str, row: Mapping[str, Any], known: Sequence[str]) -> bool:
    if kind == "components" and row.get("serial") in known and row.get("serial"):
        return False
    if kind == "transceivers" and not (row.get("interface_index") or row.get("entity_index")):
        return False
    return any(row.get(name) not in {"", None} for name in _TELLING[kind])


def _values(table: VendorTable, index: Index, row: Mapping[Oid, Value]) -> dict[str, Any]:
    values = {name: _value(name, table, place, index, row) for name, place in table.places.items()}
    if table.rows == "components":
        values.setdefault("index", _folded(index))
        values["index"] = values["index"] or _folded(index)
        values["parent"] = values.get("parent") or 0
        values["kind"] = values.get("kind") or "unknown"
    if table.rows == "transceivers":
        for name in ("interface_index", "entity_index"):
            values[name] = values.get(name) or 0
    return values


def _folded(index: Index) -> int:
    """Return one number for an index of several, the same at each visit."""
    folded = 0
    for part in index:
        folded = (folded * 1000 + part) % (1 << 62)
    return folded


def _value(
    name: str, table: VendorTable, place: Place, index: Index, row: Mapping[Oid, Value]
) -> str | int | float | None:
    if place.index is not None:
        first, last = place.index
        return _of_index(name, index[first - 1 : last])
    if place.value:
        return place.value
    read: Callable[[str, Value | None, float], Any] = _number if _is_number(name) else _words
    for column in place.columns:
        said = row.get((*table.entry, column))
        if text(said) in table.unset:
            continue
        found = read(name, said, place.factor)
        if found not in {"", None}:
            return place.word(found) if isinstance(found, str) else found
    return None if _is_number(name) else ""


def _is_number(name: str) -> bool:
    return name in _COUNTS or name in _MEASURES


def _of_index(name: str, numbers: Sequence[int]) -> str | int | None:
    if name in _COUNTS:
        return numbers[0] if len(numbers) == 1 else None
    if name == "mac":
        octets = bytes(numbers) if numbers and max(numbers) < 256 else b""
        return mac(octets) if len(octets) == _NUMBERS_OF_A_MAC else ""
    return ".".join(map(str, numbers))


def _number(name: str, said: Value | None, factor: float) -> int | float | None:
    found = number(said)
    if found is None or name in _COUNTS:
        return found
    measured = found * factor
    return round(measured, 6) if math.isfinite(measured) else None


def _words(name: str, said: Value | None, _: float) -> str:
    """Read text; addresses come as octets."""
    if not isinstance(said, bytes):
        return text(said)
    if name == "mac":
        return mac(said)
    spelt = said.isascii() and said.decode().isprintable()  # a name may have six letters
    if name == "access_point" and not spelt and mac(said):
        return mac(said)
    return ip(said) if name in {"address", "access_point"} and not spelt else text(said)
