"""Signing in with a passkey: instead of a password, or after it.

Instead of one, the authenticator must have made sure who holds it (by a PIN, a finger, a face), so
that it is two factors in one and no code is asked for besides.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.allowances import ROUND_TRIPS, spend
from server.foundation.audit import record
from server.foundation.errors import PasskeyRefused, SignInRefused
from server.foundation.permissions import Actor
from server.people.actions.attempts import note_outcome, register_attempt
from server.people.actions.passkeys import PATIENCE
from server.people.actions.second_step import TRIES, account_waiting, sign_in_waiting
from server.people.actions.sessions import Client, SignedIn, open_session
from server.people.actions.sign_in import Door
from server.people.models import Account, Passkey, PendingSignIn
from server.people.queries.passkeys import passkeys_of
from server.people.rules.credentials import new_session_secret, secret_hash
from server.people.webauthn import Site, asked_to_sign, signed, signer_of

log = structlog.get_logger(__name__)

_REFUSAL = "the passkey does not let anybody in"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the secret of the browser's cookie, and what its authenticator signed."""

    secret: str = field(repr=False)
    document: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a browser was asked; with a person where a right password came before."""

    state: Mapping[str, Any]
    person_id: int | None = None
    attempt_id: int | None = None


def begin_without_password(
    door: Door, site: Site, address: str, now: datetime
) -> tuple[dict[str, Any], str]:
    """Return what the browser is asked, and the secret that it has to bring back.

    Raises ``TooManyAttempts`` for an address that begins too often.
    """
    options, state = asked_to_sign(site, None)
    secret = new_session_secret()
    with door.database.writing() as session:
        spend(session, ROUND_TRIPS, address, now)
        session.add(
            PendingSignIn(
                secret_hash=secret_hash(secret),
                expected={"signing": state},
                expires_at=now + PATIENCE,
            )
        )
    return options, secret


def begin_after_password(door: Door, site: Site, pending: str, now: datetime) -> dict[str, Any]:
    """Return what the browser is asked of whoever's password was right. ``SignInRefused``."""
    with door.database.writing() as session:
        waiting = sign_in_waiting(session, pending, now)
        account = None if waiting is None else account_waiting(session, waiting)
        rows = [] if account is None else passkeys_of(session, account.person_id)
        if waiting is None or not rows:
            raise SignInRefused(_REFUSAL)
        options, state = asked_to_sign(site, [base64.b64decode(row.credential) for row in rows])
        waiting.expected = {**waiting.expected, "signing": state}
    return options


def offers_passkey(session: Session, pending: str, now: datetime) -> bool:
    """Say whether whoever's password was right has a passkey to show."""
    waiting = sign_in_waiting(session, pending, now)
    return waiting is not None and bool(passkeys_of(session, waiting.person_id))


def sign_in_with_passkey(
    door: Door, site: Site, answer: Answer, client: Client, now: datetime
) -> SignedIn:
    """Open the session of whoever holds the passkey. What was asked counts once.

    Raises ``SignInRefused``, or ``TooManyAttempts`` after too many wrong second steps.
    """
    with door.database.writing() as session:
        asked = _asked(session, answer.secret, client, now)
    with door.database.writing() as session:
        account = _signer(session, site, asked, answer, now)
        signed_in = None
        if account is not None:
            signed_in = _let_in(session, door, account, asked, client, now)
        if asked.attempt_id is not None:
            note_outcome(session, asked.attempt_id, "succeeded" if signed_in else "failed", now)
    if signed_in is None:
        raise SignInRefused(_REFUSAL)
    return signed_in


def _asked(session: Session, secret: str, client: Client, now: datetime) -> _Asked:
    """Take what was asked away, so that no answer to it counts twice."""
    waiting = sign_in_waiting(session, secret, now)
    if waiting is None or "signing" not in waiting.expected:
        raise SignInRefused(_REFUSAL)
    state = waiting.expected["signing"]
    if waiting.person_id is None:
        session.delete(waiting)
        return _Asked(state)
    account = account_waiting(session, waiting)
    if account is None or waiting.tries >= TRIES:
        raise SignInRefused(_REFUSAL)
    attempt_id = register_attempt(session, account.login_key, client.address, now)
    waiting.tries += 1
    waiting.expected = {key: value for key, value in waiting.expected.items() if key != "signing"}
    return _Asked(state, account.person_id, attempt_id)


def _signer(
    session: Session, site: Site, asked: _Asked, answer: Answer, now: datetime
) -> Account | None:
    """Return the open account of whoever signed; None when nobody did, or another."""
    try:
        passkey = session.scalars(
            select(Passkey)
            .where(Passkey.credential_hash == signer_of(answer.document))
            .with_for_update()
        ).first()
        if passkey is None or asked.person_id not in {None, passkey.person_id}:
            return None
        credential = base64.b64decode(passkey.credential)
        passkey.signatures = signed(
            site, asked.state, credential, passkey.signatures, answer.document
        )
    except PasskeyRefused as error:
        log.warning("a passkey is refused", why=str(error))
        return None
    passkey.last_used_at = now
    if asked.person_id is not None:
        waiting = sign_in_waiting(session, answer.secret, now)
        return None if waiting is None else account_waiting(session, waiting)
    return session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Account.person_id == passkey.person_id, ~Account.disabled, Person.active)
    ).first()


def _let_in(
    session: Session, door: Door, account: Account, asked: _Asked, client: Client, now: datetime
) -> SignedIn:
    session.execute(delete(PendingSignIn).where(PendingSignIn.person_id == account.person_id))
    account.last_sign_in_at = now
    signed_in = open_session(session, account, client, now, door.session_length)
    actor = Actor(name=account.login, person_id=account.person_id)
    told = {"passkey": True, "password": asked.person_id is not None}
    record(session, actor, "signed_in", f"web_session:{signed_in.session_id}", told)
    return signed_in
