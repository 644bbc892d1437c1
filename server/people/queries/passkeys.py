"""Passkeys of people."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.people.models import Passkey


def passkeys_of(session: Session, person_id: int | None) -> Sequence[Passkey]:
    """Return somebody's own passkeys, the oldest first; for themselves and for their sign-in."""
    return session.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    ).all()
