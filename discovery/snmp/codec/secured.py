"""Messages of SNMPv3 (RFC 3412, RFC 3414): what surrounds a PDU, with the places of its parts."""

from dataclasses import dataclass

from discovery.snmp.codec.notifications import Notification, read_scoped
from discovery.snmp.codec.requests import integer, tlv
from discovery.snmp.codec.responses import Malformed, Response, read_element, read_number, read_pdu

_OCTETS, _SEQUENCE = 0x04, 0x30
_VERSION, _USM = 3, 3
_AUTH, _PRIV, _REPORTABLE = 1, 2, 4
_REPORT = 0xA8
#: The largest answer we take: what fits into a datagram.
_LARGEST = 65_507


@dataclass(frozen=True, slots=True)
class Secured:
    """A message as it came. ``proof`` is where its proof stands; ``content`` may be enciphered.

    ``reportable``: who sent it waits for an answer.
    """

    user: bytes
    engine_id: bytes
    boots: int
    time: int
    proof: tuple[int, int]
    salt: bytes
    content: bytes
    signed: bool
    enciphered: bool
    number: int
    reportable: bool = False


def is_third_version(datagram: bytes) -> bool:
    """Say whether a message tells that it is one of SNMPv3. Raises Malformed."""
    start, end = read_element(datagram, 0, len(datagram), _SEQUENCE)
    return read_number(datagram, start, end)[0] == _VERSION


def read_secured(datagram: bytes) -> Secured:
    """Read what surrounds the PDU. Raises Malformed."""
    start, end = read_element(datagram, 0, len(datagram), _SEQUENCE)
    _, start = read_number(datagram, start, end)
    number, flags, start = _global(datagram, start, end)
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
        number,
        bool(flags & _REPORTABLE),
    )


def number_of_secured(datagram: bytes) -> int:
    """Return the message's number without looking at the rest. Raises Malformed."""
    start, end = read_element(datagram, 0, len(datagram), _SEQUENCE)
    _, start = read_number(datagram, start, end)
    start, end = read_element(datagram, start, end, _SEQUENCE)
    return read_number(datagram, start, end)[0]


def _global(datagram: bytes, start: int, end: int) -> tuple[int, int, int]:
    start, after = read_element(datagram, start, end, _SEQUENCE)
    number, start = read_number(datagram, start, after)
    _, start = read_number(datagram, start, after)  # the largest answer it takes
    first, start = read_element(datagram, start, after, _OCTETS)
    model, _ = read_number(datagram, start, after)
    if start - first != 1 or model != _USM:
        raise Malformed("flags or a security model that nobody knows")
    return number, datagram[first], after


def read_inside(content: bytes) -> Notification:
    """Read the trap or inform in a deciphered content; what fills the last block is left out.

    The reply to an inform is a scoped PDU that is still to be sent as a message. Raises Malformed.
    """
    start, end = read_element(content, 0, len(content), _SEQUENCE)
    for _ in range(2):  # the engine and the context that it speaks of
        _, start = read_element(content, start, end, _OCTETS)
    return read_scoped(content, start, end)


def read_answer(content: bytes) -> tuple[Response, bool]:
    """Read the PDU of an answer in a deciphered content, and whether it is a report.

    Raises Malformed.
    """
    start, end = read_element(content, 0, len(content), _SEQUENCE)
    for _ in range(2):  # the engine and the context that it speaks of
        _, start = read_element(content, start, end, _OCTETS)
    is_report = start < end and content[start] == _REPORT
    answer = read_pdu(content, start, end, _REPORT) if is_report else read_pdu(content, start, end)
    return answer, is_report


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a request of ours says of itself. ``proof_octets`` and ``salt`` are of its protocols."""

    number: int
    user: bytes
    engine_id: bytes
    boots: int
    time: int
    proof_octets: int = 0
    salt: bytes = b""
    reportable: bool = True


def scoped(engine_id: bytes, context: bytes, pdu: bytes) -> bytes:
    """Return what may be enciphered: a PDU with the engine and the context that it is about."""
    return tlv(_SEQUENCE, tlv(_OCTETS, engine_id) + tlv(_OCTETS, context) + pdu)


def write_secured(envelope: Envelope, content: bytes) -> tuple[bytes, tuple[int, int]]:
    """Return a message, and where its proof belongs; there are zeros until it is reckoned.

    ``content`` is a scoped PDU, or the octets that it was enciphered to where there is a salt.
    """
    flags = _REPORTABLE if envelope.reportable else 0
    flags |= (_AUTH if envelope.proof_octets else 0) | (_PRIV if envelope.salt else 0)
    head = integer(envelope.number) + integer(_LARGEST)
    head += tlv(_OCTETS, bytes((flags,))) + integer(_USM)
    before = tlv(_OCTETS, envelope.engine_id) + integer(envelope.boots) + integer(envelope.time)
    before += tlv(_OCTETS, envelope.user)
    proof = tlv(_OCTETS, bytes(envelope.proof_octets))
    salt = tlv(_OCTETS, envelope.salt)
    body = tlv(_OCTETS, content) if envelope.salt else content
    security = tlv(_OCTETS, tlv(_SEQUENCE, before + proof + salt))
    message = tlv(_SEQUENCE, integer(_VERSION) + tlv(_SEQUENCE, head) + security + body)
    end = len(message) - len(body) - len(salt)
    return message, (end - envelope.proof_octets, end)
