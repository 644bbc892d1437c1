"""Saying whether one is available, busy or away."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.foundation.errors import NotSignedIn
from server.foundation.permissions import Actor
from server.people.models import Account
from server.people.rules.availability import AVAILABLE, STATES, standing


def say_availability(session: Session, actor: Actor, state: str, now: datetime) -> str:
    """Say it of oneself; return it. Raises ``InvalidValue``, ``NotSignedIn`` for no person."""
    if state not in STATES:
        raise InvalidValue({"state": f"must be one of {', '.join(STATES)}"})
    account = _account(session, actor)
    if actor.person_id is None or account is None:
        raise NotSignedIn("only people with an account say whether they are available")
    account.availability, account.availability_at = state, now
    session.flush()
    return state


def own_availability(session: Session, actor: Actor, now: datetime) -> tuple[str, datetime | None]:
    """Return what counts now of what the actor said of themselves, and when they said it."""
    account = _account(session, actor)
    if account is None:
        return AVAILABLE, None
    return standing(account.availability, account.availability_at, now), account.availability_at


def _account(session: Session, actor: Actor) -> Account | None:
    return session.scalar(select(Account).where(Account.person_id == actor.person_id))
