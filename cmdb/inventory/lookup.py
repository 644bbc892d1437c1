"""Batched reading of what a batch of observations needs to know: a handful of queries in all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, Select, bindparam, select
from sqlalchemy.orm import Session

from cmdb.inventory.known import COLUMNS, KnownItem, SourceState
from cmdb.observation import Observation
from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.items import Item
from cmdb.records.sources import ItemIdentifier, ItemSource

#: How many bound values one statement carries; both databases take far more.
_CHUNK = 900

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
        these = listed(session, sorted(named))
        rows = _known_as(session, organisation_id=organisation_id, source=source, keys=these)
        found |= {(organisation_id, source, key): item_id for key, item_id in rows}
    return found


@asked
def _known_as(dialect: str) -> Executable:
    return select(ItemSource.key, ItemSource.item_id).where(
        ItemSource.organisation_id == bindparam("organisation_id"),
        ItemSource.source == bindparam("source"),
        among_listed(dialect, ItemSource.key, "keys"),
        ItemSource.key != "",
    )


def load_items(session: Session, ids: Iterable[int], *, lock: bool = False) -> dict[int, KnownItem]:
    """Read items with their sources and identifiers.

    With ``lock`` nobody else writes these items until the transaction ends (PostgreSQL; SQLite has
    one writer). Locked in the order of their ids, so that two batches never wait for each other.
    """
    known: dict[int, KnownItem] = {}
    if wanted := sorted(set(ids)):
        read = _items_locked if lock else _items
        for item in read(session, ids=listed(session, wanted)):
            known[item.id] = _known(item)
        _add_words(session, known, wanted)
    return known


@asked
def _items(dialect: str) -> Executable:
    return _items_of(dialect)


@asked
def _items_locked(dialect: str) -> Executable:
    return _items_of(dialect).with_for_update(key_share=True)


def _items_of(dialect: str) -> Select[*tuple[Any, ...]]:
    those = among_listed(dialect, Item.id, "ids")
    return select(*Item.__table__.columns).where(those).order_by(Item.id)


def known_item(session: Session, item: Item) -> KnownItem:
    """Return an item that was read already, with its sources and identifiers."""
    known = {item.id: _known(item)}
    _add_words(session, known, [item.id])
    return known[item.id]


def _add_words(session: Session, known: dict[int, KnownItem], ids: Sequence[int]) -> None:
    told = listed(session, ids)
    for row in _sources_of(session, ids=told):
        if row.item_id in known:
            known[row.item_id].sources[row.source, row.key] = _source(row)
    for found in _identifiers_of(session, ids=told):
        if found.item_id in known:
            identity = (found.kind, found.value, found.source)
            known[found.item_id].identifiers[identity] = found.last_seen_at


@asked
def _sources_of(dialect: str) -> Executable:
    those = among_listed(dialect, ItemSource.item_id, "ids")
    return select(*ItemSource.__table__.columns).where(those)


@asked
def _identifiers_of(dialect: str) -> Executable:
    those = among_listed(dialect, ItemIdentifier.item_id, "ids")
    return select(*ItemIdentifier.__table__.columns).where(those)


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
        merged_into=row.merged_into_id,
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
