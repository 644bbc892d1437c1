"""Photos of people by hand: one's own, or those of people one may change."""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.foundation.permissions import Actor
from server.people.models import PersonPhoto
from server.people.queries.people import person, person_for_writing
from server.people.rules.photos import picture
from server.people.rules.words import LOCAL


def set_photo(
    session: Session, actor: Actor, person_id: int, content: bytes, now: datetime
) -> PersonPhoto:
    """Give somebody a photo; one given by hand is not replaced by a directory's.

    Raises ``InvalidValue`` naming ``photo``, and ``NotFound`` for who is out of sight.
    """
    _check(session, actor, person_id)
    found = picture(content)
    row = session.get(PersonPhoto, person_id) or PersonPhoto(person_id=person_id)
    row.source, row.media_type, row.image = LOCAL, found.media_type, found.image
    row.given_digest, row.updated_at = hashlib.sha256(content).hexdigest(), now
    session.add(row)
    session.flush()
    return row


def remove_photo(session: Session, actor: Actor, person_id: int) -> None:
    """Take somebody's photo away; the directory's comes back when it next changes there."""
    _check(session, actor, person_id)
    session.execute(delete(PersonPhoto).where(PersonPhoto.person_id == person_id))


def _check(session: Session, actor: Actor, person_id: int) -> None:
    """Everybody may change their own photo, and whoever may change people that of others."""
    if person_id == actor.person_id and actor.scope is None:
        return
    person(session, actor, person_id)
    person_for_writing(session, actor, person_id)
