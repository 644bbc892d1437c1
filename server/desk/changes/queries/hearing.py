"""Who hears of changes: who plans them, who owns or follows what they touch or hit."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.query.items import find_item
from cmdb.records.among import among
from cmdb.records.items import Item, ItemParty
from cmdb.vocabulary import PartyRole
from server.desk.changes.models import Change, ChangeItem, ChangeService, ChangeWatch, ItemFollower
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items
from server.people.authentication import load_actor

#: People who are told of one thing at most.
_MOST = 200


def doers_of(change: Change) -> set[int]:
    """Return who planned a change and who carries it out."""
    return {one for one in (change.author_id, change.implementer_id) if one is not None}


def items_of_change(session: Session, change_id: int) -> list[int]:
    """Return what a change touches and the services it was found to hit."""
    touched = select(ChangeItem.item_id).where(ChangeItem.change_id == change_id)
    hit = select(ChangeService.item_id).where(ChangeService.change_id == change_id)
    return list(session.scalars(touched.union(hit)))


def followers_of(session: Session, item_ids: Iterable[int]) -> dict[int, Actor]:
    """Return who follows any of the items and may see it today."""
    query = select(ItemFollower.person_id, ItemFollower.item_id).where(
        among(session, ItemFollower.item_id, list(item_ids))
    )
    return _who_may_see(session, session.execute(query.limit(_MOST)).all())


def owners_of(session: Session, item_ids: Iterable[int]) -> dict[int, Actor]:
    """Return the people who own any of the items and may see it today."""
    query = select(ItemParty.person_id, ItemParty.item_id).where(
        among(session, ItemParty.item_id, list(item_ids)),
        ItemParty.role == PartyRole.OWNER.value,
        ItemParty.person_id.is_not(None),
    )
    return _who_may_see(session, session.execute(query.limit(_MOST)).all())


def watchers_of(session: Session, watch_ids: Iterable[int]) -> set[int]:
    """Return who asked that the items or classes be watched."""
    query = select(ChangeWatch.created_by_id).where(among(session, ChangeWatch.id, list(watch_ids)))
    return {one for one in session.scalars(query) if one is not None}


def _who_may_see(session: Session, pairs: Sequence[Sequence[int | None]]) -> dict[int, Actor]:
    """Return the actors among (person, item) whose rights of today reach one of their items."""
    wanted: dict[int, list[int]] = {}
    for person_id, item_id in pairs:
        if person_id is not None and item_id is not None:
            wanted.setdefault(person_id, []).append(item_id)
    found: dict[int, Actor] = {}
    for person_id, item_ids in wanted.items():
        actor = load_actor(session, person_id)
        if actor is None:
            continue
        seen = select(Item.id).where(among(session, Item.id, item_ids), visible_items(actor))
        if session.scalar(seen.limit(1)) is not None:
            found[person_id] = actor
    return found


def is_followed(session: Session, actor: Actor, item_id: int) -> bool:
    """Say whether the actor follows an item. Raises ``ItemNotFound`` for one out of sight."""
    actor.require(Permission.ITEM_READ)
    find_item(session, item_id, visible_items(actor))
    return session.get(ItemFollower, (item_id, actor.person_id or 0)) is not None


def followed_items(session: Session, actor: Actor) -> list[Item]:
    """Return what the actor follows and may see, by name."""
    mine = select(ItemFollower.item_id).where(ItemFollower.person_id == actor.person_id)
    query = select(Item).where(Item.id.in_(mine), visible_items(actor))
    return list(session.scalars(query.order_by(Item.name_key, Item.id).limit(500)))
