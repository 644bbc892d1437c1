"""Photos of people whom the actor may see."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.foundation.permissions import Actor
from server.people.models import PersonPhoto
from server.people.queries.people import person


def photo(session: Session, actor: Actor, person_id: int) -> PersonPhoto:
    """Return somebody's photo; raises ``NotFound`` where there is none or they are out of sight."""
    if person_id != actor.person_id:
        person(session, actor, person_id)
    found = session.get(PersonPhoto, person_id)
    if found is None:
        raise NotFound("photo of person", person_id)
    return found


def with_photos(session: Session, person_ids: Collection[int]) -> frozenset[int]:
    """Return who of these, all of them in sight, has a photo."""
    return frozenset(
        session.scalars(select(PersonPhoto.person_id).where(PersonPhoto.person_id.in_(person_ids)))
    )
