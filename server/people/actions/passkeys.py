"""One's own passkeys: added, named, taken away. Each needs somebody who has just signed in."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from server.foundation.audit import record
from server.foundation.errors import FreshSessionRequired, PasskeyRefused, SessionRequired
from server.foundation.permissions import Actor
from server.people.actions.second_factor import factor_of, fresh_codes
from server.people.models import Account, Passkey, PendingSignIn, RecoveryCode, WebSession
from server.people.queries.passkeys import passkeys_of
from server.people.rules.credentials import new_session_secret, secret_hash
from server.people.webauthn import NewKey, Owner, Site, asked_to_make, made

#: How long after signing in somebody may change what lets them in.
FRESH = timedelta(minutes=15)
#: How long the browser may take.
PATIENCE = timedelta(minutes=5)
_LONGEST_NAME = 80
_MOST = 20
_NOT_OURS = {"passkey": "is not what was asked for; try again"}


def is_fresh(session: Session, secret: str | None, now: datetime) -> bool:
    """Say whether the session of this secret was opened just now."""
    opened = session.scalar(
        select(WebSession.created_at).where(WebSession.id_hash == secret_hash(secret or ""))
    )
    return opened is not None and now - opened <= FRESH


def begin_passkey(
    session: Session, actor: Actor, secret: str | None, site: Site, now: datetime
) -> tuple[dict[str, Any], str]:
    """Return what the actor's browser is asked, and the secret that it has to bring back.

    Raises ``FreshSessionRequired``; ``SessionRequired`` for who has no log-in of their own here.
    """
    account = _account(session, actor, secret, now)
    known = [base64.b64decode(row.credential) for row in passkeys_of(session, account.person_id)]
    if len(known) >= _MOST:
        raise InvalidValue({"passkey": f"at most {_MOST}; remove one first"})
    owner = Owner(account.person_id, account.login, actor.name)
    options, state = asked_to_make(site, owner, known)
    waiting = new_session_secret()
    session.add(
        PendingSignIn(
            secret_hash=secret_hash(waiting),
            person_id=account.person_id,
            expected={"making": state},
            expires_at=now + PATIENCE,
        )
    )
    return options, waiting


@dataclass(frozen=True, slots=True)
class Made:
    """What came back from a browser: the secret of its cookie, the key, and what to call it."""

    secret: str | None = field(repr=False)
    document: str = field(repr=False)
    name: str


def add_passkey(
    session: Session, actor: Actor, given: Made, site: Site, now: datetime
) -> list[str]:
    """Keep the passkey that the browser made; return new recovery codes if there were none.

    Raises ``InvalidValue`` for an answer that is not to what was asked, or a name that is none.
    """
    called = _name(given.name)
    row = session.scalars(
        select(PendingSignIn)
        .where(
            PendingSignIn.secret_hash == secret_hash(given.secret or ""),
            PendingSignIn.person_id == actor.person_id,
            PendingSignIn.expires_at > now,
        )
        .with_for_update()
    ).first()
    if row is None or "making" not in row.expected or actor.person_id is None:
        raise InvalidValue(_NOT_OURS)
    session.delete(row)
    try:
        key = made(site, row.expected["making"], given.document)
    except PasskeyRefused as error:
        raise InvalidValue(_NOT_OURS) from error
    return _keep(session, actor, key, called, now)


def rename_passkey(session: Session, actor: Actor, passkey_id: int, name: str) -> None:
    """Call one of the actor's own passkeys something else."""
    row = _own(session, actor, passkey_id)
    row.name = _name(name)
    record(session, actor, "passkey_renamed", f"passkey:{row.id}")


def remove_passkey(
    session: Session, actor: Actor, passkey_id: int, secret: str | None, now: datetime
) -> None:
    """Take one of the actor's own passkeys away. Raises ``FreshSessionRequired``."""
    account = _account(session, actor, secret, now)
    row = _own(session, actor, passkey_id)
    session.delete(row)
    session.flush()
    if (
        not passkeys_of(session, account.person_id)
        and factor_of(session, account.person_id) is None
    ):
        session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == account.person_id))
    record(session, actor, "passkey_removed", f"passkey:{passkey_id}")


def _keep(session: Session, actor: Actor, key: NewKey, name: str, now: datetime) -> list[str]:
    if session.scalar(select(Passkey.id).where(Passkey.credential_hash == key.credential_hash)):
        raise InvalidValue(_NOT_OURS)
    person_id = actor.person_id or 0
    kept = Passkey(
        person_id=person_id,
        name=name,
        credential_hash=key.credential_hash,
        credential=base64.b64encode(key.credential).decode(),
        signatures=key.signatures,
        created_at=now,
    )
    session.add(kept)
    session.flush()
    record(session, actor, "passkey_added", f"passkey:{kept.id}")
    unused = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return [] if session.scalar(unused) else fresh_codes(session, person_id)


def _account(session: Session, actor: Actor, secret: str | None, now: datetime) -> Account:
    account = None
    if actor.person_id is not None and actor.kind == "person":
        account = session.scalars(
            select(Account).where(Account.person_id == actor.person_id)
        ).first()
    if account is None:
        raise SessionRequired("only somebody who is signed in may do this")
    if not is_fresh(session, secret, now):
        raise FreshSessionRequired("sign in anew first: it was more than 15 minutes ago")
    return account


def _own(session: Session, actor: Actor, passkey_id: int) -> Passkey:
    row = session.get(Passkey, passkey_id)
    if row is None or row.person_id != actor.person_id or actor.kind != "person":
        raise NotFound("passkey", passkey_id)
    return row


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidValue({"name": f"must have 1 to {_LONGEST_NAME} letters"})
    return name
