"""Writes what a batch decided: a few bulk statements, whatever the size of the batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, tuple_
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import write_history
from cmdb.inventory.confirming import confirm_rows
from cmdb.inventory.known import COLUMNS, KnownItem
from cmdb.inventory.lookup import parts
from cmdb.inventory.outcomes import Author
from cmdb.inventory.provenance import write_identifiers, write_sources
from cmdb.model import Model
from cmdb.model.text import text_key
from cmdb.records.bulk import insert_rows, reserve_ids, update_rows
from cmdb.records.items import Item, ItemValue
from cmdb.records.relations import keep_past, next_sequence, write_changes
from cmdb.vocabulary import LifeStage

#: Winning values that are columns, or the class itself; the rest is in the document.
_ELSEWHERE = frozenset({*COLUMNS, "location", "class"})
#: What an item may change that changes what fails with it, or how the graph's answers name it.
_IN_GRAPH = frozenset({"name", "stage", "class", "criticality"})


@dataclass(frozen=True, slots=True)
class Unlogged:
    """What became of items, as the graph's log has to say: (op, id), and the rows of new ones.

    ``first`` is the number the log's first line has; 0 where it is still open.
    """

    first: int
    steps: Sequence[tuple[str, int]]
    inserted: Sequence[Mapping[str, Any]]


def write_items(
    session: Session, model: Model, items: Iterable[KnownItem], author: Author, now: datetime
) -> None:
    """Write new and changed items and the change log."""
    log_items(session, write_unlogged(session, model, items, author, now), now)


def write_unlogged(
    session: Session, model: Model, items: Iterable[KnownItem], author: Author, now: datetime
) -> Unlogged:
    """Write new and changed items; ``log_items`` is to follow in the same transaction.

    Items, searchable values, sources, identifiers and history, in that order. Whoever still has
    much to write logs last: those who write the log wait for each other.
    """
    touched = list(items)
    new = [item for item in touched if item.is_new]
    changed = [item for item in touched if not item.is_new and item.changed]
    seen = [item for item in touched if not item.is_new and not item.changed and item.touched]
    inserted = _insert_items(session, new, now)
    regraphed = [item for item in changed if not _IN_GRAPH.isdisjoint(item.changed)]
    first = _keep_past(session, len(new), regraphed)
    _update_items(session, changed, now)
    confirm_rows(session, Item, [(item.id, item.last_seen_at) for item in seen])
    _write_values(session, model, new, changed)
    write_sources(session, touched)
    write_identifiers(session, touched, now)
    write_history(session, new, changed, author, now)
    steps = [("item+", item.id) for item in new] + [("item~", item.id) for item in regraphed]
    return Unlogged(first, steps, inserted)


def log_items(session: Session, written: Unlogged, now: datetime) -> None:
    """Write the change log of what was written."""
    if written.steps:
        first = written.first or next_sequence(session)
        write_changes(session, first, now, written.steps, written.inserted)


def _columns(item: KnownItem, now: datetime) -> dict[str, Any]:
    winners = item.winners
    name = str(winners.get("name") or "")
    return {
        "class_code": item.class_code,
        "name": name,
        "name_key": text_key(name),
        "stage": winners.get("stage") or LifeStage.IN_USE.value,
        "environment": winners.get("environment"),
        "criticality": winners.get("criticality"),
        "vendor": winners.get("vendor") or "",
        "model": winners.get("model") or "",
        "serial": winners.get("serial") or "",
        "location_id": winners.get("location"),
        "attributes": {name: value for name, value in winners.items() if name not in _ELSEWHERE},
        "confidence": max((s.confidence for s in item.sources.values()), default=1.0),
        "last_seen_at": item.last_seen_at,
        "updated_at": now,
    }


def _insert_items(
    session: Session, new: Sequence[KnownItem], now: datetime
) -> list[dict[str, Any]]:
    """Give new items their ids and return the rows that were written."""
    if not new:
        return []
    rows: list[dict[str, Any]] = []
    for item, item_id in zip(new, reserve_ids(session, Item, len(new)), strict=True):
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
    return rows


def _update_items(session: Session, changed: Sequence[KnownItem], now: datetime) -> None:
    rows = []
    for item in changed:
        item.version += 1
        rows.append(_columns(item, now) | {"id": item.id, "version": item.version})
    update_rows(session, Item, rows)


def _write_values(
    session: Session, model: Model, new: Sequence[KnownItem], changed: Sequence[KnownItem]
) -> None:
    stale: list[tuple[int, int]] = []
    rows: list[dict[str, Any]] = []
    for item in changed:
        # Of another class, an attribute of the same word may be another attribute.
        names = item.winners.keys() | item.changed if "class" in item.changed else item.changed
        for name in sorted(names):
            stale += [(item.id, a.id) for a in model.attributes_named(name) if a.searchable]
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
    if name in _ELSEWHERE:
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
            "text_key": words,
            "number_key": number_key,
        }
        for position, (words, number_key) in enumerate(model.search_keys(attribute, value))
    ]


def _keep_past(session: Session, before: int, regraphed: Sequence[KnownItem]) -> int:
    """Keep what the graph knew of items that change; return the number of the first change.

    ``before`` changes come before theirs. Returns 0, and leaves the log alone, where none changes.
    """
    if not regraphed:
        return 0
    first = next_sequence(session)
    changes = enumerate(regraphed, start=first + before)
    keep_past(session, "item", {item.id: sequence for sequence, item in changes})
    return first
