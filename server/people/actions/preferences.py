"""Remembering how a person likes a page to be."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.foundation.errors import NotSignedIn
from server.foundation.permissions import Actor
from server.people.models import Preference

_MOST = 50


def keep_preference(session: Session, actor: Actor, name: str, value: Sequence[str]) -> None:
    """Remember ``value`` as the actor's own wish; an empty one goes back to what is shipped."""
    if actor.person_id is None:
        raise NotSignedIn("only people have preferences")
    if len(value) > _MOST or any(len(part) > 100 for part in value):
        raise InvalidValue({name: f"must be at most {_MOST} short words"})
    known = session.get(Preference, (actor.person_id, name))
    if known is None:
        known = Preference(person_id=actor.person_id, name=name, value=[])
        session.add(known)
    known.value = list(value)
