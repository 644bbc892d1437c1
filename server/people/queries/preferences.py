"""How a person likes a page to be."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.foundation.permissions import Actor
from server.people.models import Preference


def preference(session: Session, actor: Actor, name: str) -> list[str]:
    """Return the actor's own wish; empty when they never said any."""
    query = select(Preference.value).where(
        Preference.person_id == actor.person_id, Preference.name == name
    )
    return [str(part) for part in session.scalar(query) or []]
