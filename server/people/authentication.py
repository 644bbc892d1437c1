"""Who asks? From a session cookie or a bearer token to an ``Actor``, on every request.

Nothing is cached: a revoked session or token, a disabled account and a withdrawn grant are dead
with the next request. It costs three look-ups by index, four for grants below the root.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, bindparam, false, or_, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.edge.credentials import Presented, presented
from server.foundation.edge.csrf import refuse_forgery
from server.foundation.errors import PasswordChangeRequired
from server.foundation.permissions import Actor, Permission
from server.people.grants import permissions_of, rows_of, standing_of
from server.people.models import Account, ApiToken, WebSession
from server.people.presence import PRESENCE
from server.people.rules.availability import AVAILABLE, standing
from server.people.rules.credentials import TOKEN_PREFIX, secret_hash


@dataclass(frozen=True, slots=True)
class _Known:
    """A person who has proved who they are, and what narrows their rights."""

    row: Any
    scope: frozenset[Permission] | None = None
    kind: str = "person"
    availability: str = AVAILABLE


def authenticate(session: Session) -> Actor | None:
    """Return who asks, or None for nobody.

    Raises ``ForgeryRefused`` for an unsafe request that another site may have sent, and
    ``PasswordChangeRequired`` while a one-time password has not been replaced.
    """
    request = presented()
    if request.bearer is not None:
        known = _by_token(session, request)
    else:
        refuse_forgery(request)
        known = _by_cookie(session, request)
    PRESENCE.flush(session)
    return None if known is None else _actor(session, known, request.request_id)


def load_actor(session: Session, person_id: int) -> Actor | None:
    """Return the actor of an active person, as if signed in; for commands and jobs."""
    row = _first(session, _PERSON, {"person_id": person_id})
    return None if row is None else _actor(session, _Known(row), "")


_FACTS = (
    Person.id.label("person_id"),
    Person.organisation_id,
    Person.display_name,
    Person.language,
    Person.time_zone,
)

_PERSON = select(*_FACTS).where(Person.id == bindparam("person_id"), Person.active)

_SESSION = (
    select(
        *_FACTS,
        WebSession.id,
        WebSession.last_seen_at,
        Account.must_change_password,
        Account.availability,
        Account.availability_at,
    )
    .join(WebSession, WebSession.person_id == Person.id)
    .join(Account, Account.person_id == Person.id)
    .where(
        WebSession.id_hash == bindparam("secret"),
        WebSession.revoked_at.is_(None),
        WebSession.expires_at > bindparam("now"),
        Person.active,
        Account.disabled == false(),
    )
)

_TOKEN = (
    select(*_FACTS, ApiToken.id, ApiToken.last_used_at, ApiToken.permissions)
    .join(ApiToken, ApiToken.person_id == Person.id)
    .outerjoin(Account, Account.person_id == Person.id)
    .where(
        ApiToken.token_hash == bindparam("secret"),
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("now")),
        Person.active,
        or_(Account.id.is_(None), Account.disabled == false()),
    )
)


def _first(session: Session, columns: Executable, asked: Mapping[str, Any]) -> Any:
    found = rows_of(session, columns, asked)
    return found[0] if found else None


def _by_cookie(session: Session, request: Presented) -> _Known | None:
    if request.session_secret is None:
        return None
    asked = {"secret": secret_hash(request.session_secret), "now": request.now}
    row = _first(session, _SESSION, asked)
    if row is None:
        return None
    if row.must_change_password and not request.may_precede_password_change:
        raise PasswordChangeRequired("choose a password of your own first")
    PRESENCE.note(WebSession, row.id, row.last_seen_at, request.now)
    said = standing(row.availability, row.availability_at, request.now)
    return _Known(row, availability=said)


def _by_token(session: Session, request: Presented) -> _Known | None:
    secret = request.bearer or ""
    # Agents bear secrets of their own kind; those are looked up elsewhere.
    if not secret.startswith(TOKEN_PREFIX):
        return None
    row = _first(session, _TOKEN, {"secret": secret_hash(secret), "now": request.now})
    if row is None:
        return None
    PRESENCE.note(ApiToken, row.id, row.last_used_at, request.now)
    scope = None if row.permissions is None else permissions_of(row.permissions)
    return _Known(row, scope, "token")


def _actor(session: Session, known: _Known, request_id: str) -> Actor:
    person = known.row
    groups, grants = standing_of(session, person.person_id, in_person=known.kind == "person")
    return Actor(
        name=person.display_name,
        person_id=person.person_id,
        organisation_id=person.organisation_id,
        group_ids=groups,
        grants=grants,
        language=person.language,
        time_zone=person.time_zone,
        availability=known.availability,
        request_id=request_id,
        kind=known.kind,
        scope=known.scope,
    )
