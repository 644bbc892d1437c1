"""Who hears of items: their followers, by the rights that these have when it is told."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from cmdb.records.among import among, among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.items import Item
from server.foundation.permissions import Actor
from server.items.models import ItemFollower
from server.items.scope import visible_items
from server.people.authentication import load_actor

#: People who are told of one thing at most.
MOST = 200


def followers_of(session: Session, item_ids: Iterable[int]) -> dict[int, Actor]:
    """Return who follows any of the items and may see it today."""
    return {actor_id: actor for actor_id, (actor, _) in follows(session, item_ids).items()}


def follows(session: Session, item_ids: Iterable[int]) -> dict[int, tuple[Actor, str]]:
    """Return the same with the name of one of the items that they follow and see."""
    return who_may_see(session, _following(session, items=listed(session, item_ids)).all())


@asked
def _following(dialect: str) -> Executable:
    """Read who follows items."""
    pairs = select(ItemFollower.person_id, ItemFollower.item_id)
    return pairs.where(among_listed(dialect, ItemFollower.item_id, "items")).limit(MOST)


def who_may_see(
    session: Session, pairs: Iterable[Sequence[int | None]]
) -> dict[int, tuple[Actor, str]]:
    """Return the actors among (person, item) whose rights of today reach one of their items.

    With the name of the first of these by its number.
    """
    wanted: dict[int, list[int]] = {}
    for person_id, item_id in pairs:
        if person_id is not None and item_id is not None:
            wanted.setdefault(person_id, []).append(item_id)
    found: dict[int, tuple[Actor, str]] = {}
    for person_id, item_ids in wanted.items():
        actor = load_actor(session, person_id)
        if actor is None:
            continue
        seen = select(Item.name).where(among(session, Item.id, item_ids), visible_items(actor))
        name = session.scalar(seen.order_by(Item.id).limit(1))
        if name is not None:
            found[person_id] = actor, name
    return found
