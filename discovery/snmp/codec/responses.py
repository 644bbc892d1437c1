"""Responses: what a device answered, out of octets that may be anything at all.

Nothing is taken on trust: every length is checked against what holds it, and there is no recursion,
so the work is linear in the datagram whatever a stranger sends. What real agents are known to get
wrong is understood, or the answer would be lost: lengths in more octets than needed, counters
without the leading zero octet, an empty OID, an integer without content.
"""

from dataclasses import dataclass
from functools import lru_cache

from discovery.snmp.session import ABSENT, END, Oid, Value, VarBind

_RESPONSE = 0xA2
_INTEGER, _OCTETS, _OBJECT_ID, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_END_OF_VIEW = 0x82
#: Counter32, Gauge32, TimeTicks, Counter64: never negative, and some agents forget the zero octet.
_UNSIGNED = frozenset((0x41, 0x42, 0x43, 0x46))
#: BIT STRING of old agents, OCTET STRING, IpAddress, Opaque, NsapAddress.
_STRINGS = frozenset((0x03, _OCTETS, 0x40, 0x44, 0x45))
#: A Counter64 has eight octets and a zero; what is longer is an attack on those who print numbers.
_LONGEST_INTEGER = 9
#: A number of an OID has 32 bits, five octets; RFC 2578 knows no OID of more than 128 numbers.
_LONGEST_OID = 640


class Malformed(ValueError):
    """A datagram is no SNMP response; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a device answered; ``number`` is the request id, ``place`` the error index from 1."""

    number: int
    status: int
    place: int
    varbinds: list[VarBind]


def number_of(datagram: bytes) -> int:
    """Return the request id of a response without looking at the rest. Raises Malformed."""
    return _head(datagram)[0]


def read_response(datagram: bytes) -> Response:
    """Return all of a response of SNMPv1 or SNMPv2c. Raises Malformed."""
    number, start, end = _head(datagram)
    return _body(datagram, number, start, end)


def read_pdu(data: bytes, start: int, end: int, tag: int = _RESPONSE) -> Response:
    """Return a response or a report whose PDU begins at ``start``. Raises Malformed."""
    start, end = read_element(data, start, end, tag)
    number, start = read_number(data, start, end)
    return _body(data, number, start, end)


def _body(data: bytes, number: int, start: int, end: int) -> Response:
    status, start = read_number(data, start, end)
    place, start = read_number(data, start, end)
    start, end = read_element(data, start, end, _SEQUENCE)
    return Response(number, status, place, read_varbinds(data, start, end))


def _head(data: bytes) -> tuple[int, int, int]:
    """Return the request id, and where the rest of the PDU begins and ends."""
    start, end = read_element(data, 0, len(data), _SEQUENCE)
    version, start = read_number(data, start, end)
    if version not in (0, 1):
        raise Malformed(f"version {version} has no community")
    _, start = read_element(data, start, end, _OCTETS)
    start, end = read_element(data, start, end, _RESPONSE)
    number, start = read_number(data, start, end)
    return number, start, end


def read_element(data: bytes, start: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of the element at ``start`` begins and ends. Raises Malformed."""
    if end - start < 2:
        raise Malformed("ends within a header")
    if data[start] != tag:
        raise Malformed(f"type {data[start]:#04x} where {tag:#04x} belongs")
    size = data[start + 1]
    start += 2
    if size & 0x80:
        start, size = _long_size(data, start, end, size)
    if start + size > end:
        raise Malformed("ends within a value")
    return start, start + size


def _long_size(data: bytes, start: int, end: int, size: int) -> tuple[int, int]:
    octets = size & 0x7F
    if not octets or octets > 8 or start + octets > end:
        raise Malformed("a length that cannot be")
    return start + octets, int.from_bytes(data[start : start + octets])


def read_number(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the INTEGER at ``start`` and where it ends. Raises Malformed."""
    start, end = read_element(data, start, end, _INTEGER)
    if end - start > _LONGEST_INTEGER:
        raise Malformed("an integer that is too long")
    return int.from_bytes(data[start:end], signed=True), end


def read_varbinds(data: bytes, start: int, end: int) -> list[VarBind]:
    """Return the variables between two places. Raises Malformed."""
    found: list[VarBind] = []
    add = found.append
    while start < end:
        start, stop = read_element(data, start, end, _SEQUENCE)
        name, after = read_element(data, start, stop, _OBJECT_ID)
        if after + 2 > stop:
            raise Malformed("a variable without a value")
        tag = data[after]
        value, value_end = read_element(data, after, stop, tag)
        add((_object_id(data[name:after]), _value(tag, data[value:value_end])))
        start = stop
    return found


def _value(tag: int, content: bytes) -> Value:
    if tag == _INTEGER or tag in _UNSIGNED:
        if len(content) > _LONGEST_INTEGER:
            raise Malformed("an integer that is too long")
        return int.from_bytes(content, signed=tag == _INTEGER)
    if tag in _STRINGS:
        return content
    if tag == _OBJECT_ID:
        return _object_id(content)
    return END if tag == _END_OF_VIEW else ABSENT  # a type that SNMP does not know says nothing


@lru_cache(maxsize=8192)
def _object_id(content: bytes) -> Oid:
    """Return the numbers of an OID; one that is empty is 0.0, as net-snmp has it.

    Remembered, because a table's names come back under each credential, VLAN and visit; of the
    devices of one make most names are the same.
    """
    if len(content) > _LONGEST_OID:
        raise Malformed("an OID that is too long")
    if content.isascii():
        first, rest = (content[0], tuple(content[1:])) if content else (0, ())
    else:
        first, *rest_of = _base_128(content)
        rest = tuple(rest_of)
    if first < 40:
        return (0, first, *rest)
    return (1, first - 40, *rest) if first < 80 else (2, first - 80, *rest)


def _base_128(content: bytes) -> list[int]:
    numbers: list[int] = []
    number = 0
    for octet in content:
        if octet & 0x80:
            number = (number | octet & 0x7F) << 7
        else:
            numbers.append(number | octet)
            number = 0
    if content[-1] & 0x80:
        raise Malformed("an OID that ends within a number")
    return numbers
