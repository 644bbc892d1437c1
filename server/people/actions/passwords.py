"""Passwords: the person's own change, and an administrator's reset. Own transactions."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.records.parties import Person
from server.foundation.audit import record
from server.foundation.database import Database
from server.foundation.errors import NotSignedIn
from server.foundation.permissions import Actor, Permission
from server.people.actions.attempts import note_outcome, register_attempt
from server.people.actions.rights import refuse_more_than_own
from server.people.actions.sessions import Client, SignedIn, open_session, revoke_sessions_of
from server.people.actions.sign_in import Door
from server.people.models import Account, WebSession
from server.people.passwords import hash_password, verify_password
from server.people.rules.credentials import secret_hash
from server.people.rules.logins import login_key
from server.people.rules.passwords import check_new_password, new_one_time_password, presentable


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """What somebody typed to change their own password."""

    current: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose password it is, as read before it was looked at."""

    account_id: int
    person_id: int
    name: str
    email: str
    login: str
    login_key: str
    password_hash: str | None = field(repr=False)
    directory_id: int | None


def change_password(
    door: Door, secret: str, change: PasswordChange, client: Client, now: datetime
) -> SignedIn:
    """Change the password of the session's person; every session ends and a new one begins.

    ``secret`` is the session's. Raises ``InvalidValue`` naming the field, ``Conflict`` when the
    password is kept elsewhere, ``TooManyAttempts``, and ``NotSignedIn`` without an open session.
    """
    with door.database.reading() as session:
        owner = _behind(session, secret, now)
    _check_change(owner, change)
    with door.database.writing() as session:
        attempt_id = register_attempt(session, owner.login_key, client.address, now)
    fits = presentable(change.current) and verify_password(owner.password_hash, change.current)
    with door.database.writing() as session:
        note_outcome(session, attempt_id, "succeeded" if fits else "failed", now)
    if not fits:
        raise InvalidValue({"current_password": "is not right"})
    hashed = hash_password(change.new)
    with door.database.writing() as session:
        account = _unchanged(session, owner)
        account.password_hash, account.password_changed_at = hashed, now
        account.must_change_password = False
        revoke_sessions_of(session, owner.person_id, now)
        actor = Actor(name=owner.name, person_id=owner.person_id)
        record(session, actor, "password_changed", f"account:{account.id}")
        return open_session(session, account, client, now, door.session_length)


def reset_password(database: Database, actor: Actor, login: str, now: datetime) -> str:
    """Give a log-in a one-time password and return it; every session of the person ends.

    Who resets a password could then act as that person, so nobody resets that of somebody who may
    do more. Raises ``NotFound``, ``PermissionDenied``, and ``Conflict`` for a log-in whose password
    is a directory's.
    """
    one_time = new_one_time_password()
    hashed = hash_password(one_time)
    with database.writing() as session:
        account, person = _of_login(session, login)
        if not actor.may(Permission.ADMIN_USERS, person.organisation_id):
            actor.require(Permission.ADMIN_USERS)
            raise NotFound("login", login)
        refuse_more_than_own(session, actor, person.id)
        if account.directory_id is not None:
            raise Conflict("this password is kept in a directory; change it there")
        account.password_hash, account.password_changed_at = hashed, now
        account.must_change_password = True
        revoke_sessions_of(session, person.id, now)
        record(session, actor, "password_reset", f"account:{account.id}")
    return one_time


def _check_change(owner: _Owner, change: PasswordChange) -> None:
    if owner.directory_id is not None:
        raise Conflict("your password is kept in a directory; change it there")
    check_new_password(change.new, (owner.login, owner.name, owner.email))
    if change.new == change.current:
        raise InvalidValue({"new_password": "must differ from the present one"})


def _behind(session: Session, secret: str, now: datetime) -> _Owner:
    row = session.execute(
        select(
            Account.id,
            Person.id,
            Person.display_name,
            Person.email,
            Account.login,
            Account.login_key,
            Account.password_hash,
            Account.directory_id,
        )
        .join(Person, Person.id == Account.person_id)
        .join(WebSession, WebSession.person_id == Person.id)
        .where(
            WebSession.id_hash == secret_hash(secret),
            WebSession.revoked_at.is_(None),
            WebSession.expires_at > now,
            Person.active,
            ~Account.disabled,
        )
    ).first()
    if row is None:
        raise NotSignedIn("sign in first")
    return _Owner(*row)


def _of_login(session: Session, login: str) -> tuple[Account, Person]:
    row = session.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.login_key == login_key(login))
    ).first()
    if row is None:
        raise NotFound("login", login)
    return row[0], row[1]


def _unchanged(session: Session, owner: _Owner) -> Account:
    """Return the row for writing, unless somebody changed the password meanwhile."""
    stored = session.scalars(
        select(Account)
        .where(
            Account.id == owner.account_id,
            Account.password_hash.is_not_distinct_from(owner.password_hash),
        )
        .with_for_update()
    ).first()
    if stored is None:
        raise Conflict("the password was changed elsewhere")
    return stored
