"""How an item stands, as far as its followers are told: its stage, and whether it is silent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.precedence_rules import standing_precedence
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item stands. ``silent``: no source that has to see it has done so in time."""

    name: str
    stage: str
    silent: bool
    last_seen_at: datetime


def standing_of(session: Session, item_ids: Iterable[int], now: datetime) -> dict[int, Standing]:
    """Return how items stand, by id; two statements."""
    wanted = sorted(item_ids)
    limits = standing_precedence().fresh
    spoken: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    told = select(ItemSource.item_id, ItemSource.source, ItemSource.last_seen_at)
    rows = session.execute(told.where(among(session, ItemSource.item_id, wanted)))
    for item_id, source, seen_at in rows:
        spoken[item_id].append((source, seen_at))
    items = select(Item.id, Item.name, Item.stage, Item.last_seen_at)
    return {
        item_id: Standing(name, stage, is_silent(spoken[item_id], limits, now), seen_at)
        for item_id, name, stage, seen_at in session.execute(
            items.where(among(session, Item.id, wanted))
        )
    }


def is_silent(
    spoken: Sequence[tuple[str, datetime]], limits: Mapping[str, timedelta], now: datetime
) -> bool:
    """Say whether every source of which word is awaited has been silent for too long.

    ``spoken`` are (source, when it spoke last); ``limits`` how long the word of a kind of source
    is fresh. What only people and sheets speak of is never silent.

    >>> from datetime import UTC
    >>> now, day = datetime(2026, 3, 9, tzinfo=UTC), timedelta(days=1)
    >>> is_silent([("agent", now - 3 * day), ("person", now)], {"agent": 2 * day}, now)
    True
    >>> is_silent([("person", now - 300 * day)], {"agent": 2 * day}, now)
    False
    """
    awaited = [
        now - seen_at <= limits[base]
        for source, seen_at in spoken
        if (base := source.partition(":")[0]) in limits
    ]
    return bool(awaited) and not any(awaited)
