"""Bearer tokens: made once, shown once, revoked at once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, InvalidValue, NotFound
from cmdb.records.parties import Person
from server.foundation.audit import record
from server.foundation.errors import SessionRequired
from server.foundation.permissions import Actor, Permission
from server.people.models import ApiToken
from server.people.rules.credentials import new_token, secret_hash


@dataclass(frozen=True, slots=True)
class TokenWish:
    """What a token is to be. ``permissions``: the most it may do; None for all its person may."""

    name: str
    permissions: Collection[Permission] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; ``secret`` is never to be seen again."""

    token: ApiToken
    secret: str = field(repr=False)


def create_token(
    session: Session, actor: Actor, person_id: int, wish: TokenWish, now: datetime
) -> NewToken:
    """Make a token that acts as ``person_id``: oneself, or anybody for the command line.

    A token makes no tokens (``SessionRequired``): it would outlive its own end. Raises
    ``DuplicateName`` for a name in use, ``InvalidValue`` for an end that lies in the past.
    """
    if actor.kind != "system" and (actor.kind != "person" or actor.person_id != person_id):
        raise SessionRequired("sign in yourself to make a token")
    if session.get(Person, person_id) is None:
        raise NotFound("person", person_id)
    _check(session, person_id, wish, now)
    secret = new_token()
    token = ApiToken(
        token_hash=secret_hash(secret),
        name=wish.name,
        person_id=person_id,
        permissions=None if wish.permissions is None else sorted(wish.permissions),
        created_at=now,
        expires_at=wish.expires_at,
    )
    session.add(token)
    session.flush()
    record(session, actor, "token_created", f"api_token:{token.id}", {"person": person_id})
    return NewToken(token, secret)


def revoke_token(session: Session, actor: Actor, token_id: int, now: datetime) -> None:
    """End one of the actor's own tokens; the system may end anybody's. Raises ``NotFound``."""
    token = session.get(ApiToken, token_id, with_for_update=True)
    if token is None or (actor.kind != "system" and token.person_id != actor.person_id):
        raise NotFound("token", token_id)
    if token.revoked_at is None:
        token.revoked_at = now
        record(session, actor, "token_revoked", f"api_token:{token.id}")
        session.flush()


def _check(session: Session, person_id: int, wish: TokenWish, now: datetime) -> None:
    if wish.expires_at is not None and wish.expires_at <= now:
        raise InvalidValue({"expires_at": "must lie in the future"})
    taken = select(ApiToken.id).where(
        ApiToken.person_id == person_id,
        ApiToken.name == wish.name,
        ApiToken.revoked_at.is_(None),
    )
    if session.scalar(taken) is not None:
        raise DuplicateName("token", "name", wish.name)
