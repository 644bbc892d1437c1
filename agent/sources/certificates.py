"""X.509 certificates, read just far enough: whose, from whom, until when.

DER is read by hand (ITU-T X.690): the standard library has no public reader, and importing its
TLS costs 20 ms. Only lengths and tags are followed; nothing is verified.
"""

from __future__ import annotations

import binascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_SEQUENCE, _SET, _OID, _CONTEXT_0, _CONTEXT_3 = 0x30, 0x31, 0x06, 0xA0, 0xA3
_COMMON_NAME, _ORGANISATION = bytes.fromhex("550403"), bytes.fromhex("55040a")
_ALTERNATIVE_NAMES = bytes.fromhex("551d11")
_DNS_NAME = 0x82
_NAMES_KEPT = 20


def read_pem(text: str) -> dict[str, Any] | None:
    """Return what the first certificate of a PEM file says; None when there is none to be read.

    `name`, `issuer`, `serial` (hexadecimal), `not_before`, `not_after` (UTC, ISO 8601) and
    `names`, the host names it stands for.
    """
    start = text.find(_BEGIN)
    stop = text.find(_END, start)
    if start < 0 or stop < 0:
        return None
    try:
        return _read(binascii.a2b_base64(text[start + len(_BEGIN) : stop]))
    except (ValueError, IndexError):
        return None


def _read(der: bytes) -> dict[str, Any]:
    certificate = _members(_members(der)[0][1])
    told = _members(certificate[0][1])
    if told[0][0] == _CONTEXT_0:
        told = told[1:]
    serial, _, issuer, validity, subject = told[:5]
    begins, ends = _members(validity[1])
    names = _alternative_names(told[5:])
    return {
        "name": _name(subject[1]) or (names[0] if names else None),
        "issuer": _name(issuer[1]),
        "serial": serial[1].hex(),
        "not_before": _moment(begins),
        "not_after": _moment(ends),
        "names": names,
    }


def _members(data: bytes) -> list[tuple[int, bytes]]:
    """Return (tag, content) of each value that stands side by side in `data`."""
    found = []
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError("cut short")
        found.append((tag, data[at : at + length]))
        at += length
    return found


def _name(data: bytes) -> str | None:
    """Return the common name, else the organisation."""
    parts: dict[bytes, str] = {}
    for tag, group in _members(data):
        if tag == _SET:
            for _, pair in _members(group):
                (_, oid), (_, text) = _members(pair)[:2]
                parts[oid] = text.decode("utf-8", "replace")
    return parts.get(_COMMON_NAME) or parts.get(_ORGANISATION)


def _moment(member: tuple[int, bytes]) -> str:
    """UTCTime has two digits of a year, of which 50 and more are of the last century (RFC 5280)."""
    tag, raw = member
    digits = raw.decode("ascii")
    if tag == 0x17:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    return (
        f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}Z"
    )


def _alternative_names(rest: list[tuple[int, bytes]]) -> list[str]:
    for tag, wrapped in rest:
        if tag != _CONTEXT_3:
            continue
        for _, extension in _members(_members(wrapped)[0][1]):
            parts = _members(extension)
            if parts[0] == (_OID, _ALTERNATIVE_NAMES):
                names = _members(_members(parts[-1][1])[0][1])
                found = [
                    text.decode("ascii", "replace") for kind, text in names if kind == _DNS_NAME
                ]
                return sorted(set(found))[:_NAMES_KEPT]
    return []
