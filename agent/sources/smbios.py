"""The SMBIOS table as the kernel hands it out: memory modules, one structure each.

Layout after DMTF DSP0134 (SMBIOS 3.7): each structure is a formatted area (type, length, handle,
fields), then its strings, NUL-terminated, closed by one more NUL.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from agent.machine import Machine

_MEMORY_DEVICE = 17
_END_OF_TABLE = 127
_SIZE_UNKNOWN = 0xFFFF
_SIZE_IS_EXTENDED = 0x7FFF
_SIZE_IN_KIB = 0x8000

# DSP0134 table 77 (memory device type).
_MEMORY_TYPES = {
    0x0F: "SDRAM",
    0x12: "DDR",
    0x13: "DDR2",
    0x14: "DDR2 FB-DIMM",
    0x18: "DDR3",
    0x19: "FBD2",
    0x1A: "DDR4",
    0x1B: "LPDDR",
    0x1C: "LPDDR2",
    0x1D: "LPDDR3",
    0x1E: "LPDDR4",
    0x1F: "Logical non-volatile device",
    0x20: "HBM",
    0x21: "HBM2",
    0x22: "DDR5",
    0x23: "LPDDR5",
    0x24: "HBM3",
}
_NO_WORD = frozenset({"", "not specified", "unknown", "no dimm", "empty", "none"})


def memory_type(number: int) -> str | None:
    """Return what kind of memory a number of the table means.

    >>> memory_type(0x1A)
    'DDR4'
    """
    return _MEMORY_TYPES.get(number)


def memory_modules(machine: Machine) -> list[dict[str, Any]]:
    """Return the populated memory slots; none when the table is absent or closed to us (root only).

    Sizes are bytes, speeds MT/s.
    """
    return [
        _module(area, strings)
        for kind, area, strings in structures(_table(machine))
        if kind == _MEMORY_DEVICE and _size_bytes(area)
    ]


def structures(table: bytes) -> Iterator[tuple[int, bytes, list[str]]]:
    """Each structure of a raw table: type, formatted area (header included), strings.

    Stops at the end marker and at the first structure that cannot be right.
    """
    offset = 0
    while offset + 4 <= len(table):
        kind, length = table[offset], table[offset + 1]
        if length < 4 or kind == _END_OF_TABLE:
            return
        strings_at = offset + length
        end = table.find(b"\0\0", strings_at)
        if end < 0:
            return
        raw = table[strings_at:end]
        words = [word.decode("latin-1").strip() for word in raw.split(b"\0")] if raw else []
        yield kind, table[offset:strings_at], words
        offset = end + 2


def _table(machine: Machine) -> bytes:
    table = machine.data("/sys/firmware/dmi/tables/DMI")
    if table is not None:
        return table
    folder = "/sys/firmware/dmi/entries"
    entries = (name for name in machine.names(folder) if name.startswith(f"{_MEMORY_DEVICE}-"))
    return b"".join(machine.data(f"{folder}/{name}/raw") or b"" for name in entries)


def _module(area: bytes, strings: list[str]) -> dict[str, Any]:
    configured, rated = _word(area, 0x20), _word(area, 0x15)
    speed = configured or rated
    return {
        "slot": _string(area, 0x10, strings),
        "size_bytes": _size_bytes(area),
        "type": memory_type(_byte(area, 0x12)),
        "speed_mts": speed if 0 < speed < 0xFFFF else None,
        "manufacturer": _string(area, 0x17, strings),
        "serial": _string(area, 0x18, strings),
        "part_number": _string(area, 0x1A, strings),
    }


def _size_bytes(area: bytes) -> int:
    size = _word(area, 0x0C)
    if size == _SIZE_UNKNOWN:
        return 0
    if size == _SIZE_IS_EXTENDED:
        return (int.from_bytes(area[0x1C:0x20], "little") & 0x7FFFFFFF) * 1024 * 1024
    return (size & 0x7FFF) * (1024 if size & _SIZE_IN_KIB else 1024 * 1024)


def _byte(area: bytes, offset: int) -> int:
    return area[offset] if offset < len(area) else 0


def _word(area: bytes, offset: int) -> int:
    return int.from_bytes(area[offset : offset + 2], "little")


def _string(area: bytes, offset: int, strings: list[str]) -> str | None:
    number = _byte(area, offset)
    if not 0 < number <= len(strings):
        return None
    word = strings[number - 1]
    return None if word.lower() in _NO_WORD else word
