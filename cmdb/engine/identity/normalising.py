"""Brings identifying evidence into one form, and leaves out what identifies nobody.

>>> from cmdb.vocabulary import HARDWARE_UUID, SERIAL
>>> normalise(SERIAL, " abc-123 ", "Hewlett-Packard").value
'ABC-123|hp'
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
from cmdb.engine.identity.serials import compose, fold_vendor
from cmdb.observation import Identifier
from cmdb.vocabulary import (
    BOARD_SERIAL,
    CHASSIS_ID,
    ENGINE_ID,
    FQDN,
    HARDWARE_UUID,
    LOCAL_MAC,
    MAC,
    MACHINE_ID,
    NAME,
    SERIAL,
    IdentifierKind,
)

__all__ = ["fold_vendor", "normalise"]

_MOST = 200
_HEX = re.compile(r"[^0-9a-f]")
_MAC_SHAPE = re.compile(r"[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "unknown", "none", "(none)"})


def normalise(kind: IdentifierKind, raw: str, vendor: str = "") -> Identifier | None:
    """Return the evidence in canonical form; None when the value identifies nobody.

    ``vendor`` matters for serials only: two makers may number alike. A UUID is stored as the
    smallest of the orders in which firmware and hypervisors write its bytes, so that SMBIOS 2.4
    and 2.6 readings of one board agree.
    """
    text = " ".join(_UNSTORABLE.sub(" ", raw).split())[:_MOST]
    if not text or text.casefold() in knowledge().placeholders:
        return None
    maker = _UNSTORABLE.sub(" ", vendor)[:_MOST]
    value = _NORMALISERS.get(kind, _plain)(text, maker)
    return Identifier(kind, value) if value else None


def _plain(text: str, _vendor: str) -> str:
    return text.casefold()


def _uuid(text: str, _vendor: str) -> str:
    # VMware writes "VMware-56 4d 8e …" where others write a UUID.
    try:
        read = uuid.UUID(_HEX.sub("", text.casefold().removeprefix("vmware-")))
    except ValueError:
        return ""
    orders = {str(order) for order in _orders(read)}
    if orders & knowledge().bad_uuids or len(set(read.hex)) < 3:
        return ""
    return min(orders)


def _orders(read: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Return the UUID with its first block, its next two, or all three read the other way."""
    first, second, third, rest = read.hex[:8], read.hex[8:12], read.hex[12:16], read.hex[16:]
    turned = [bytes.fromhex(block)[::-1].hex() for block in (first, second, third)]
    return (
        read,
        uuid.UUID(turned[0] + second + third + rest),
        uuid.UUID(first + turned[1] + turned[2] + rest),
        uuid.UUID("".join(turned) + rest),
    )


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
    mac = _colons(digits)
    return "" if mac.startswith(knowledge().shared_mac_prefixes) else mac


def _local_mac(text: str, _vendor: str) -> str:
    digits = _HEX.sub("", text.casefold())
    if len(digits) != 12 or len(set(digits)) < 2:
        return ""
    # Bit 1 alone: administered locally, and no group's.
    mac = _colons(digits)
    made_up = int(digits[:2], 16) & 0b11 == 0b10
    return mac if made_up and not mac.startswith(knowledge().shared_mac_prefixes) else ""


def _colons(digits: str) -> str:
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _chassis(text: str, _vendor: str) -> str:
    value = text.casefold()
    if not _MAC_SHAPE.fullmatch(value):
        return value
    digits = _HEX.sub("", value)
    return _colons(digits) if len(set(digits)) > 1 else ""


def _engine(text: str, _vendor: str) -> str:
    value = _HEX.sub("", text.casefold().removeprefix("0x"))
    return value if len(value) >= 10 and len(set(value)) > 2 else ""


def _name(text: str, _vendor: str) -> str:
    value = text.casefold().rstrip(".")
    return "" if value in _LOCAL_NAMES else value


def _fqdn(text: str, vendor: str) -> str:
    value = _name(text, vendor)
    # One label before "local" is the name that a machine gives to itself (RFC 6762, section 3);
    # more of them are a domain that somebody called so.
    itself = value.endswith(".local") and value.count(".") == 1
    return value if "." in value and not itself and not value.endswith(".localdomain") else ""


_NORMALISERS: dict[IdentifierKind, Callable[[str, str], str]] = {
    SERIAL: compose,
    BOARD_SERIAL: compose,
    CHASSIS_ID: _chassis,
    HARDWARE_UUID: _uuid,
    MACHINE_ID: _machine_id,
    MAC: _mac,
    LOCAL_MAC: _local_mac,
    ENGINE_ID: _engine,
    NAME: _name,
    FQDN: _fqdn,
}
