"""Single points of failure of one service, computed on the graph as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.values import Ids, State
from cmdb.query.items import find_items
from cmdb.records.items import Item
from cmdb.snapshot.live import LIVE
from server.foundation.permissions import Actor, Permission
from server.items.blast import service_classes
from server.items.impacts.queries import RiskRow
from server.items.queries import get_item
from server.items.scope import visible_items

#: A service that stands on more is left to the nightly sweep; below, a page waits some 50 ms.
LIVE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class WeakPoints:
    """What takes a service down alone, the widest blast first; ``hidden`` counts those unseen."""

    rows: Sequence[RiskRow]
    hidden: int | None


def weak_points_now(session: Session, actor: Actor, service_id: int) -> WeakPoints | None:
    """Return the single points of failure of a service; None where it stands on too much.

    Raises ``ItemNotFound`` for a service that does not exist or is out of sight. Two queries, and
    one cascade for every supplier.
    """
    get_item(session, actor, service_id)
    engine = LIVE.at(session).engine
    try:
        if len(engine.suppliers(ItemId(service_id)).ids) > LIVE_LIMIT:
            return None
    except ItemNotInGraph:
        return WeakPoints((), 0 if actor.may(Permission.IMPACT_COUNT_HIDDEN) else None)
    causes = engine.single_points([ItemId(service_id)]).causes.tolist()
    return _ranked(session, actor, engine, causes)


def _ranked(
    session: Session, actor: Actor, engine: ImpactEngine, causes: Sequence[int]
) -> WeakPoints:
    seen = find_items(session, causes, visible_items(actor))
    counted = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    query = select(Item.id).where(Item.class_code.in_(service_classes()))
    services = np.array(session.scalars(query).all(), dtype=np.int64)
    found = [(seen[cause], *_blast(engine, cause, services)) for cause in causes if cause in seen]
    found.sort(key=lambda row: (-row[1], row[0].name_key, row[0].id))
    rows = [
        RiskRow(item, down if counted else None, hit if counted else None)
        for item, down, hit in found
    ]
    return WeakPoints(rows, len(causes) - len(rows) if counted else None)


def _blast(engine: ImpactEngine, cause: int, services: Ids) -> tuple[int, int]:
    """Return how many items go down with one, itself included, and how many other services."""
    report = engine.impact([ItemId(cause)])
    down = report.ids[report.states == State.DOWN]
    return len(down), int(np.isin(down[down != cause], services).sum())
