"""Moves sources from one item to another: their words, their evidence, and the facts they told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cmdb.inventory.belongings import move_facts, swap_facts
from cmdb.inventory.known import KnownItem
from cmdb.records.bulk import insert_rows
from cmdb.records.sources import ItemIdentifier, ItemSource

_UNSEEN = {"synchronize_session": False}


class Speakers:
    """Moves sources within one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def move(self, kept: KnownItem, gone: KnownItem, united: KnownItem) -> dict[str, Any]:
        """Let everything that was said of ``gone`` be said of ``kept``; return the trail.

        ``united`` is what the kept item will be. Where one source told lists of both items, the
        newer ones count; the others stay where nobody sees them, and the source is asked to tell
        them again.
        """
        mine, theirs = newest_by_source(kept), newest_by_source(gone)
        shared = sorted(mine.keys() & theirs.keys())
        swapped = [source for source in shared if theirs[source] > mine[source]]
        alone = sorted(theirs.keys() - mine.keys())
        move_facts(self._session, gone.id, kept.id, alone)
        for source in swapped:
            swap_facts(self._session, gone.id, kept.id, source)
        before = {state.id for state in kept.sources.values()}
        states = [s.id for s in united.sources.values() if s.id and s.id not in before]
        self.hand_over(states, kept.id)
        self.forget_digests((kept.id, gone.id), shared)
        for state in united.sources.values():
            if state.source in shared:
                state.digests = {}
        return {
            "states": states,
            "alone": alone,
            "swapped": swapped,
            "shared": shared,
            "evidence": self._move_evidence(gone.id, kept.id),
        }

    def give_back(self, trail: Mapping[str, Any], kept_id: int, gone_id: int) -> None:
        """Undo ``move``. What the returning sources have said since goes with them."""
        still = select(ItemSource.id).where(
            ItemSource.id.in_(trail["states"]), ItemSource.item_id == kept_id
        )
        self.hand_over(list(self._session.scalars(still)), gone_id)
        move_facts(self._session, kept_id, gone_id, trail["alone"])
        for source in trail["swapped"]:
            swap_facts(self._session, gone_id, kept_id, source)
        self.forget_digests((kept_id, gone_id), trail["shared"])
        self._return_evidence(trail["evidence"], trail["alone"], kept_id, gone_id)

    def hand_over(self, state_ids: Sequence[int], item_id: int) -> None:
        """Let the words of these rows be about another item."""
        self._session.execute(
            update(ItemSource).where(ItemSource.id.in_(state_ids)).values(item_id=item_id),
            execution_options=_UNSEEN,
        )

    def forget_digests(self, item_ids: Iterable[int], sources: Sequence[str]) -> None:
        """Ask these sources to tell their lists again: they may be another item's now."""
        self._session.execute(
            update(ItemSource)
            .where(ItemSource.item_id.in_(list(item_ids)), ItemSource.source.in_(sources))
            .values(digests={}),
            execution_options=_UNSEEN,
        )

    def _move_evidence(self, gone_id: int, kept_id: int) -> dict[str, Any]:
        there = {_evidence(row) for row in self._evidence_of(kept_id)}
        moved: list[Any] = []
        dropped: list[Any] = []
        for row in self._evidence_of(gone_id):
            (dropped if _evidence(row) in there else moved).append(row)
        for row in dropped:
            self._session.execute(delete(ItemIdentifier).where(*_this(gone_id, _evidence(row))))
        self._session.execute(
            update(ItemIdentifier).where(ItemIdentifier.item_id == gone_id).values(item_id=kept_id),
            execution_options=_UNSEEN,
        )
        return {
            "moved": [list(_evidence(row)) for row in moved],
            "dropped": [[*_evidence(row), *_moments(row)] for row in dropped],
        }

    def _return_evidence(
        self, trail: Mapping[str, Any], alone: Sequence[str], kept_id: int, gone_id: int
    ) -> None:
        going = {(kind, value, source) for kind, value, source in trail["moved"]}
        for row in self._evidence_of(kept_id):
            if _evidence(row) in going or row.source in alone:
                self._session.execute(
                    update(ItemIdentifier)
                    .where(*_this(kept_id, _evidence(row)))
                    .values(item_id=gone_id),
                    execution_options=_UNSEEN,
                )
        there = {_evidence(row) for row in self._evidence_of(gone_id)}
        rows = [
            {
                "item_id": gone_id,
                "kind": kind,
                "value": value,
                "source": source,
                "first_seen_at": datetime.fromisoformat(first) if first else None,
                "last_seen_at": datetime.fromisoformat(last),
            }
            for kind, value, source, first, last in trail["dropped"]
            if (kind, value, source) not in there
        ]
        insert_rows(self._session, ItemIdentifier, rows)

    def _evidence_of(self, item_id: int) -> list[Any]:
        columns = ItemIdentifier.__table__.columns
        query = select(*columns).where(ItemIdentifier.item_id == item_id)
        return list(self._session.execute(query))


def newest_by_source(item: KnownItem) -> dict[str, datetime]:
    """Return when each source was last heard of an item, under whatever key."""
    found: dict[str, datetime] = {}
    for state in item.sources.values():
        seen = state.last_seen_at or item.last_seen_at
        found[state.source] = max(seen, found.get(state.source, seen))
    return found


def _evidence(row: Any) -> tuple[str, str, str]:
    return row.kind, row.value, row.source


def _moments(row: Any) -> list[str | None]:
    first = row.first_seen_at.isoformat() if row.first_seen_at else None
    return [first, row.last_seen_at.isoformat()]


def _this(item_id: int, evidence: tuple[str, str, str]) -> list[Any]:
    kind, value, source = evidence
    return [
        ItemIdentifier.item_id == item_id,
        ItemIdentifier.kind == kind,
        ItemIdentifier.value == value,
        ItemIdentifier.source == source,
    ]
