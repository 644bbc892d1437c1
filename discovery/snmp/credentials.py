"""Credentials of the three versions of SNMP. Their secrets never show in a repr or a message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

#: Authentication protocols of SNMPv3 (RFC 3414, RFC 7860), by the names people use.
AUTH_PROTOCOLS = ("MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512")

#: Privacy protocols: DES and AES-128 (RFC 3414, RFC 3826); 3DES and the longer AES keys never
#: became a standard. ``-C`` extends a short key in the way Cisco does (draft-reeder), the others
#: as net-snmp does (draft-blumenthal).
PRIV_PROTOCOLS = ("DES", "3DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C")


@dataclass(frozen=True, slots=True)
class Community:
    """A community of SNMPv1 or SNMPv2c; ``version`` is "1" or "2c"."""

    community: str = field(repr=False)
    version: str = "2c"
    name: str = "community"

    def __post_init__(self) -> None:
        if self.version not in {"1", "2c"}:
            raise ValueError(f"{self.version!r} is no version with a community: use 1 or 2c")
        if not self.community:
            raise ValueError("the community is empty")


@dataclass(frozen=True, slots=True)
class User:
    """An SNMPv3 user (USM). Without an authentication key nothing is signed or enciphered."""

    user: str
    auth_protocol: str = ""
    auth_key: str = field(default="", repr=False)
    priv_protocol: str = ""
    priv_key: str = field(default="", repr=False)
    context: str = ""
    name: str = "user"

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise ValueError(problem)

    @property
    def version(self) -> str:
        """Always "3"."""
        return "3"

    def _problem(self) -> str:
        if not self.user:
            return "an SNMPv3 user needs a name"
        if bool(self.auth_protocol) != bool(self.auth_key):
            return "an authentication protocol and its key go together"
        if bool(self.priv_protocol) != bool(self.priv_key):
            return "a privacy protocol and its key go together"
        if self.priv_protocol and not self.auth_protocol:
            return "privacy needs authentication (RFC 3414)"
        if self.auth_protocol and self.auth_protocol not in AUTH_PROTOCOLS:
            return f"unknown authentication protocol {self.auth_protocol!r}"
        if self.priv_protocol and self.priv_protocol not in PRIV_PROTOCOLS:
            return f"unknown privacy protocol {self.priv_protocol!r}"
        return self._short_key()

    def _short_key(self) -> str:
        for word, key in (("authentication", self.auth_key), ("privacy", self.priv_key)):
            if key and len(key) < 8:
                return f"the {word} key is shorter than 8 characters (RFC 3414, section 11.2)"
        return ""


Credential = Community | User


@dataclass(frozen=True, slots=True)
class Ladder(Sequence[Credential]):
    """Credentials in the order in which they are tried, and which one fitted an address before.

    ``fitted`` maps addresses to places in ``credentials``. Whoever takes a sequence of credentials
    takes a ladder too; one that is no ladder remembers nothing.
    """

    credentials: tuple[Credential, ...]
    fitted: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def over(cls, credentials: Sequence[Credential]) -> "Ladder":
        """Return the credentials as a ladder."""
        return credentials if isinstance(credentials, cls) else cls(tuple(credentials))

    def first_at(self, address: str) -> int | None:
        """Return the place of what fitted an address before."""
        place = self.fitted.get(address)
        return place if place is not None and 0 <= place < len(self.credentials) else None

    def places_at(self, address: str) -> list[int]:
        """Return the places in the order for one address: what fitted before comes first.

        >>> ladder = Ladder((Community("a"), Community("b"), Community("c")), {"10.0.0.1": 2})
        >>> ladder.places_at("10.0.0.1"), ladder.places_at("10.0.0.2")
        ([2, 0, 1], [0, 1, 2])
        """
        first = self.first_at(address)
        places = list(range(len(self.credentials)))
        return places if first is None else [first, *(one for one in places if one != first)]

    def at(self, address: str) -> list[Credential]:
        """Return the credentials in the order for one address."""
        return [self.credentials[place] for place in self.places_at(address)]

    def __len__(self) -> int:
        return len(self.credentials)

    def __iter__(self) -> Iterator[Credential]:
        return iter(self.credentials)

    @overload
    def __getitem__(self, place: int) -> Credential: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Credential]: ...
    def __getitem__(self, place: int | slice) -> Credential | Sequence[Credential]:
        """Return the credential at a place."""
        return self.credentials[place]
