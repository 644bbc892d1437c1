"""The smallest questions SNMP knows, for asking thousands of silent addresses who is there.

Encoded by hand, because a sweep sends one packet per address and credential and most are never
answered: a GET of sysObjectID.0 for a community, and for SNMPv3 the engine discovery of RFC 3414,
section 4, which any SNMPv3 device answers with a report whether it knows the user or not. Nothing
is kept per packet: the number in the answer says which question it answers.
"""

from collections.abc import Sequence

from discovery.snmp.credentials import Community, Credential

# sysObjectID.0 with a NULL value, as a list of one variable binding.
_QUESTION = bytes.fromhex("300e 300c 0608 2b06010201010200 0500")
_GET, _RESPONSE, _REPORT = 0xA0, 0xA2, 0xA8
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
#: Numbers of questions start here, so that they always take four octets.
_FIRST_NUMBER = 0x10000000


class Pings:
    """The questions of one sweep, one per credential; ``number_of`` recognises the answers.

    SNMPv3 users share one question: discovery names no user.
    """

    def __init__(self, credentials: Sequence[Credential], salt: int) -> None:
        """``salt`` (0 to 65,535) sets this sweep's numbers apart from those of another."""
        self._salt = (salt & 0xFFFF) << 8
        self.messages: dict[int, bytes] = {}
        for place, credential in enumerate(credentials):
            number = _FIRST_NUMBER + self._salt + place
            if isinstance(credential, Community):
                self.messages[place] = _community_message(credential, number)
            elif not any(not isinstance(one, Community) for one in credentials[:place]):
                self.messages[place] = _discovery_message(number)

    def answered(self, datagram: bytes) -> int | None:
        """Return the place of the credential whose question a datagram answers, else None."""
        number = _number_in(datagram)
        if number is None:
            return None
        place = number - _FIRST_NUMBER - self._salt
        return place if place in self.messages else None


def _tlv(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    return bytes((tag, 0x82)) + len(content).to_bytes(2) + content


def _number(value: int) -> bytes:
    return _tlv(_INTEGER, value.to_bytes(4))


def _small(value: int) -> bytes:
    return bytes((_INTEGER, 1, value))


def _pdu(number: int, question: bytes) -> bytes:
    return _tlv(_GET, _number(number) + _small(0) + _small(0) + question)


def _community_message(credential: Community, number: int) -> bytes:
    version = _small(0 if credential.version == "1" else 1)
    community = _tlv(_OCTETS, credential.community.encode())
    return _tlv(_SEQUENCE, version + community + _pdu(number, _QUESTION))


def _discovery_message(number: int) -> bytes:
    """Return an empty request to an unknown engine: message id, largest size, reportable, USM."""
    largest = _tlv(_INTEGER, (65_507).to_bytes(3))
    header = _tlv(_SEQUENCE, _number(number) + largest + _tlv(_OCTETS, b"\x04") + _small(3))
    nobody = _tlv(_OCTETS, b"") + _small(0) + _small(0) + _tlv(_OCTETS, b"") * 3
    security = _tlv(_OCTETS, _tlv(_SEQUENCE, nobody))
    scoped = _tlv(_SEQUENCE, _tlv(_OCTETS, b"") * 2 + _pdu(number, _tlv(_SEQUENCE, b"")))
    return _tlv(_SEQUENCE, _small(3) + header + security + scoped)


def _number_in(datagram: bytes) -> int | None:
    """Return the request id of a response, or the message id of an SNMPv3 message."""
    message = _content(datagram, _SEQUENCE)
    if message is None:
        return None
    version, rest = _next_integer(message)
    if version in {0, 1}:
        community = _split(rest)
        pdu = None if community is None else _content(community[1], _RESPONSE)
        return None if pdu is None else _next_integer(pdu)[0]
    header = _content(rest, _SEQUENCE) if version == 3 else None
    return None if header is None else _next_integer(header)[0]


def _split(data: bytes) -> tuple[bytes, bytes] | None:
    """Return the content of the first element and what follows it."""
    if len(data) < 2:
        return None
    size, start = data[1], 2
    if size & 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(data[2:start])
    return data[start : start + size], data[start + size :]


def _content(data: bytes, tag: int) -> bytes | None:
    found = _split(data) if data[:1] == bytes((tag,)) else None
    return None if found is None else found[0]


def _next_integer(data: bytes) -> tuple[int | None, bytes]:
    found = _split(data) if data[:1] == bytes((_INTEGER,)) else None
    return (None, b"") if found is None else (int.from_bytes(found[0]), found[1])
