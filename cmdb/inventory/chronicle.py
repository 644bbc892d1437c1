"""Rows of history: one for each difference, with who said so, on whose behalf, in which request."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.inventory.known import KnownItem
from cmdb.inventory.outcomes import Author
from cmdb.records.bulk import insert_rows
from cmdb.records.history import HistoryEntry


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


def write_history(
    session: Session,
    new: Iterable[KnownItem],
    changed: Iterable[KnownItem],
    author: Author,
    now: datetime,
) -> None:
    """Tell of new items, one row each whatever they brought, and of each changed value."""
    rows = [_created(item, author.within(item.request_id), now) for item in new]
    for item in changed:
        behalf = author.within(item.request_id)
        for name, (old, value, source_code) in item.changed.items():
            detail = {"old": old, "new": value}
            seen = (source_code, item.last_seen_at)
            rows.append(history_row(item.id, behalf, now, seen, subject=name, detail=detail))
    insert_rows(session, HistoryEntry, rows)


def _created(item: KnownItem, author: Author, now: datetime) -> dict[str, Any]:
    source = next(iter(item.sources.values()))
    detail: dict[str, Any] = {"class": item.class_code, "values": len(item.winners)}
    if item.first_sections:
        detail["sections"] = item.first_sections
    seen = (source.source, item.first_seen_at)
    return history_row(item.id, author, now, seen, kind="created", detail=detail)


def relation_row(
    start_id: int, end_id: int, author: Author, now: datetime, source: str, **what: Any
) -> dict[str, Any]:
    """Return the row that tells of a relation; it is found from both of its ends."""
    detail: Mapping[str, Any] = what.pop("detail", {})
    return history_row(
        start_id, author, now, (source, now), other_id=end_id, detail=dict(detail), **what
    )
