"""Recorded SNMP devices: one variable a line, ``OID|TAG|VALUE``, as ``snmpsim`` serves them.

The tag is the number of the ASN.1 type; an ``x`` behind it says that the value is hexadecimal.
Lines that are empty, begin with ``#`` or cannot be read are left out.
"""

import bisect
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.support import ber
from tests.support.ber import Oid

_NUMBERS = {ber.INTEGER, ber.COUNTER, ber.GAUGE, ber.TICKS, ber.COUNTER64}


class Recording:
    """The variables of a device, each encoded once."""

    def __init__(self, variables: Mapping[Oid, bytes]) -> None:
        self._oids = sorted(variables)
        self._varbinds = [ber.varbind(oid, variables[oid]) for oid in self._oids]

    def __len__(self) -> int:
        return len(self._oids)

    def exact(self, oid: Oid) -> bytes | None:
        """Return the encoded varbind of that very OID."""
        place = bisect.bisect_left(self._oids, oid)
        found = place < len(self._oids) and self._oids[place] == oid
        return self._varbinds[place] if found else None

    def after(self, oid: Oid) -> tuple[Oid, bytes] | None:
        """Return the next OID with its encoded varbind, None at the end."""
        place = bisect.bisect_right(self._oids, oid)
        return (self._oids[place], self._varbinds[place]) if place < len(self._oids) else None


def read_recording(path: Path) -> Recording:
    """Read a recording from a file."""
    return parse_recording(path.read_text("utf-8").splitlines())


def parse_recording(lines: Iterable[str]) -> Recording:
    """Read a recording from its lines."""
    variables: dict[Oid, bytes] = {}
    for line in lines:
        parts = line.rstrip("\n").split("|", 2)
        if len(parts) == 3 and not line.startswith("#"):
            try:
                oid = tuple(map(int, parts[0].strip(".").split(".")))
                variables.setdefault(oid, _value(parts[1], parts[2]))
            except ValueError:
                continue
    return Recording(variables)


def _value(tag_words: str, words: str) -> bytes:
    tag = int(tag_words.rstrip("x"))
    if tag_words.endswith("x"):
        return ber.tlv(tag, bytes.fromhex(words))
    if tag in _NUMBERS:
        return ber.integer(int(words), tag)
    if tag == ber.OBJECT_ID:
        return ber.object_id(tuple(map(int, words.strip(".").split("."))))
    if tag == ber.IP_ADDRESS:
        return ber.tlv(tag, bytes(map(int, words.split("."))))
    if tag == ber.NULL:
        return ber.tlv(tag, b"")
    return ber.tlv(tag, words.encode())
