"""What an item stands on: everything it needs, directly or through others, nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId, ItemNotInGraph
from server.foundation.permissions import Actor, Permission
from server.items.impacts.graphs import AsOf, graph_at
from server.items.impacts.naming import NamedItem, named_among
from server.items.impacts.places import cursor_at, place_after
from server.items.impacts.sight import columns_for_sight, in_sight
from server.items.queries import get_item


@dataclass(frozen=True, slots=True)
class Need:
    """An item that another one needs, ``distance`` steps away."""

    item: NamedItem
    distance: int


@dataclass(frozen=True, slots=True)
class Needs:
    """One page of what an item needs; ``outside`` when it takes no part in impact.

    ``total`` and ``hidden`` are None unless the actor may count what is hidden.
    """

    rows: Sequence[Need]
    sequence: int
    outside: bool = False
    total: int | None = None
    hidden: int | None = None
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class NeedsQuestion:
    """How far to look, and which page; ``within`` None looks as far as there is anything."""

    within: int | None = None
    limit: int = 200
    cursor: str = ""
    as_of: AsOf = None


def needs_of(session: Session, actor: Actor, item_id: int, question: NeedsQuestion) -> Needs:
    """Return what an item needs, over every kind of relation and whatever is redundant.

    Raises ``ItemNotFound`` and, for a damaged cursor, ``InvalidValue``.
    """
    get_item(session, actor, item_id)
    after = place_after(question.cursor, 2) if question.cursor else (0, 0)
    snapshot = graph_at(session, question.as_of)
    may_count = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    try:
        found = snapshot.engine.suppliers(ItemId(item_id), question.within)
    except ItemNotInGraph:
        none = 0 if may_count else None
        return Needs((), snapshot.sequence, outside=True, total=none, hidden=none)
    columns = columns_for_sight(actor, snapshot, found.ids, question.as_of)
    seen = in_sight(session, actor, found.ids, columns)
    beside = (found.distances == after[0]) & (found.ids > after[1])
    places = np.flatnonzero(seen & ((found.distances > after[0]) | beside))
    shown = places[: question.limit]
    names = named_among(snapshot, found.ids[shown])
    rows = [
        Need(names[supplier], distance)
        for supplier, distance in zip(
            found.ids[shown].tolist(), found.distances[shown].tolist(), strict=True
        )
    ]
    cursor = None
    if len(places) > len(shown):
        cursor = cursor_at(rows[-1].distance, rows[-1].item.id)
    return Needs(
        rows=rows,
        sequence=snapshot.sequence,
        total=len(found.ids) if may_count else None,
        hidden=len(found.ids) - int(seen.sum()) if may_count else None,
        next_cursor=cursor,
    )
