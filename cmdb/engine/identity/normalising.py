"""Brings identifying evidence into one form, and leaves out what identifies nobody.

>>> from cmdb.vocabulary import HARDWARE_UUID, SERIAL
>>> normalise(SERIAL, " abc-123 ", "Hewlett-Packard").value
'hp|ABC-123'
>>> normalise(SERIAL, "To be filled by O.E.M.") is None
True
>>> little = normalise(HARDWARE_UUID, "44454C4C-4200-1035-8052-B4C04F4A3332")
>>> little == normalise(HARDWARE_UUID, "4C4C4544-0042-3510-8052-B4C04F4A3332")
True
"""

import re
import uuid
from collections.abc import Callable

from cmdb.engine.identity.knowledge import knowledge
from cmdb.observation import Identifier
from cmdb.vocabulary import (
    BOARD_SERIAL,
    ENGINE_ID,
    FQDN,
    HARDWARE_UUID,
    MAC,
    MACHINE_ID,
    NAME,
    SERIAL,
    IdentifierKind,
)

_MOST = 200
_HEX = re.compile(r"[^0-9a-f]")
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "unknown", "none", "(none)"})


def normalise(kind: IdentifierKind, raw: str, vendor: str = "") -> Identifier | None:
    """Return the evidence in canonical form; None when the value identifies nobody.

    ``vendor`` matters for serials only: two makers may number alike. A UUID is stored as the
    smaller of its two byte orders, so that SMBIOS 2.4 and 2.6 readings of one board agree.
    """
    text = " ".join(raw.replace("\0", " ").split())[:_MOST]
    if not text or text.casefold() in knowledge().placeholders:
        return None
    value = _NORMALISERS.get(kind, _plain)(text, vendor)
    return Identifier(kind, value) if value else None


def _plain(text: str, _vendor: str) -> str:
    return text.casefold()


def fold_vendor(vendor: str) -> str:
    """Return one name for all spellings of a maker.

    >>> fold_vendor("Hewlett Packard Enterprise")
    'hp'
    """
    folded = " ".join(vendor.casefold().split())
    return knowledge().vendors.get(folded, folded)


def _serial(text: str, vendor: str) -> str:
    value = text.upper()
    # One character over and over ("0000000", "FFFF"), or too short to be anybody's number.
    if len(set(value.replace("-", "").replace(" ", ""))) < 2 or len(value) < 4:
        return ""
    return f"{fold_vendor(vendor)}|{value}"


def _uuid(text: str, _vendor: str) -> str:
    try:
        read = uuid.UUID(_HEX.sub("", text.casefold()))
    except ValueError:
        return ""
    swapped = uuid.UUID(bytes_le=read.bytes)
    known_bad = knowledge().bad_uuids
    if {str(read), str(swapped)} & known_bad or len(set(read.hex)) < 3:
        return ""
    return str(min(read, swapped))


def _machine_id(text: str, _vendor: str) -> str:
    value = _HEX.sub("", text.casefold())
    return value if len(value) == 32 and len(set(value)) > 2 else ""


def _mac(text: str, _vendor: str) -> str:
    digits = _HEX.sub("", text.casefold())
    if len(digits) != 12 or len(set(digits)) < 2:
        return ""
    first = int(digits[:2], 16)
    # Bit 0: a group address; bit 1: administered locally, so anybody may have made it up.
    if first & 0b11:
        return ""
    mac = ":".join(digits[i : i + 2] for i in range(0, 12, 2))
    return "" if mac.startswith(knowledge().shared_mac_prefixes) else mac


def _engine(text: str, _vendor: str) -> str:
    value = _HEX.sub("", text.casefold().removeprefix("0x"))
    return value if len(value) >= 10 and len(set(value)) > 2 else ""


def _name(text: str, _vendor: str) -> str:
    value = text.casefold().rstrip(".")
    return "" if value in _LOCAL_NAMES else value


def _fqdn(text: str, vendor: str) -> str:
    value = _name(text, vendor)
    return value if "." in value and not value.endswith((".localdomain", ".local")) else ""


_NORMALISERS: dict[IdentifierKind, Callable[[str, str], str]] = {
    SERIAL: _serial,
    BOARD_SERIAL: _serial,
    HARDWARE_UUID: _uuid,
    MACHINE_ID: _machine_id,
    MAC: _mac,
    ENGINE_ID: _engine,
    NAME: _name,
    FQDN: _fqdn,
}
