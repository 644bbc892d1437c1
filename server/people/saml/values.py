"""What the two sides of a SAML sign-in know of each other. Knows no library."""

from dataclasses import dataclass, field
from datetime import datetime

#: What our addresses for one provider begin with; its code follows.
_ADDRESS = "/sign-in/saml/"


def our_addresses(base_url: str, code: str) -> tuple[str, str]:
    """Return (entity id, which is where our metadata are; address for answers) for a provider.

    Each provider has its own pair, so that an answer of one is never taken for another's.

    >>> our_addresses("https://cadastre.test", "staff")[1]
    'https://cadastre.test/sign-in/saml/staff/answer'
    """
    return f"{base_url}{_ADDRESS}{code}/metadata", f"{base_url}{_ADDRESS}{code}/answer"


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """Us, as one identity provider knows us; certificate and key are PEM."""

    entity_id: str
    answers_url: str
    certificate: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Published:
    """What an identity provider's metadata say of it; certificates are PEM."""

    entity_id: str
    sign_in_url: str
    certificates: tuple[str, ...]
    valid_until: datetime | None = None
    wants_signed_requests: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is agreed with one identity provider: who both are, and what is asked of an answer."""

    provider_id: int
    code: str
    ours: ServiceProvider
    theirs: Published
    sign_requests: bool = False
    allow_unsolicited: bool = False
    login_attribute: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What belongs to one round trip: the id of the request, and what must come back with it."""

    request_id: str
    relay_state: str


@dataclass(frozen=True, slots=True)
class Proven:
    """What an answer proves. ``answers_request`` is "" for an answer that nobody asked for.

    ``login`` is the value of the attribute that names somebody known already, "" without one.
    Until ``ends_at`` the same assertion could be presented again.
    """

    assertion_id: str
    subject: str
    answers_request: str
    login: str
    ends_at: datetime
