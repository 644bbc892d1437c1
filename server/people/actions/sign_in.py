"""Signing in and out. Passwords are looked at outside any transaction; see ``passwords``."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.audit import record
from server.foundation.database import Database
from server.foundation.errors import (
    DirectoryUnavailable,
    SecondFactorRequired,
    SecretUnreadable,
    SignInRefused,
)
from server.foundation.outbound import INSIDE, Gate
from server.foundation.permissions import Actor
from server.foundation.secrets import SecretBox
from server.foundation.settings import Settings
from server.people.actions.attempts import note_outcome, register_attempt
from server.people.actions.pending import await_code
from server.people.actions.second_factor import needs_second_step
from server.people.actions.sessions import Client, SignedIn, open_session, revoke_session
from server.people.models import Account, Directory, DirectoryEntry
from server.people.passwords import hash_password, is_outdated, verify_password
from server.people.rules.logins import login_key
from server.people.rules.passwords import presentable
from server.people.sources import Access, Source, accepts_password, source_of

log = structlog.get_logger(__name__)

#: The same words whatever was wrong: nobody learns which logins exist.
_REFUSAL = "the login or the password is not right"


@dataclass(frozen=True, slots=True)
class Door:
    """What signing in works with."""

    database: Database
    secrets: SecretBox
    session_length: timedelta = timedelta(hours=12)
    #: Where the directories that check passwords may stand.
    gate: Gate = INSIDE


def door_of(settings: Settings, database: Database) -> Door:
    """Return the door of an installation."""
    return Door(
        database,
        SecretBox(settings.key_file),
        timedelta(hours=settings.session_hours),
        settings.directory_gate,
    )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Lock:
    """What must be satisfied to get in; for a login that nobody has, nothing satisfies it."""

    person_id: int | None = None
    password_hash: str | None = None
    source: Source | None = None
    external_id: str = ""


def sign_in(door: Door, credentials: Credentials, client: Client, now: datetime) -> SignedIn:
    """Open a session for whoever proves to be the login's person.

    Own transactions: the attempt is counted before the password is looked at. The session that the
    browser had before (``client.former_secret``) ends. Raises ``SignInRefused``,
    ``TooManyAttempts`` when the login or the address has failed too often, and
    ``SecondFactorRequired`` when ``second_step.sign_in_with_code`` must follow.
    """
    with door.database.writing() as session:
        key = _known_key(session, login_key(credentials.login))
        attempt_id = register_attempt(session, key, client.address, now)
        lock = _lock_of(session, door, key)
    opened = _opens(door, lock, credentials.password, attempt_id)
    if not opened or lock.person_id is None:
        with door.database.writing() as session:
            note_outcome(session, attempt_id, "failed", now)
        raise SignInRefused(_REFUSAL)
    rehashed = _rehashed(lock, credentials.password)
    with door.database.writing() as session:
        let_in = _let_in(session, door, _Entry(lock, attempt_id, rehashed), client, now)
    if isinstance(let_in, str):
        raise SecondFactorRequired(let_in)
    return let_in


def sign_out(session: Session, actor: Actor, secret: str, now: datetime) -> None:
    """End the session of this secret, at once and everywhere it was copied to."""
    session_id = revoke_session(session, secret, now)
    if session_id is not None:
        record(session, actor, "signed_out", f"web_session:{session_id}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A password that was found right."""

    lock: _Lock
    attempt_id: int
    rehashed: str | None


def _known_key(session: Session, typed: str) -> str:
    """Return the key of the login that was meant, be it by the name a directory has beside it.

    So tries under either name are counted together. A login that is written so comes first: whoever
    edits a directory must not be able to step into it.
    """
    if session.scalar(select(Account.id).where(Account.login_key == typed)) is not None:
        return typed
    meant = session.scalars(
        select(Account.login_key)
        .join(Person, Person.id == Account.person_id)
        .join(DirectoryEntry, DirectoryEntry.person_id == Account.person_id)
        .where(
            DirectoryEntry.principal_key == typed,
            DirectoryEntry.directory_id == Account.directory_id,
            Person.active,
        )
        .limit(2)
    ).all()
    return meant[0] if len(meant) == 1 else typed


def _lock_of(session: Session, door: Door, key: str) -> _Lock:
    account = session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Account.login_key == key, ~Account.disabled, Person.active)
    ).first()
    if account is None:
        return _Lock()
    if account.directory_id is None:
        return _Lock(account.person_id, account.password_hash)
    return _directory_lock(session, door, account)


def _directory_lock(session: Session, door: Door, account: Account) -> _Lock:
    row = session.execute(
        select(Directory, DirectoryEntry.external_id)
        .join(DirectoryEntry, DirectoryEntry.directory_id == Directory.id)
        .where(
            Directory.id == account.directory_id,
            Directory.enabled,
            DirectoryEntry.person_id == account.person_id,
        )
    ).first()
    if row is None:
        return _Lock()
    directory, external_id = row
    try:
        source = source_of(directory, Access(door.secrets, door.gate))
    except SecretUnreadable as error:
        log.error("a directory cannot be asked", directory=directory.code, why=str(error))  # noqa: TRY400 - the text says it all
        return _Lock()
    return _Lock(account.person_id, None, source, external_id)


def _opens(door: Door, lock: _Lock, password: str, attempt_id: int) -> bool:
    """Ask. A directory's people, and nobody at all, cost as much as a local password."""
    if not presentable(password):
        return False
    fits = verify_password(lock.password_hash, password)
    if lock.source is None:
        return fits
    try:
        return accepts_password(lock.source, lock.external_id, password)
    except DirectoryUnavailable as error:
        log.error("a directory cannot be asked", directory=lock.source.code, why=str(error))  # noqa: TRY400 - the text says it all
        with door.database.writing() as session:
            note_outcome(session, attempt_id, "void", None)
        raise SignInRefused(_REFUSAL) from error


def _rehashed(lock: _Lock, password: str) -> str | None:
    outdated = lock.password_hash is not None and is_outdated(lock.password_hash)
    return hash_password(password) if outdated else None


def _let_in(
    session: Session, door: Door, entry: _Entry, client: Client, now: datetime
) -> SignedIn | str:
    """Open the session, unless the lock was changed while the password was looked at.

    Return the secret under which a second factor is waited for, when there is one.
    """
    account = session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(
            Account.person_id == entry.lock.person_id,
            Account.password_hash.is_not_distinct_from(entry.lock.password_hash),
            ~Account.disabled,
            Person.active,
        )
    ).first()
    if account is None:
        raise SignInRefused(_REFUSAL)
    if entry.rehashed is not None:
        session.execute(
            update(Account).where(Account.id == account.id).values(password_hash=entry.rehashed)
        )
    if needs_second_step(session, account.person_id):
        # Not "succeeded": that would forgive the wrong codes typed so far.
        note_outcome(session, entry.attempt_id, "void", None)
        return await_code(session, account, now)
    account.last_sign_in_at = now
    note_outcome(session, entry.attempt_id, "succeeded", now)
    signed_in = open_session(session, account, client, now, door.session_length)
    actor = Actor(name=account.login, person_id=account.person_id)
    record(session, actor, "signed_in", f"web_session:{signed_in.session_id}")
    return signed_in
