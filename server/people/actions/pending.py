"""Sign-ins half done: the password was right, and a code must follow."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.people.models import Account, PendingSignIn
from server.people.rules.credentials import new_session_secret, secret_hash

#: How long somebody may look for their telephone.
PATIENCE = timedelta(minutes=5)


def await_code(session: Session, account: Account, now: datetime) -> str:
    """Remember that this account's password was right; return the secret for the browser."""
    secret = new_session_secret()
    session.add(
        PendingSignIn(
            secret_hash=secret_hash(secret),
            person_id=account.person_id,
            expected={"password": password_state(account)},
            expires_at=now + PATIENCE,
        )
    )
    return secret


def password_state(account: Account) -> str:
    """Return what changes with the account's password."""
    changed = account.password_changed_at
    return changed.isoformat() if changed else ""
