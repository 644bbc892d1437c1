"""The second step of signing in: a code after the password, within a few minutes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.foundation.audit import record
from server.foundation.errors import SignInRefused
from server.foundation.permissions import Actor
from server.people.actions.attempts import note_outcome, register_attempt
from server.people.actions.pending import password_state
from server.people.actions.second_factor import shows_factor
from server.people.actions.sessions import Client, SignedIn, open_session
from server.people.actions.sign_in import Door
from server.people.models import Account, PendingSignIn
from server.people.rules.credentials import secret_hash

#: Codes for one right password; after that the password is asked for again.
TRIES = 5
_REFUSAL = "the code is not right"


def sign_in_with_code(
    door: Door, pending: str, code: str, client: Client, now: datetime
) -> SignedIn:
    """Open the session for which a right password waits.

    Wrong codes count as wrong passwords do, and are written before the code is looked at. Raises
    ``SignInRefused``, or ``TooManyAttempts``.
    """
    with door.database.writing() as session:
        waiting = sign_in_waiting(session, pending, now)
        account = None if waiting is None else account_waiting(session, waiting)
        if waiting is None or account is None:
            raise SignInRefused(_REFUSAL)
        attempt_id = register_attempt(session, account.login_key, client.address, now)
        waiting.tries += 1
    with door.database.writing() as session:
        signed_in = _let_in(session, door, pending, code, client, now)
        note_outcome(session, attempt_id, "succeeded" if signed_in else "failed", now)
    if signed_in is None:
        raise SignInRefused(_REFUSAL)
    return signed_in


def _let_in(
    session: Session, door: Door, pending: str, code: str, client: Client, now: datetime
) -> SignedIn | None:
    waiting = sign_in_waiting(session, pending, now)
    account = None if waiting is None else account_waiting(session, waiting)
    if waiting is None or account is None or waiting.tries > TRIES:
        return None
    if not shows_factor(session, door.secrets, account.person_id, code, now):
        return None
    session.delete(waiting)
    account.last_sign_in_at = now
    signed_in = open_session(session, account, client, now, door.session_length)
    actor = Actor(name=account.login, person_id=account.person_id)
    told = {"second_factor": True}
    record(session, actor, "signed_in", f"web_session:{signed_in.session_id}", told)
    return signed_in


def sign_in_waiting(session: Session, pending: str, now: datetime) -> PendingSignIn | None:
    """Return the sign-in that waits under a browser's secret."""
    return session.scalars(
        select(PendingSignIn)
        .where(PendingSignIn.secret_hash == secret_hash(pending), PendingSignIn.expires_at > now)
        .with_for_update()
    ).first()


def account_waiting(session: Session, waiting: PendingSignIn) -> Account | None:
    """Return the account, unless it was closed or its password changed meanwhile."""
    account = session.scalars(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Account.person_id == waiting.person_id, ~Account.disabled, Person.active)
    ).first()
    if account is None or waiting.expected.get("password") != password_state(account):
        return None
    return account
