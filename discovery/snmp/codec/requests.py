"""Requests: GET, GETNEXT and GETBULK as octets."""

from collections.abc import Sequence
from functools import lru_cache

from discovery.snmp.session import Oid

GET, GET_NEXT, GET_BULK = 0xA0, 0xA1, 0xA5
_REPORT = 0xA8
_COUNTER = 0x41
V1, V2C = 0, 1
_INTEGER, _OCTETS, _OBJECT_ID, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_NULL = b"\x05\x00"
_NO_ERROR = b"\x02\x01\x00\x02\x01\x00"
#: The largest number in an OID (RFC 2578, section 3.5).
LARGEST_NUMBER = 0xFFFF_FFFF


def request(version: int, community: bytes, kind: int, number: int, oids: Sequence[Oid]) -> bytes:
    """Return a GET or GETNEXT; ``number`` is the request id (0 to 2**31 - 1).

    Raises ValueError for an OID that cannot be written.
    """
    return _message(version, community, kind, number, _NO_ERROR, oids)


def bulk_request(community: bytes, number: int, oids: Sequence[Oid], repetitions: int) -> bytes:
    """Return a GETBULK without non-repeaters; raises ValueError as ``request`` does.

    >>> bulk_request(b"public", 1, [(1, 3, 6)], 5).hex()
    '302002010104067075626c6963a5130201010201000201053008300606022b060500'
    """
    counts = b"\x02\x01\x00" + integer(repetitions)
    return _message(V2C, community, GET_BULK, number, counts, oids)


def _message(
    version: int, community: bytes, kind: int, number: int, middle: bytes, oids: Sequence[Oid]
) -> bytes:
    pdu = _pdu(kind, number, middle, oids)
    return tlv(_SEQUENCE, bytes((_INTEGER, 1, version)) + tlv(_OCTETS, community) + pdu)


def request_pdu(kind: int, number: int, oids: Sequence[Oid]) -> bytes:
    """Return the PDU alone of a GET or GETNEXT. Raises ValueError as ``request`` does."""
    return _pdu(kind, number, _NO_ERROR, oids)


def bulk_pdu(number: int, oids: Sequence[Oid], repetitions: int) -> bytes:
    """Return the PDU alone of a GETBULK. Raises ValueError as ``request`` does."""
    return _pdu(GET_BULK, number, b"\x02\x01\x00" + integer(repetitions), oids)


def report_pdu(counter: Oid, count: int) -> bytes:
    """Return the PDU of a report: a counter that names what was wrong (RFC 3412, section 7.1)."""
    value = tlv(_COUNTER, count.to_bytes(count.bit_length() // 8 + 1))
    variable = tlv(_SEQUENCE, object_id(counter) + value)
    return tlv(_REPORT, integer(0) + _NO_ERROR + tlv(_SEQUENCE, variable))


def _pdu(kind: int, number: int, middle: bytes, oids: Sequence[Oid]) -> bytes:
    names = b"".join([tlv(_SEQUENCE, object_id(oid) + _NULL) for oid in oids])
    return tlv(kind, integer(number) + middle + tlv(_SEQUENCE, names))


def tlv(tag: int, content: bytes) -> bytes:
    """Return tag, length and content, the length in as few octets as it takes."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    if size < 0x100:
        return bytes((tag, 0x81, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int) -> bytes:
    """Return an INTEGER in two's complement."""
    return tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


@lru_cache(maxsize=4096)
def object_id(oid: Oid) -> bytes:
    """Return an OBJECT IDENTIFIER. Raises ValueError for what is none.

    >>> object_id((1, 3, 6, 1, 4, 1, 9)).hex()
    '06062b0601040109'
    """
    if len(oid) < 2 or min(oid) < 0 or max(oid) > LARGEST_NUMBER or oid[0] > 2:
        raise ValueError(f"{oid} is no OID")
    if oid[0] < 2 and oid[1] > 39:
        raise ValueError(f"{oid} is no OID: the second number is at most 39")
    numbers = (oid[0] * 40 + oid[1], *oid[2:])
    if max(numbers) < 0x80:
        return tlv(_OBJECT_ID, bytes(numbers))
    return tlv(_OBJECT_ID, b"".join(map(_base_128, numbers)))


@lru_cache(maxsize=4096)
def _base_128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))
