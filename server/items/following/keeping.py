"""Following an item or a service, and what one follows."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.query.items import find_item
from cmdb.records.items import Item
from server.foundation.permissions import Actor, Permission
from server.items.following.standing import standing_of
from server.items.models import ItemFollower
from server.items.scope import visible_items

_MOST = 500


def follow_item(session: Session, actor: Actor, item_id: int, now: datetime) -> Item:
    """Be told from now on; again changes nothing. Raises ``ItemNotFound``, ``InvalidValue``."""
    actor.require(Permission.ITEM_READ)
    item = find_item(session, item_id, visible_items(actor))
    if actor.person_id is None:
        raise InvalidValue({"item_id": "only a person follows"})
    if session.get(ItemFollower, (item_id, actor.person_id)) is None:
        stands = standing_of(session, [item_id], now)[item_id]
        row = ItemFollower(item_id=item_id, person_id=actor.person_id, since=now)
        row.told_stage, row.told_silent = stands.stage, stands.silent
        session.add(row)
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


def is_followed(session: Session, actor: Actor, item_id: int) -> bool:
    """Say whether the actor follows an item. Raises ``ItemNotFound`` for one out of sight."""
    actor.require(Permission.ITEM_READ)
    find_item(session, item_id, visible_items(actor))
    return session.get(ItemFollower, (item_id, actor.person_id or 0)) is not None


def followed_items(session: Session, actor: Actor) -> list[Item]:
    """Return what the actor follows and may see, by name."""
    mine = select(ItemFollower.item_id).where(ItemFollower.person_id == actor.person_id)
    query = select(Item).where(Item.id.in_(mine), visible_items(actor))
    return list(session.scalars(query.order_by(Item.name_key, Item.id).limit(_MOST)))
