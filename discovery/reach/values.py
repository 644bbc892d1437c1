"""What a check brings: values, no words."""

from dataclasses import dataclass
from datetime import datetime

#: The check that needs credentials.
SNMP = "snmp"
#: What can be checked.
KINDS = ("ping", "tcp", "route", "names", SNMP)


class CannotCheck(Exception):
    """This machine cannot ask at all (no right to send, no such IP version); says why."""


@dataclass(frozen=True, slots=True)
class Echoes:
    """Answers to ICMP echo requests: milliseconds of each that came, in order."""

    address: str
    sent: int
    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PortState:
    """A TCP port: "open", "closed" (somebody says no) or "silent" (nobody says anything)."""

    address: str
    port: int
    state: str
    milliseconds: float | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """A station on the way; no address where nobody told."""

    number: int
    address: str = ""
    milliseconds: float | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The way to an address; ``reached``: its end answered."""

    address: str
    hops: tuple[Hop, ...]
    reached: bool


@dataclass(frozen=True, slots=True)
class Names:
    """The name of an address, and the addresses of that name, which may be others."""

    address: str
    name: str
    addresses: tuple[str, ...]

    @property
    def agree(self) -> bool:
        """Whether the name leads back to the address."""
        return self.address in self.addresses


@dataclass(frozen=True, slots=True)
class DownPort:
    """A port of a device that carries nothing now; ``off``: somebody switched it off."""

    name: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class DeviceAnswer:
    """Who a device says it is over SNMP, and how its ports stand.

    ``why`` is empty where it answered, else one of ``discovery.findings.Why``. Of the ports that
    are down ``more_down`` are not named, and ``more_off`` of those that were switched off;
    ``complaint``: why not all ports could be read.
    """

    address: str
    why: str = ""
    name: str = ""
    description: str = ""
    object_id: str = ""
    uptime_seconds: float | None = None
    up: int = 0
    down: tuple[DownPort, ...] = ()
    more_down: int = 0
    more_off: int = 0
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class PortsBefore:
    """The names of a device's ports that were up when discovery last read it."""

    at: datetime
    up: frozenset[str]


Answer = Echoes | PortState | Route | Names | DeviceAnswer
