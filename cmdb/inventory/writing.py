"""Writes what a batch decided: a few bulk statements, whatever the size of the batch."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, tuple_, update
from sqlalchemy.orm import Session

from cmdb.inventory.known import COLUMNS, KnownItem, SourceState
from cmdb.inventory.lookup import parts
from cmdb.inventory.outcomes import Author
from cmdb.model import Model
from cmdb.records.bulk import insert_rows, reserve_ids
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item, ItemValue
from cmdb.records.relations import next_sequence, write_changes
from cmdb.records.sources import ItemIdentifier, ItemSource

#: Confirming an identifier writes at most once in this time: an unchanged report stays cheap.
_CONFIRM_EVERY = timedelta(hours=20)


def write_items(
    session: Session, model: Model, items: Iterable[KnownItem], author: Author, now: datetime
) -> dict[int, int]:
    """Write new and changed items; return {provisional id: id} for the new ones.

    Items, searchable values, sources, identifiers, history and the change log, in that order.
    """
    touched = list(items)
    new = [item for item in touched if item.is_new]
    changed = [item for item in touched if not item.is_new and item.changed]
    seen = [item for item in touched if not item.is_new and not item.changed and item.touched]
    ids = _insert_items(session, new, now)
    _update_items(session, changed, now)
    _confirm_items(session, seen)
    _write_values(session, model, new, changed)
    _write_sources(session, touched)
    _write_identifiers(session, touched, now)
    _write_history(session, new, changed, author, now)
    _log_graph(session, new, changed, now)
    return ids


def _columns(item: KnownItem, now: datetime) -> dict[str, Any]:
    winners = item.winners
    name = str(winners.get("name") or "")
    return {
        "class_code": item.class_code,
        "name": name,
        "name_key": name.casefold(),
        "stage": winners.get("stage") or "in_use",
        "environment": winners.get("environment"),
        "criticality": _tier(winners.get("criticality")),
        "vendor": winners.get("vendor") or "",
        "model": winners.get("model") or "",
        "serial": winners.get("serial") or "",
        "location_id": winners.get("location"),
        "attributes": {
            name: value
            for name, value in winners.items()
            if name not in COLUMNS and name not in {"location", "class"}
        },
        "confidence": max((s.confidence for s in item.sources.values()), default=1.0),
        "last_seen_at": item.last_seen_at,
        "updated_at": now,
    }


def _tier(value: Any) -> int | None:
    return None if value is None else int(value)


def _insert_items(session: Session, new: list[KnownItem], now: datetime) -> dict[int, int]:
    if not new:
        return {}
    ids: dict[int, int] = {}
    rows: list[dict[str, Any]] = []
    for item, item_id in zip(new, reserve_ids(session, Item, len(new)), strict=True):
        ids[item.id] = item_id
        item.id = item_id
        row = _columns(item, now)
        row |= {
            "id": item_id,
            "organisation_id": item.organisation_id,
            "first_seen_at": item.first_seen_at,
            "version": 1,
        }
        rows.append(row)
    insert_rows(session, Item, rows)
    return ids


def _update_items(session: Session, changed: list[KnownItem], now: datetime) -> None:
    if not changed:
        return
    rows = []
    for item in changed:
        item.version += 1
        rows.append(_columns(item, now) | {"id": item.id, "version": item.version})
    session.execute(update(Item), rows)


def _confirm_items(session: Session, seen: list[KnownItem]) -> None:
    if seen:
        rows = [{"id": item.id, "last_seen_at": item.last_seen_at} for item in seen]
        session.execute(update(Item), rows)


def _write_values(
    session: Session, model: Model, new: list[KnownItem], changed: list[KnownItem]
) -> None:
    stale: list[tuple[int, int]] = []
    rows: list[dict[str, Any]] = []
    for item in changed:
        for name in item.changed:
            attribute = model.find_attribute(name, item.class_code)
            if attribute is not None and attribute.searchable:
                stale.append((item.id, attribute.id))
                rows += value_rows(model, item, name)
    for item in new:
        for name in item.winners:
            rows += value_rows(model, item, name)
    for pairs in parts(stale):
        session.execute(
            delete(ItemValue).where(
                tuple_(ItemValue.item_id, ItemValue.attribute_id).in_(list(pairs))
            )
        )
    insert_rows(session, ItemValue, rows)


def value_rows(model: Model, item: KnownItem, name: str) -> list[dict[str, Any]]:
    """Return the searchable rows of one winning value; root columns have none."""
    if name in COLUMNS or name in {"location", "class"}:
        return []
    attribute = model.find_attribute(name, item.class_code)
    value = item.winners.get(name)
    if attribute is None or not attribute.searchable or value is None:
        return []
    return [
        {
            "item_id": item.id,
            "attribute_id": attribute.id,
            "position": position,
            "text_key": text_key,
            "number_key": number_key,
        }
        for position, (text_key, number_key) in enumerate(model.search_keys(attribute, value))
    ]


def _write_sources(session: Session, items: list[KnownItem]) -> None:
    fresh: list[tuple[SourceState, dict[str, Any]]] = []
    known: list[dict[str, Any]] = []
    for item in items:
        for state in item.sources.values():
            if state.id is None:
                fresh.append((state, _source_row(item, state)))
            elif state.words_changed:
                known.append(_source_row(item, state) | {"id": state.id})
    if fresh:
        given = reserve_ids(session, ItemSource, len(fresh))
        for (state, row), row_id in zip(fresh, given, strict=True):
            state.id = row["id"] = row_id
        insert_rows(session, ItemSource, [row for _, row in fresh])
    if known:
        session.execute(update(ItemSource), known)


def _source_row(item: KnownItem, state: SourceState) -> dict[str, Any]:
    return {
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


def _write_identifiers(session: Session, items: list[KnownItem], now: datetime) -> None:
    fresh: list[dict[str, Any]] = []
    stale: list[dict[str, Any]] = []
    for item in items:
        for identity, confirmed in item.identifiers.items():
            kind, value, source = identity
            row = {"item_id": item.id, "kind": kind, "value": value, "source": source}
            if identity in item.new_identifiers:
                fresh.append(row | {"last_seen_at": now})
            elif item.touched and now - confirmed > _CONFIRM_EVERY:
                stale.append({f"b_{name}": part for name, part in row.items()})
    insert_rows(session, ItemIdentifier, fresh)
    if stale:
        table = ItemIdentifier.__table__
        session.connection().execute(
            table.update()  # type: ignore[attr-defined]  # declarative tables are tables
            .where(*(table.c[n] == bindparam(f"b_{n}") for n in ("item_id", "kind", "value")))
            .values(last_seen_at=now),
            stale,
        )


def history_row(
    item_id: int, author: Author, now: datetime, seen: tuple[str, datetime], **what: Any
) -> dict[str, Any]:
    """Return one row of history; ``seen`` is (source, when it was observed)."""
    source, observed_at = seen
    row: dict[str, Any] = {
        "item_id": item_id,
        "other_id": None,
        "at": now,
        "observed_at": observed_at,
        "kind": "changed",
        "subject": "",
        "detail": {},
        "source": source,
        "person_id": author.person_id,
        "request_id": author.request_id,
    }
    return row | what


def _write_history(
    session: Session,
    new: list[KnownItem],
    changed: list[KnownItem],
    author: Author,
    now: datetime,
) -> None:
    rows = []
    for item in new:
        source = next(iter(item.sources.values()))
        detail: Mapping[str, Any] = {"class": item.class_code, "values": len(item.winners)}
        rows.append(
            history_row(
                item.id,
                author,
                now,
                (source.source, item.first_seen_at),
                kind="created",
                detail=detail,
            )
        )
    for item in changed:
        for name, (old, value, source_code) in item.changed.items():
            detail = {"old": old, "new": value}
            seen = (source_code, item.last_seen_at)
            rows.append(history_row(item.id, author, now, seen, subject=name, detail=detail))
    insert_rows(session, HistoryEntry, rows)


def _log_graph(
    session: Session, new: list[KnownItem], changed: list[KnownItem], now: datetime
) -> None:
    steps = [("item+", item.id) for item in new]
    steps += [
        ("item~", item.id)
        for item in changed
        if not {"stage", "class", "criticality"}.isdisjoint(item.changed)
    ]
    if steps:
        write_changes(session, next_sequence(session), now, steps)
