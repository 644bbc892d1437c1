"""The device's side of SNMPv3 for recorded devices: one user, one engine, everything signed.

It speaks with our own codec, which is held to pysnmp's and net-snmp's elsewhere; here it only has
to be fast enough to play many devices.
"""

from collections.abc import Callable
from dataclasses import dataclass

from discovery.snmp.codec.responses import read_element
from discovery.snmp.codec.secured import Envelope, Secured, read_secured, scoped, write_secured
from discovery.snmp.credentials import User
from discovery.snmp.usm import decipher, encipher, proof_octets, proof_of, proves
from tests.support import ber

_SEQUENCE, _OCTETS = 0x30, 0x04
_UNKNOWN_ENGINE = (1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)
_REPORT, _RESPONSE = 0xA8, 0xA2
_CLOCK = (3, 1_000)

#: Answers the content of a PDU: kind, and what is inside it, to the response's octets.
Play = Callable[[int, bytes], bytes | None]


@dataclass(frozen=True, slots=True)
class SecuredEngine:
    """An engine of one user; its clock stands still, which is well within every window."""

    user: User
    engine_id: bytes = bytes.fromhex("80001f8804706c61796564")

    def answer(self, datagram: bytes, play: Play) -> bytes | None:
        """Return what the engine sends back to a message; None where it stays silent."""
        message = read_secured(datagram)
        if message.engine_id != self.engine_id:
            counted = ber.varbind(_UNKNOWN_ENGINE, b"\x41\x01\x01")
            report = ber.response(0, [counted])
            report = bytes((_REPORT,)) + report[1:]
            envelope = Envelope(message.number, b"", self.engine_id, *_CLOCK)
            return write_secured(envelope, scoped(self.engine_id, b"", report))[0]
        if not message.signed or not proves(self.user, self.engine_id, datagram, message.proof):
            return None
        return self._sealed(message, play)

    def _sealed(self, message: Secured, play: Play) -> bytes | None:
        clock = message.boots, message.time
        content = decipher(self.user, self.engine_id, clock, message.salt, message.content)
        start, end = read_element(content, 0, len(content), _SEQUENCE)
        for _ in range(2):
            _, start = read_element(content, start, end, _OCTETS)
        first, last = read_element(content, start, end, content[start])
        pdu = play(content[start], content[first:last])
        if pdu is None:
            return None
        salt = message.salt[::-1]
        whole = scoped(self.engine_id, b"", pdu)
        sealed = encipher(self.user, self.engine_id, _CLOCK, salt, whole)
        size = proof_octets(self.user)
        name = self.user.user.encode()
        envelope = Envelope(message.number, name, self.engine_id, *_CLOCK, size, salt)
        blank, (first, last) = write_secured(envelope, sealed)
        return blank[:first] + proof_of(self.user, self.engine_id, blank) + blank[last:]
