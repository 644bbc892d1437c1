"""Where items stand: the site each belongs to, up the relations *is located in*."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import parts
from cmdb.model import standing_model
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.vocabulary import LOCATED_IN, SITE
from server.foundation.permissions import Actor
from server.items.map_relations import valid_at
from server.items.scope import visible_items

#: Rack, room, floor, building, site, and as many again for those who are more exact.
_LEVELS = 10
#: More items than a map bundles are of no use to it.
_MOST = 20_000


def sites_in_sight(session: Session, actor: Actor, limit: int = 500) -> list[Item]:
    """Return the sites that the actor may see, by name."""
    classes = sorted(standing_model().descendants(SITE))
    query = select(Item).where(
        Item.class_code.in_(classes), Item.stage != "retired", visible_items(actor)
    )
    return list(session.scalars(query.order_by(Item.name_key, Item.id).limit(limit)))


def sites_of(session: Session, item_ids: Iterable[int], sites: Iterable[int]) -> Mapping[int, int]:
    """Return the site of each item that stands in one of ``sites``; one query a level."""
    wanted = frozenset(sites)
    standing = {item_id: item_id for item_id in item_ids}
    found: dict[int, int] = {}
    for _ in range(_LEVELS):
        arrived = {item: place for item, place in standing.items() if place in wanted}
        found |= arrived
        waiting = set(standing.values()) - wanted
        above = _above(session, waiting)
        standing = {
            item: above[place]
            for item, place in standing.items()
            if item not in arrived and place in above
        }
        if not standing:
            break
    return found


def _above(session: Session, places: Iterable[int]) -> dict[int, int]:
    """Return the place around each place; of several the one registered first."""
    found: dict[int, int] = {}
    for part in parts(sorted(places)):
        query = select(Relation.start_id, Relation.end_id).where(
            Relation.start_id.in_(part),
            Relation.type_code == LOCATED_IN,
            Relation.valid_to.is_(None),
        )
        for start, end in session.execute(query.order_by(Relation.id)):
            found.setdefault(start, end)
    return found


def inside(place_id: int) -> Select[int]:
    """Return the query for what stands in a place, and in the buildings, rooms and racks there.

    The place itself is the first of them.
    """
    within = select(Item.id.label("item_id")).where(Item.id == place_id)
    places = within.cte("places", recursive=True)
    inner = select(Relation.start_id).join(places, Relation.end_id == places.c.item_id)
    places = places.union(
        inner.where(Relation.type_code == LOCATED_IN, Relation.valid_to.is_(None))
    )
    return select(places.c.item_id)


def standing_at(session: Session, site_id: int, sequence: int | None = None) -> list[int]:
    """Return the items that stand at a site, in its buildings, rooms and racks; itself first."""
    found = {site_id: None}
    edge = [site_id]
    while edge and len(found) < _MOST:
        inside: list[int] = []
        for part in parts(edge):
            query = select(Relation.start_id).where(
                Relation.end_id.in_(part),
                Relation.type_code == LOCATED_IN,
                valid_at(sequence),
            )
            inside += session.scalars(query.order_by(Relation.id))
        edge = [item for item in dict.fromkeys(inside) if item not in found]
        found |= dict.fromkeys(edge)
    return list(found)[:_MOST]
