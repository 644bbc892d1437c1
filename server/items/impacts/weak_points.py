"""Single points of failure of one service, live; of a wide one from the stored sweep."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.values import State
from cmdb.records.items import Item
from server.foundation.permissions import Actor, Permission
from server.items.blast import service_classes, takes_part
from server.items.impacts.graphs import AsOf, graph_at
from server.items.impacts.naming import NamedItem, name_items
from server.items.impacts.queries import SweepStamp, latest_sweep, single_points_of
from server.items.queries import get_item

#: A service that stands on more items is answered from the sweep: the cascades would take long.
LIVE_SUPPLIERS = 2_000


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """An item whose failure alone takes the service down, and what else goes down with it."""

    item: NamedItem
    down: int | None
    services: int | None


@dataclass(frozen=True, slots=True)
class WeakPoints:
    """The answer; ``stamp`` says how old it is, None when it was computed just now.

    ``hidden`` counts single points out of sight: None without the right to.
    """

    rows: Sequence[WeakPoint]
    hidden: int | None
    stamp: SweepStamp | None
    outside: bool = False


def weak_points_of(
    session: Session, actor: Actor, service_id: int, limit: int, as_of: AsOf = None
) -> WeakPoints:
    """Return what takes a service (or any other item) down alone, the widest blast first.

    Raises ``ItemNotFound`` for an item that does not exist or is out of sight.
    """
    get_item(session, actor, service_id)
    snapshot = graph_at(session, as_of)
    counted = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    service = ItemId(service_id)
    if not takes_part(snapshot.engine, service):
        return WeakPoints((), 0 if counted else None, None, outside=True)
    wide = len(snapshot.engine.suppliers(service).ids) > LIVE_SUPPLIERS
    if wide and as_of is None and latest_sweep(session) is not None:
        return _stored(session, actor, service_id, limit)
    causes = snapshot.engine.single_points([service]).causes.tolist()
    blast = snapshot.engine.blast_radius(map(ItemId, causes)).as_mapping() if causes else {}
    names = name_items(session, actor, snapshot, causes, as_of)
    order = sorted(names, key=lambda item: (-blast[ItemId(item)], names[item].name, item))
    order = order[:limit]
    services = _services_down(session, snapshot.engine, order) if counted else {}
    rows = [
        WeakPoint(names[item], blast[ItemId(item)] if counted else None, services.get(item))
        for item in order
    ]
    return WeakPoints(rows, len(causes) - len(names) if counted else None, None)


def _services_down(session: Session, engine: ImpactEngine, causes: Sequence[int]) -> dict[int, int]:
    """Return how many services go down with each item, itself not counted. One query."""
    query = select(Item.id).where(Item.class_code.in_(service_classes()))
    services = np.array(session.scalars(query).all(), dtype=np.int64)
    found: dict[int, int] = {}
    for cause in causes:
        report = engine.impact([ItemId(cause)])
        down = report.ids[report.states == State.DOWN]
        found[cause] = int(np.isin(down[down != cause], services).sum())
    return found


def _stored(session: Session, actor: Actor, service_id: int, limit: int) -> WeakPoints:
    found = single_points_of(session, actor, service_id, limit)
    rows = [
        WeakPoint(
            NamedItem(row.item.id, row.item.name, row.item.class_code, row.item.criticality),
            row.down,
            row.services,
        )
        for row in found.rows
    ]
    return WeakPoints(rows, found.hidden, found.stamp)
