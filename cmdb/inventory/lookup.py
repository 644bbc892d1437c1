"""Batched reading of what a batch of observations needs to know: a handful of queries in all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.known import COLUMNS, KnownItem, SourceState
from cmdb.observation import Identifier, Observation
from cmdb.records.items import Item
from cmdb.records.sources import ItemIdentifier, ItemSource

#: How many bound values one statement carries; both databases take far more.
_CHUNK = 900
#: A value held by more items than this identifies nobody; the rest need not be read.
MAX_HOLDERS = 50

Value = TypeVar("Value")
SourceKey = tuple[int, str, str]


def items_known_as(session: Session, keys: Iterable[SourceKey]) -> dict[SourceKey, int]:
    """Map (organisation, source, key) to the item that the source means by it."""
    wanted: dict[tuple[int, str], set[str]] = defaultdict(set)
    for organisation_id, source, key in keys:
        if key:
            wanted[organisation_id, source].add(key)
    found: dict[SourceKey, int] = {}
    for (organisation_id, source), named in wanted.items():
        for part in parts(sorted(named)):
            rows = session.execute(
                select(ItemSource.key, ItemSource.item_id).where(
                    ItemSource.organisation_id == organisation_id,
                    ItemSource.source == source,
                    ItemSource.key.in_(part),
                    ItemSource.key != "",
                )
            )
            found |= {(organisation_id, source, key): item_id for key, item_id in rows}
    return found


def holders_of(
    session: Session, identifiers: Iterable[Identifier]
) -> dict[Identifier, dict[int, None]]:
    """Map each identifier to the items that carry it (at most ``MAX_HOLDERS`` + 1)."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for identifier in identifiers:
        by_kind[identifier.kind].add(identifier.value)
    found: dict[Identifier, dict[int, None]] = defaultdict(dict)
    for kind, values in by_kind.items():
        for part in parts(sorted(values)):
            rows = session.execute(
                select(ItemIdentifier.value, ItemIdentifier.item_id)
                .where(ItemIdentifier.kind == kind, ItemIdentifier.value.in_(part))
                .limit(_CHUNK * MAX_HOLDERS)
            )
            for value, item_id in rows:
                holders = found[Identifier(kind, value)]  # type: ignore[arg-type]  # a stored kind
                if len(holders) <= MAX_HOLDERS:
                    holders[item_id] = None
    return found


def load_items(session: Session, ids: Iterable[int]) -> dict[int, KnownItem]:
    """Read items with their sources and identifiers."""
    known: dict[int, KnownItem] = {}
    wanted = sorted(set(ids))
    for part in parts(wanted):
        for item in session.execute(select(*Item.__table__.columns).where(Item.id.in_(part))):
            known[item.id] = _known(item)
        for row in session.execute(
            select(*ItemSource.__table__.columns).where(ItemSource.item_id.in_(part))
        ):
            known[row.item_id].sources[row.source, row.key] = _source(row)
        for found in session.execute(
            select(*ItemIdentifier.__table__.columns).where(ItemIdentifier.item_id.in_(part))
        ):
            identity = (found.kind, found.value, found.source)
            known[found.item_id].identifiers[identity] = found.last_seen_at
    return known


def _known(row: Any) -> KnownItem:
    winners = dict(row.attributes)
    for name in COLUMNS:
        value = getattr(row, name)
        if value not in (None, ""):
            winners[name] = value
    if row.location_id is not None:
        winners["location"] = row.location_id
    return KnownItem(
        id=row.id,
        organisation_id=row.organisation_id,
        class_code=row.class_code,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        version=row.version,
        winners=winners,
    )


def _source(row: Any) -> SourceState:
    return SourceState(
        source=row.source,
        key=row.key,
        organisation_id=row.organisation_id,
        id=row.id,
        confidence=row.confidence,
        words=dict(row.words),
        digests=dict(row.digests),
        readings=dict(row.readings),
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
    )


def source_keys(observations: Sequence[Observation]) -> set[SourceKey]:
    """Return the (organisation, source, key) of every observation that has a key."""
    return {
        (seen.organisation_id, seen.origin.source, seen.origin.key)
        for seen in observations
        if seen.origin.key and seen.item_id is None
    }


def parts(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    """Cut ``values`` into pieces that fit one statement."""
    for offset in range(0, len(values), _CHUNK):
        yield values[offset : offset + _CHUNK]
