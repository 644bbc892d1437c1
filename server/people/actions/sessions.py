"""Sessions of browsers: opened by signing in, ended by signing out or by an administrator."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.people.models import Account, WebSession
from server.people.rules.credentials import new_session_secret, secret_hash


@dataclass(frozen=True, slots=True)
class Client:
    """Where a sign-in comes from. ``former_secret``: of the session the browser had until now."""

    address: str = ""
    user_agent: str = ""
    former_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. ``secret`` goes into the cookie and nowhere else."""

    secret: str = field(repr=False)
    session_id: int
    person_id: int
    expires_at: datetime
    must_change_password: bool


def open_session(
    session: Session, account: Account, client: Client, now: datetime, length: timedelta
) -> SignedIn:
    """Write a session with a secret never seen before; the browser's former one ends."""
    if client.former_secret:
        revoke_session(session, client.former_secret, now)
    secret = new_session_secret()
    row = WebSession(
        id_hash=secret_hash(secret),
        person_id=account.person_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + length,
        address=client.address,
        user_agent=client.user_agent,
    )
    session.add(row)
    session.flush()
    return SignedIn(secret, row.id, row.person_id, row.expires_at, account.must_change_password)


def revoke_session(session: Session, secret: str, now: datetime) -> int | None:
    """End the session of this secret and return its id; None when there is no open one."""
    row = session.scalars(
        select(WebSession).where(
            WebSession.id_hash == secret_hash(secret), WebSession.revoked_at.is_(None)
        )
    ).first()
    if row is None:
        return None
    row.revoked_at = now
    return row.id


def revoke_sessions_of(session: Session, person_id: int, now: datetime) -> None:
    """End every session of a person."""
    session.execute(
        update(WebSession)
        .where(WebSession.person_id == person_id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
