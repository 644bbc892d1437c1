"""What a probe may ask of a device, and what can go wrong: the seam behind which an engine works.

``client`` fills it over the network; a recording can stand in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from discovery.snmp.credentials import Credential

Oid = tuple[int, ...]


class Mark(Enum):
    """A variable without a value (RFC 3416, section 3)."""

    #: The device has no such object or instance.
    ABSENT = "absent"
    #: There is nothing after the OID that was asked for.
    END = "end"


ABSENT: Final = Mark.ABSENT
END: Final = Mark.END

#: Integers of all kinds are int; octet strings, IpAddress and Opaque are bytes; OIDs are tuples.
Value = int | bytes | Oid | Mark
VarBind = tuple[Oid, Value]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold for one device, so that no device can hold a scan up.

    ``timeout_seconds`` is for one request, ``retries`` come on top of the first try. A table stops
    after ``max_rows``; a device after ``max_variables`` in all. ``requests_per_second`` spares the
    small processors of devices.
    """

    timeout_seconds: float = 2.0
    retries: int = 1
    max_rows: int = 20_000
    max_variables: int = 200_000
    max_repetitions: int = 100
    requests_per_second: float = 200.0


class SnmpError(Exception):
    """Something went wrong between us and the device; the text is a sentence for people."""


class NoAnswer(SnmpError):
    """Nothing came back in time, retries included."""


class Refused(SnmpError):
    """The device answered that these credentials do not do (SNMPv3 only: v1 and v2c are silent)."""


class BadAnswer(SnmpError):
    """The device answered something that is no answer to the question.

    ``place`` is the position of the OID it stumbled over, where it says so.
    """

    def __init__(self, reason: str, place: int | None = None) -> None:
        self.place = place
        super().__init__(reason)


class TooBig(BadAnswer):
    """The device says that its answer would not fit into one message: ask for less."""


class LimitReached(SnmpError):
    """A bound of ``Limits`` was hit: the device has more, or pretends to."""


class Unsendable(SnmpError):
    """The request never left this machine (no route, network down, bad address)."""


class SnmpSession(Protocol):
    """A conversation with one device under one credential.

    Every method raises a subclass of SnmpError, and nothing else, when the device does not do its
    part. One request is under way at a time; sessions of different devices run side by side.
    """

    @property
    def limits(self) -> Limits:
        """The bounds of this conversation."""

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
        """Return one value per OID asked; what the device does not have is ABSENT."""

    async def bulk(self, oids: Sequence[Oid], repetitions: int) -> Sequence[VarBind]:
        """Return the successors of each OID, ``repetitions`` rounds, in the order of the answer.

        Round by round: the successor of each OID, then their successors. The device may cut the
        answer anywhere. Over SNMPv1 there is always one round. An END stands where nothing follows.
        """


class SnmpSessions(Protocol):
    """Opens conversations: over the network, or with a recording."""

    def session(
        self, address: str, port: int, credential: Credential, limits: Limits
    ) -> SnmpSession:
        """Return a session with the device at an IP address (v4 or v6, no names)."""


def dotted(oid: Oid) -> str:
    """Return the usual text of an OID.

    >>> dotted((1, 3, 6, 1))
    '1.3.6.1'
    """
    return ".".join(map(str, oid))


def parse_oid(text: str) -> Oid:
    """Return the OID of a dotted text; a leading dot is allowed. Raises ValueError.

    >>> parse_oid(".1.3.6")
    (1, 3, 6)
    """
    parts = text.strip().strip(".").split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is not an OID")
    return tuple(int(part) for part in parts)
