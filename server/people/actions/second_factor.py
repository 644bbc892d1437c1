"""A second factor beside the password: set up, confirmed, shown at the door, taken away."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue
from server.foundation.audit import record
from server.foundation.errors import SessionRequired
from server.foundation.permissions import Actor
from server.foundation.secrets import Place, SecretBox
from server.people.actions.rights import refuse_more_than_own
from server.people.models import Account, Passkey, PendingSignIn, RecoveryCode, SecondFactor
from server.people.queries.accounts import person_to_administer
from server.people.queries.passkeys import passkeys_of
from server.people.rules.totp import (
    enrolment_uri,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_hash,
)

_ISSUER = "Cadastre"
_WRONG = {"code": "is not right, or was used already"}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What goes into an authenticator; shown while it is being set up, never after."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def factor_of(session: Session, person_id: int | None) -> SecondFactor | None:
    """Return somebody's confirmed second factor; None when the password alone lets them in."""
    return session.scalars(
        select(SecondFactor).where(
            SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
        )
    ).first()


def needs_second_step(session: Session, person_id: int) -> bool:
    """Say whether a password, or a provider's word, alone does not let this person in."""
    return factor_of(session, person_id) is not None or bool(passkeys_of(session, person_id))


def begin_factor(session: Session, actor: Actor, secrets: SecretBox, now: datetime) -> Enrolment:
    """Begin, or begin anew, to set up the actor's own second factor; it guards nothing yet.

    Raises ``Conflict`` when there is a confirmed one, ``SessionRequired`` for a token.
    """
    person_id = _themselves(actor)
    if factor_of(session, person_id) is not None:
        raise Conflict("there is a second factor already; remove it first")
    row = _own(session, person_id)
    if row is None:
        row = SecondFactor(person_id=person_id, created_at=now)
        session.add(row)
        session.flush()
    row.sealed_secret = secrets.seal(new_secret(), _place(row.id))
    session.flush()
    return _enrolment(session, row, secrets)


def enrolment_under_way(session: Session, actor: Actor, secrets: SecretBox) -> Enrolment | None:
    """Return what the actor began to set up; None when nothing waits for its first code."""
    row = session.scalars(
        select(SecondFactor).where(
            SecondFactor.person_id == actor.person_id, SecondFactor.confirmed_at.is_(None)
        )
    ).first()
    return None if row is None else _enrolment(session, row, secrets)


def confirm_factor(
    session: Session, actor: Actor, secrets: SecretBox, code: str, now: datetime
) -> list[str]:
    """Switch the factor on with a first right code; return the recovery codes, shown once.

    Raises ``InvalidValue`` for a wrong code.
    """
    person_id = _themselves(actor)
    row = _own(session, person_id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("nothing is being set up")
    if not _takes(session, row, secrets, code, now):
        raise InvalidValue(_WRONG)
    row.confirmed_at = now
    record(session, actor, "second_factor_added", f"person:{person_id}")
    return fresh_codes(session, person_id)


def remove_factor(
    session: Session, actor: Actor, secrets: SecretBox, code: str, now: datetime
) -> None:
    """Remove the actor's own factor; needs a right code, so that an open screen is not enough."""
    person_id = _themselves(actor)
    if not shows_factor(session, secrets, person_id, code, now):
        raise InvalidValue(_WRONG)
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
    if not passkeys_of(session, person_id):
        forget_factor(session, person_id)
    record(session, actor, "second_factor_removed", f"person:{person_id}")


def take_factor_away(session: Session, actor: Actor, person_id: int) -> None:
    """Remove factor and passkeys of somebody who lost them.

    Needs ``admin:users``, and not less than theirs. Raises ``Conflict`` when they have none.
    """
    person = person_to_administer(session, actor, person_id)
    refuse_more_than_own(session, actor, person.id)
    if not needs_second_step(session, person.id):
        raise Conflict("this person has no second factor")
    forget_factor(session, person.id)
    record(session, actor, "second_factor_removed", f"person:{person.id}")


def forget_factor(session: Session, person_id: int) -> None:
    """Delete the factor, passkeys, recovery codes and sign-ins that wait for one of them."""
    session.execute(delete(Passkey).where(Passkey.person_id == person_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(delete(PendingSignIn).where(PendingSignIn.person_id == person_id))
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))


def shows_factor(
    session: Session, secrets: SecretBox, person_id: int, code: str, now: datetime
) -> bool:
    """Say whether ``code`` is somebody's next one or an unused recovery code, and use it up."""
    row = session.scalars(
        select(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
        .with_for_update()
    ).first()
    if row is None:
        return bool(passkeys_of(session, person_id)) and _recovers(session, person_id, code, now)
    return _takes(session, row, secrets, code, now) or _recovers(session, person_id, code, now)


def _takes(
    session: Session, row: SecondFactor, secrets: SecretBox, code: str, now: datetime
) -> bool:
    secret = secrets.open(row.sealed_secret, _place(row.id))
    step = matching_step(secret, code, now, row.last_step)
    if step is None:
        return False
    # Two requests with one code: only one of them finds the step still unused.
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == row.id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.id)
    ).first()
    return taken is not None


def _recovers(session: Session, person_id: int, code: str, now: datetime) -> bool:
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == recovery_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).first()
    return used is not None


def fresh_codes(session: Session, person_id: int) -> list[str]:
    """Make the codes for whoever loses what they sign in with; the former ones end."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = new_recovery_codes()
    session.add_all(
        RecoveryCode(person_id=person_id, code_hash=recovery_hash(code)) for code in codes
    )
    session.flush()
    return codes


def _own(session: Session, person_id: int) -> SecondFactor | None:
    return session.scalars(
        select(SecondFactor).where(SecondFactor.person_id == person_id).with_for_update()
    ).first()


def _enrolment(session: Session, row: SecondFactor, secrets: SecretBox) -> Enrolment:
    login = session.scalar(select(Account.login).where(Account.person_id == row.person_id)) or ""
    secret = secrets.open(row.sealed_secret, _place(row.id))
    return Enrolment(secret, enrolment_uri(_ISSUER, login, secret))


def _themselves(actor: Actor) -> int:
    if actor.person_id is None or actor.kind != "person":
        raise SessionRequired("only somebody who is signed in may do this")
    return actor.person_id


def _place(row_id: int) -> Place:
    return Place("second_factor", "sealed_secret", row_id)
