"""What changed on the affected items, and upstream of them, before a failure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.snapshot.live import Snapshot
from server.desk.changes.models import Change, ChangeItem
from server.desk.changes.queries import visible_changes
from server.desk.tickets.rules.suspects import WINDOW, Clue, rank_suspects
from server.foundation.permissions import Actor
from server.items.blast import upstream_of
from server.items.scope import visible_items

#: How far upstream one looks, at how many items, and how many differences are weighed.
_HOPS = 5
_ITEMS = 800
_ENTRIES = 1000

_KINDS = ("changed", "section", "related", "unrelated")
#: States in which a change's window means that something was done.
_DONE = ("scheduled", "implementing", "review", "closed")


@dataclass(frozen=True, slots=True)
class SuspectRow:
    """Something that happened before the failure: differences seen together, or a change.

    ``score`` runs from 0 to 1; ``hops`` is 0 on the affected items themselves. Exactly one of
    ``entries`` and ``change`` is there.
    """

    item: Item
    at: datetime
    kind: str
    score: float
    hops: int
    entries: tuple[HistoryEntry, ...] = ()
    change: Change | None = None


@dataclass(slots=True)
class _Found:
    item: Item
    entries: list[HistoryEntry]
    change: Change | None = None


def suspects_before(
    session: Session,
    actor: Actor,
    item_ids: Sequence[int],
    failed_at: datetime,
    snapshot: Snapshot,
    limit: int = 20,
) -> list[SuspectRow]:
    """Return what happened in the 72 hours before, most suspicious first. Two queries."""
    if not item_ids:
        return []
    hops = upstream_of(snapshot, item_ids, _HOPS, _ITEMS)
    clues = [
        *_differences(session, actor, list(hops), failed_at),
        *_changes(session, actor, list(hops), failed_at),
    ]
    return [
        SuspectRow(
            item=suspect.clue.source.item,
            at=suspect.clue.at,
            kind=suspect.clue.kind,
            score=suspect.score,
            hops=suspect.hops,
            entries=tuple(suspect.clue.source.entries),
            change=suspect.clue.source.change,
        )
        for suspect in rank_suspects(clues, hops, failed_at, limit)
    ]


def _differences(
    session: Session, actor: Actor, item_ids: Sequence[int], failed_at: datetime
) -> Iterable[Clue[_Found]]:
    """Gather differences by item, moment and subject: one upgrade of 40 packages is one clue."""
    query = (
        select(HistoryEntry, Item)
        .join(Item, Item.id == HistoryEntry.item_id)
        .where(
            HistoryEntry.item_id.in_(item_ids),
            HistoryEntry.kind.in_(_KINDS),
            HistoryEntry.observed_at >= failed_at - WINDOW,
            HistoryEntry.observed_at <= failed_at,
            visible_items(actor),
        )
        .order_by(HistoryEntry.id.desc())
        .limit(_ENTRIES)
    )
    found: dict[tuple[int, datetime, str, str], Clue[_Found]] = {}
    for entry, item in session.execute(query):
        if "first" in entry.detail:  # the first sight of something is no difference
            continue
        subject = entry.subject if entry.kind == "section" else ""
        key = (item.id, entry.observed_at, entry.kind, subject)
        clue = Clue(item.id, entry.observed_at, entry.kind, _Found(item, []))
        found.setdefault(key, clue).source.entries.append(entry)
    return found.values()


def _changes(
    session: Session, actor: Actor, item_ids: Sequence[int], failed_at: datetime
) -> Iterable[Clue[_Found]]:
    query = (
        select(Change, Item)
        .join(ChangeItem, ChangeItem.change_id == Change.id)
        .join(Item, Item.id == ChangeItem.item_id)
        .where(
            ChangeItem.item_id.in_(item_ids),
            Change.state.in_(_DONE),
            Change.window_start <= failed_at,
            Change.window_end >= failed_at - WINDOW,
            visible_changes(actor),
            visible_items(actor),
        )
        .order_by(Change.id.desc(), Item.id)
        .limit(200)
    )
    for change, item in session.execute(query):
        ended = min(change.window_end or failed_at, failed_at)
        yield Clue(item.id, ended, "change", _Found(item, [], change))
