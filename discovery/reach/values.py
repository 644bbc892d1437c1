"""What a check brings: values, no words."""

from dataclasses import dataclass

#: What can be checked.
KINDS = ("ping", "tcp", "route", "names")


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


Answer = Echoes | PortState | Route | Names
