"""Counting tries to sign in, in the database, so that the count holds across processes."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from server.foundation.audit import record
from server.foundation.errors import TooManyAttempts
from server.foundation.exclusive import hold_exclusively
from server.people.models import Account, SignInAttempt
from server.people.rules.lockout import (
    FAILURES_PER_ADDRESS,
    FAILURES_PER_LOGIN,
    WINDOW,
    seconds_to_wait,
)

_KEEP = timedelta(days=1)
#: No login is longer; what is typed beyond it need not be stored.
_LONGEST = 200


def register_attempt(session: Session, login_key: str, address: str, now: datetime) -> int:
    """Write an attempt that counts as failed until it is known to be right, and return its id.

    Raises ``TooManyAttempts``, for logins that exist and for others alike.
    """
    key = login_key[:_LONGEST]
    # Whoever tries many passwords at once is counted one after the other.
    for name in sorted({f"sign-in login {key}", f"sign-in address {address}"}):
        hold_exclusively(session, name)
    wait = max(_wait_for_login(session, key, now), _wait_for_address(session, address, now))
    if wait:
        raise TooManyAttempts(wait)
    attempt = SignInAttempt(login_key=key, address=address, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def note_outcome(session: Session, attempt_id: int, outcome: str, now: datetime | None) -> None:
    """Write what came of an attempt; a login that is now locked is put on record."""
    attempt = session.get_one(SignInAttempt, attempt_id)
    attempt.outcome = outcome
    session.flush()
    if outcome != "failed" or now is None or not _wait_for_login(session, attempt.login_key, now):
        return
    account_id = session.scalar(select(Account.id).where(Account.login_key == attempt.login_key))
    record(session, None, "sign_in_locked", f"account:{account_id or 'unknown'}")


def forget_attempts(session: Session, now: datetime) -> None:
    """Delete the attempts that no longer count for anything."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - _KEEP))


def _wait_for_login(session: Session, key: str, now: datetime) -> int:
    succeeded = select(func.max(SignInAttempt.id)).where(
        SignInAttempt.login_key == key, SignInAttempt.outcome == "succeeded"
    )
    since = SignInAttempt.id > func.coalesce(succeeded.scalar_subquery(), 0)
    failures = _failures(session, (SignInAttempt.login_key == key) & since, now, FAILURES_PER_LOGIN)
    return seconds_to_wait(failures, FAILURES_PER_LOGIN, now)


def _wait_for_address(session: Session, address: str, now: datetime) -> int:
    if not address:
        return 0
    failures = _failures(session, SignInAttempt.address == address, now, FAILURES_PER_ADDRESS)
    return seconds_to_wait(failures, FAILURES_PER_ADDRESS, now)


def _failures(
    session: Session, of: ColumnElement[bool], now: datetime, limit: int
) -> list[datetime]:
    query = (
        select(SignInAttempt.at)
        .where(of, SignInAttempt.outcome == "failed", SignInAttempt.at > now - WINDOW)
        .order_by(SignInAttempt.at.desc())
        .limit(limit)
    )
    return list(session.scalars(query))
