"""Finding items by any part of a name or serial, and by words of what they are."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import JobContext
from server.foundation.permissions import Actor, Permission
from server.foundation.search.index import (
    ITEM,
    NEWEST,
    Document,
    asked,
    forget,
    grams_of,
    is_empty,
    matching,
    part_of_name,
    put,
)
from server.foundation.search.marks import mark_of
from server.foundation.search.ranking import Candidate, ranked
from server.foundation.search.stemming import stems_of
from server.items.scope import visible_items

#: The kind of job, as in ``server.wiring.JOBS``.
INDEX_ITEMS = "search.items"
_FILL, _NEWS = "items", "items_history"
_BATCH = 500
#: Transactions that write history end within this time.
_UNSETTLED = timedelta(minutes=10)
#: Values by which an item is found; of those below any part is enough.
_NAMES = ("fqdn", "asset_tag", "hostname", "imei")
_TELLING = ("created", "changed", "merged")


def run_indexing(context: JobContext) -> Mapping[str, Any]:
    """Take items into the index: all of them once, then those that changed since."""
    done = 0
    while True:
        context.go_on()
        with context.database.writing() as session:
            taken = index_next(session)
        done += taken
        if not taken:
            return {"items": done}


def index_next(session: Session) -> int:
    """Take the next items into the index; 0 when the index knows all there is."""
    newest = session.scalar(select(func.max(HistoryEntry.id))) or 0
    lost = is_empty(session, ITEM)
    news = mark_of(session, _NEWS, newest, lost=False)
    fill = mark_of(session, _FILL, 0, lost=lost)
    if not fill.filled:
        query = select(Item.id).where(Item.id > fill.position).order_by(Item.id).limit(_BATCH)
        ids = session.scalars(query).all()
        fill.position, fill.filled = (ids[-1], False) if ids else (0, not ids)
        index_items(session, ids)
        return len(ids)
    changed = (
        select(HistoryEntry.id, HistoryEntry.item_id)
        .where(HistoryEntry.id > news.position, HistoryEntry.kind.in_(_TELLING))
        .order_by(HistoryEntry.id)
        .limit(_BATCH)
    )
    rows = session.execute(changed).all()
    news.position = rows[-1].id if rows else _settled(session)
    index_items(session, {row.item_id for row in rows})
    return len(rows)


def _settled(session: Session) -> int:
    """Return the last number of history behind which no other can turn up any more.

    A number is drawn before its transaction ends, so that lower ones may appear after higher ones:
    the last minutes are read once more each time.
    """
    query = select(HistoryEntry.id).where(HistoryEntry.at < utc_now() - _UNSETTLED)
    return session.scalar(query.order_by(HistoryEntry.id.desc()).limit(1)) or 0


def index_items(session: Session, item_ids: Collection[int]) -> None:
    """Write the documents of items anew; what is gone or merged is found no more."""
    rows = session.scalars(select(Item).where(Item.id.in_(sorted(item_ids)))).all()
    there = [row for row in rows if row.merged_into_id is None]
    put(session, [_document(row) for row in there])
    forget(session, ITEM, set(item_ids) - {row.id for row in there})


def _document(item: Item) -> Document:
    names = [item.name, item.serial]
    names += [str(item.attributes.get(name) or "") for name in _NAMES]
    texts = [item.name, item.vendor, item.model, str(item.attributes.get("description") or "")]
    terms = {stem for one in texts for stem in stems_of(one)}
    return Document(ITEM, item.id, frozenset(terms.union(*map(grams_of, names))))


def search_items(session: Session, actor: Actor, words: str, limit: int) -> list[Item]:
    """Return the best of the newest items in sight that hold the words, or parts of names."""
    actor.require(Permission.ITEM_READ)
    questions = [one for one in (asked(words, names=True), part_of_name(words)) if one]
    if not questions:
        return []
    met = [Item.id.in_(matching(one, ITEM, inner=False)) for one in questions]
    query = (
        select(Item.id, Item.name, Item.stage)
        .where(visible_items(actor), or_(*met))
        .order_by(Item.id.desc())
        .limit(NEWEST)
    )
    found = [Candidate(row.id, row.name, row.stage == "in_use") for row in session.execute(query)]
    best = ranked(words, found)[:limit]
    rows = {row.id: row for row in session.scalars(select(Item).where(Item.id.in_(best)))}
    return [rows[one] for one in best if one in rows]
