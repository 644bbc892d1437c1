"""Messages of SNMPv3 (RFC 3412, RFC 3414): what surrounds a PDU, with the places of its parts."""

from dataclasses import dataclass

from discovery.snmp.codec.notifications import Notification, read_scoped
from discovery.snmp.codec.responses import Malformed, read_element, read_number

_OCTETS, _SEQUENCE = 0x04, 0x30
_VERSION, _USM = 3, 3
_AUTH, _PRIV = 1, 2


@dataclass(frozen=True, slots=True)
class Secured:
    """A message as it came. ``proof`` is where its proof stands; ``content`` may be enciphered."""

    user: bytes
    engine_id: bytes
    boots: int
    time: int
    proof: tuple[int, int]
    salt: bytes
    content: bytes
    signed: bool
    enciphered: bool


def is_third_version(datagram: bytes) -> bool:
    """Say whether a message tells that it is one of SNMPv3. Raises Malformed."""
    start, end = read_element(datagram, 0, len(datagram), _SEQUENCE)
    return read_number(datagram, start, end)[0] == _VERSION


def read_secured(datagram: bytes) -> Secured:
    """Read what surrounds the PDU. Raises Malformed."""
    start, end = read_element(datagram, 0, len(datagram), _SEQUENCE)
    _, start = read_number(datagram, start, end)
    flags, start = _global(datagram, start, end)
    inner, start = read_element(datagram, start, end, _OCTETS)
    inner, stop = read_element(datagram, inner, start, _SEQUENCE)
    engine, inner = read_element(datagram, inner, stop, _OCTETS)
    engine_id = datagram[engine:inner]
    boots, inner = read_number(datagram, inner, stop)
    time, inner = read_number(datagram, inner, stop)
    user, inner = read_element(datagram, inner, stop, _OCTETS)
    name = datagram[user:inner]
    proof = read_element(datagram, inner, stop, _OCTETS)
    salt, salt_end = read_element(datagram, proof[1], stop, _OCTETS)
    if not (0 <= boots < 2**31 and 0 <= time < 2**31):
        raise Malformed("a clock that cannot be")
    enciphered = bool(flags & _PRIV)
    content = datagram[start:end]
    if enciphered:
        first, last = read_element(datagram, start, end, _OCTETS)
        content = datagram[first:last]
    signed = bool(flags & _AUTH)
    if enciphered and not signed:
        raise Malformed("enciphered and not signed")
    return Secured(
        name,
        engine_id,
        boots,
        time,
        proof,
        datagram[salt:salt_end],
        content,
        signed,
        enciphered,
    )


def _global(datagram: bytes, start: int, end: int) -> tuple[int, int]:
    start, after = read_element(datagram, start, end, _SEQUENCE)
    for _ in range(2):  # message id, largest size
        _, start = read_number(datagram, start, after)
    first, start = read_element(datagram, start, after, _OCTETS)
    model, _ = read_number(datagram, start, after)
    if start - first != 1 or model != _USM:
        raise Malformed("flags or a security model that nobody knows")
    return datagram[first], after


def read_inside(content: bytes) -> Notification:
    """Read the trap in a deciphered content; what fills the last block counts for nothing.

    Raises Malformed.
    """
    start, end = read_element(content, 0, len(content), _SEQUENCE)
    for _ in range(2):  # the engine and the context that it speaks of
        _, start = read_element(content, start, end, _OCTETS)
    return read_scoped(content, start, end)
