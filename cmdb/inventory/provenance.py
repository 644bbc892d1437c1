"""Writes who said what, and the evidence behind it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.orm import Session

from cmdb.inventory.confirming import confirm_rows
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.records.bulk import insert_rows, reserve_ids, update_rows
from cmdb.records.sources import ItemIdentifier, ItemSource

#: Confirming an identifier writes at most once in this time: an unchanged report stays cheap.
_CONFIRM_EVERY = timedelta(hours=20)
_IDENTITY = ("item_id", "kind", "value", "source")


def write_sources(session: Session, items: Iterable[KnownItem]) -> None:
    """Write the words of new and changed sources; one that only confirmed itself, its moment."""
    states = [(item, state) for item in items for state in item.sources.values()]
    fresh = [(item, state) for item, state in states if state.id is None]
    if fresh:
        given = reserve_ids(session, ItemSource, len(fresh))
        for (_, state), row_id in zip(fresh, given, strict=True):
            state.id = row_id
        insert_rows(session, ItemSource, [_row(item, state) for item, state in fresh])
    written = {id(state) for _, state in fresh}
    known = [(item, state) for item, state in states if id(state) not in written]
    changed = [_row(item, state) for item, state in known if state.changed]
    update_rows(session, ItemSource, changed)
    confirmed = [
        (state.id, state.last_seen_at)
        for _, state in known
        if state.confirmed and not state.changed and state.id and state.last_seen_at
    ]
    confirm_rows(session, ItemSource, confirmed)


def _row(item: KnownItem, state: SourceState) -> dict[str, Any]:
    return {
        "id": state.id,
        "item_id": item.id,
        "organisation_id": state.organisation_id,
        "source": state.source,
        "key": state.key,
        "confidence": state.confidence,
        "words": state.words,
        "digests": state.digests,
        "readings": state.readings,
        "first_seen_at": state.first_seen_at,
        "last_seen_at": state.last_seen_at,
    }


def write_identifiers(session: Session, items: Iterable[KnownItem], now: datetime) -> None:
    """Add new evidence, drop what a person took back, and confirm the rest once a day."""
    fresh: list[dict[str, Any]] = []
    stale: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    for item in items:
        fresh += [
            _identity(item, identity) | {"first_seen_at": now, "last_seen_at": now}
            for identity in sorted(item.new_identifiers)
        ]
        stale += [
            _bound(item, identity)
            for identity in sorted(item.confirmed_identifiers - item.new_identifiers)
            if now - item.identifiers[identity] > _CONFIRM_EVERY
        ]
        gone += [_bound(item, identity) for identity in sorted(item.gone_identifiers)]
    table = ItemIdentifier.__table__
    if not isinstance(table, Table):
        raise TypeError("item_identifier is a table")
    this = [table.c[name] == bindparam(f"this_{name}") for name in _IDENTITY]
    connection = session.connection()
    if gone:
        connection.execute(table.delete().where(*this), gone)
    insert_rows(session, ItemIdentifier, fresh)
    if stale:
        connection.execute(table.update().where(*this).values(last_seen_at=now), stale)


def _identity(item: KnownItem, identity: tuple[str, str, str]) -> dict[str, Any]:
    return dict(zip(_IDENTITY, (item.id, *identity), strict=True))


def _bound(item: KnownItem, identity: tuple[str, str, str]) -> dict[str, Any]:
    return {f"this_{name}": part for name, part in _identity(item, identity).items()}
