"""The receiver as an engine of SNMPv3: to whom informs are sent is asked who it is, and answers.

A trap counts by the engine and the clock of its sender, an inform by those of its receiver (RFC
3414, section 3.2). So the sender first asks for both, and is told by a report; then it announces,
and waits for a response.
"""

import itertools
import secrets
import time
from dataclasses import dataclass, field

from discovery.snmp.codec.requests import report_pdu
from discovery.snmp.codec.secured import Envelope, Secured, scoped, write_secured
from discovery.snmp.credentials import User
from discovery.snmp.session import Oid
from discovery.snmp.usm import encipher, proof_octets, proof_of

#: usmStats (RFC 3414, section 5): which counter a report names says what was wrong.
_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_NOT_IN_WINDOW: Oid = (*_STATS, 2, 0)
_UNKNOWN_ENGINE: Oid = (*_STATS, 4, 0)
#: How far a clock may be from ours (RFC 3414, section 2.2.3).
_WINDOW_SECONDS = 150
#: An engine id of octets (RFC 3411, section 5) under the number of pysnmp: we have none.
_HEAD = bytes.fromhex("80004fb805")
_RANDOM_OCTETS = 8
_SHORTEST, _LONGEST = 5, 32
#: Boots are counted in seconds from here, so that each start counts more and nothing is kept.
_FIRST_START = 1_704_067_200  # 2024-01-01
_salts = itertools.count(secrets.randbits(63))


def new_engine_id() -> bytes:
    """Return an engine id that nobody else has."""
    return _HEAD + secrets.token_bytes(_RANDOM_OCTETS)


def read_engine_id(words: str) -> bytes:
    """Read an engine id in hexadecimal. Raises ValueError.

    >>> read_engine_id("0x80004fb805 0102030405060708").hex()
    '80004fb8050102030405060708'
    """
    try:
        found = bytes.fromhex(words.strip().lower().removeprefix("0x").replace(":", ""))
    except ValueError:
        raise ValueError("an engine id is written in hexadecimal") from None
    if not _SHORTEST <= len(found) <= _LONGEST or len(set(found)) == 1:
        raise ValueError(f"an engine id has {_SHORTEST} to {_LONGEST} octets, not all the same")
    return found


@dataclass(slots=True)
class OwnEngine:
    """Who we are to those who send informs, and our clock."""

    engine_id: bytes = field(default_factory=new_engine_id)
    _boots: int = field(default_factory=lambda: int(time.time()) - _FIRST_START)
    _started: float = field(default_factory=time.monotonic)
    _told: dict[Oid, int] = field(default_factory=dict)

    def clock(self) -> tuple[int, int]:
        """Return (boots, seconds since)."""
        return self._boots, int(time.monotonic() - self._started)

    def is_in_time(self, message: Secured) -> bool:
        """Say whether a message knows our clock."""
        boots, now = self.clock()
        return message.boots == boots and abs(message.time - now) <= _WINDOW_SECONDS

    def introduction(self, message: Secured) -> bytes:
        """Return what tells a sender who we are."""
        return self._report(message, _UNKNOWN_ENGINE, None)

    def correction(self, message: Secured, user: User) -> bytes:
        """Return what tells a user of ours how our clock stands."""
        return self._report(message, _NOT_IN_WINDOW, user)

    def response(self, message: Secured, user: User, content: bytes) -> bytes:
        """Return a scoped PDU as a message at the level of its user."""
        salt = b""
        if user.priv_protocol:
            salt = (next(_salts) % 2**64).to_bytes(8)
        return self._message(message, user, content, salt)

    def _report(self, message: Secured, counter: Oid, user: User | None) -> bytes:
        self._told[counter] = self._told.get(counter, 0) + 1
        pdu = report_pdu(counter, self._told[counter])
        # A report may be read by whoever has not got our clock yet: it is signed at most.
        return self._message(message, user, scoped(self.engine_id, b"", pdu), b"")

    def _message(self, message: Secured, user: User | None, content: bytes, salt: bytes) -> bytes:
        clock = self.clock()
        if user is not None and salt:
            content = encipher(user, self.engine_id, clock, salt, content)
        size = proof_octets(user) if user is not None else 0
        name = message.user if user is not None else b""
        envelope = Envelope(
            message.number, name, self.engine_id, *clock, size, salt, reportable=False
        )
        blank, (first, last) = write_secured(envelope, content)
        if user is None or not size:
            return blank
        return blank[:first] + proof_of(user, self.engine_id, blank) + blank[last:]
