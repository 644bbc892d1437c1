"""Asks which displays are connected."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent.machine import Machine

_FOLDER = "/sys/class/drm"
_MAGIC = b"\x00\xff\xff\xff\xff\xff\xff\x00"
_BASE_BYTES = 128
# Four blocks of 18 bytes describe the display (VESA E-EDID 1.4, section 3.10); a text has a tag.
_DESCRIPTORS = range(54, 126, 18)
_SERIAL_TAG, _NAME_TAG = 0xFF, 0xFC


def collect(machine: Machine) -> list[dict[str, Any]]:
    """Return displays by the port they are on, as they describe themselves (EDID)."""
    if machine.windows:
        from agent.sources.windows import holdings  # noqa: PLC0415 - not needed elsewhere

        return holdings.monitors(machine)
    if machine.macos:
        from agent.sources.macos import holdings as of_a_mac  # noqa: PLC0415 - not needed elsewhere

        return of_a_mac.monitors(machine)
    found = []
    for port in machine.names(_FOLDER):
        told = machine.data(f"{_FOLDER}/{port}/edid", 4096)
        if told and len(told) >= _BASE_BYTES and told.startswith(_MAGIC):
            found.append({"port": port.partition("-")[2] or port, **read_edid(told)})
    return found


def read_edid(told: bytes) -> dict[str, Any]:
    """Return name, vendor (three letters of the PNP registry), serial and year of a display.

    >>> read_edid(_MAGIC + bytes([0x10, 0xAC]) + bytes(7) + bytes([22]) + bytes(110))
    {'name': None, 'vendor': 'DEL', 'serial': None, 'year': 2012}
    """
    letters = int.from_bytes(told[8:10], "big")
    vendor = "".join(chr(64 + (letters >> shift & 31)) for shift in (10, 5, 0))
    number = int.from_bytes(told[12:16], "little")
    texts = {
        told[start + 3]: told[start + 5 : start + 18].split(b"\n")[0].decode("cp437").strip()
        for start in _DESCRIPTORS
        if told[start : start + 3] == b"\0\0\0"
    }
    serial = texts.get(_SERIAL_TAG) or (str(number) if number else None)
    year = 1990 + told[17] if told[17] else None
    return {
        "name": texts.get(_NAME_TAG),
        "vendor": vendor if vendor.isalpha() else None,
        "serial": serial,
        "year": year,
    }
