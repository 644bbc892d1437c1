"""Following an item or a service: one is told of the changes that touch or hit it."""

from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.query.items import find_item
from cmdb.records.items import Item
from server.desk.changes.models import ItemFollower
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items


def follow_item(session: Session, actor: Actor, item_id: int, now: datetime) -> Item:
    """Be told from now on; again changes nothing. Raises ``ItemNotFound``, ``InvalidValue``."""
    actor.require(Permission.ITEM_READ)
    item = find_item(session, item_id, visible_items(actor))
    if actor.person_id is None:
        raise InvalidValue({"item_id": "only a person follows"})
    if session.get(ItemFollower, (item_id, actor.person_id)) is None:
        session.add(ItemFollower(item_id=item_id, person_id=actor.person_id, since=now))
        session.flush()
    return item


def unfollow_item(session: Session, actor: Actor, item_id: int) -> None:
    """Be told no longer, also of what went out of sight meanwhile.

    Raises ``ItemNotFound`` for what is out of sight and was not followed.
    """
    actor.require(Permission.ITEM_READ)
    found = session.get(ItemFollower, (item_id, actor.person_id)) if actor.person_id else None
    if found is None:
        find_item(session, item_id, visible_items(actor))
        return
    session.delete(found)
    session.flush()
