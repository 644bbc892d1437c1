"""Which door a foreign agent knocks at, and whether it brings the right word."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Organisation
from server.foundation.errors import NotSignedIn
from server.items.foreign.models import InventorySource

#: How long an OAuth access token opens the door.
TOKEN_LIFE = timedelta(hours=1)


class Authentication(StrEnum):
    """How senders of a source prove themselves."""

    NONE = "none"
    BASIC = "basic"
    TOKEN = "token"  # noqa: S105 - it names a way, it is none
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True)
class Door:
    """Where a message came in. ``admits``: who comes here is taken in without being asked."""

    organisation_id: int
    source_id: int | None = None
    admits: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sender presents; "" for what it does not."""

    user_name: str = ""
    password: str = ""
    bearer: str = ""


class CredentialsWanted(NotSignedIn):
    """The sender must prove itself; ``challenge`` is the value of ``WWW-Authenticate``."""

    def __init__(self, challenge: str) -> None:
        super().__init__("this source wants credentials")
        self.challenge = challenge


def open_door(session: Session, slug: str, given: Credentials, now: datetime) -> Door:
    """Return the door at ``slug``; "" is the common one, where everybody waits to be admitted.

    Raises ``NotFound`` for a source that is none (any more), ``CredentialsWanted``.
    """
    if not slug:
        return Door(_root(session))
    source = find_source(session, slug)
    if not _proves(source, given, now):
        basic = source.authentication == Authentication.BASIC
        raise CredentialsWanted('Basic realm="Cadastre"' if basic else 'Bearer realm="Cadastre"')
    return Door(source.organisation_id, source.id, source.admits)


def find_source(session: Session, slug: str) -> InventorySource:
    """Return an open source. Raises ``NotFound``."""
    query = select(InventorySource).where(
        InventorySource.slug == slug[:64], InventorySource.closed_at.is_(None)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("inventory source", slug[:64])
    return found


def access_token(source: InventorySource, given: Credentials, now: datetime) -> str:
    """Answer an OAuth client's credentials with a token of an hour. Raises ``NotSignedIn``.

    The token is signed with the source's own secret and stored nowhere: it dies with the source.
    """
    if source.authentication != Authentication.OAUTH or not _knows(source, given):
        raise NotSignedIn("these client credentials are not known")
    until = int((now + TOKEN_LIFE).timestamp())
    return f"{until}.{_signed(source, until)}"


def digest(secret: str) -> bytes:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    """Return a secret for a new source."""
    return secrets.token_urlsafe(32)


def _root(session: Session) -> int:
    top = select(Organisation.id).where(Organisation.parent_id.is_(None))
    found = session.scalar(top.order_by(Organisation.id).limit(1))
    if found is None:
        raise NotFound("organisation", "root")
    return found


def _proves(source: InventorySource, given: Credentials, now: datetime) -> bool:
    match Authentication(source.authentication):
        case Authentication.NONE:
            return True
        case Authentication.BASIC:
            return _knows(source, given)
        case Authentication.TOKEN:
            return hmac.compare_digest(digest(given.bearer), source.secret_hash)
        case Authentication.OAUTH:
            return _bears(source, given.bearer, now)


def _knows(source: InventorySource, given: Credentials) -> bool:
    named = hmac.compare_digest(given.user_name.encode(), source.user_name.encode())
    return named & hmac.compare_digest(digest(given.password), source.secret_hash)


def _bears(source: InventorySource, token: str, now: datetime) -> bool:
    until, _, signature = token.partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 15):
        return False
    right = hmac.compare_digest(signature.encode(), _signed(source, int(until)).encode())
    return right and int(until) > now.timestamp()


def _signed(source: InventorySource, until: int) -> str:
    told = f"{source.id}.{until}".encode()
    return hmac.new(source.secret_hash, told, hashlib.sha256).hexdigest()
