"""Two items turn out to be one: what would happen, doing it, and undoing it.

The item that is merged away keeps its row, its history and its relations of the past, so that the
past can be asked and the merge undone; everything that is live moves to the item that stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, ItemNotFound
from cmdb.inventory.acts import (
    decide_anew,
    note_act,
    parties_of,
    tell_act,
    tell_parties,
    touch,
)
from cmdb.inventory.belongings import belongings, move_rows, return_rows, sort_rows
from cmdb.inventory.grafting import Grafter
from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import load_items
from cmdb.inventory.pointing import Pointers
from cmdb.inventory.speakers import Speakers, newest_by_source
from cmdb.inventory.terms import Terms
from cmdb.inventory.together import why_apart
from cmdb.inventory.uniting import ValueChoice, unfold, unite
from cmdb.inventory.writing import write_items
from cmdb.records.history import HistoryEntry
from cmdb.records.identity import IdentityAct
from cmdb.records.relations import Relation
from cmdb.vocabulary import PERSON, LifeStage

MERGED = "merged"


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do. Nothing has been written.

    ``rows`` is {table.column: (rows that move, rows the kept item has already)}; ``sources`` are
    (source, key) with the number of words each has spoken of the item that goes.
    """

    kept: KnownItem
    gone: KnownItem
    class_code: str
    values: tuple[ValueChoice, ...]
    sources: tuple[tuple[str, str, int], ...]
    #: Sources that tell lists (software, interfaces) of both: {source: whose lists stay}.
    rival_facts: Mapping[str, int]
    identifiers: int
    relations: int
    history: int
    rows: Mapping[str, tuple[int, int]]


class Merger:
    """Merges items within one unit of work."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self._session = session
        self._terms = terms

    def preview(self, kept_id: int, gone_id: int) -> MergePreview:
        """Return what ``merge`` would do. Raises as it would."""
        kept, gone = self._both(kept_id, gone_id, lock=False)
        terms = self._terms
        united = unite(terms.model, terms.precedence, kept, gone, terms.now)
        sorted_rows = {b.name: sort_rows(self._session, b, gone_id, kept_id) for b in belongings()}
        return MergePreview(
            kept=kept,
            gone=gone,
            class_code=united.item.class_code,
            values=united.values,
            sources=tuple((s.source, s.key, len(s.words)) for s in gone.sources.values()),
            rival_facts=_rivals(kept, gone),
            identifiers=len(gone.identifiers),
            relations=self._count(Relation, self._live(gone_id)),
            history=self._count(HistoryEntry, HistoryEntry.item_id == gone_id),
            rows={name: (len(m), len(d)) for name, (m, d) in sorted_rows.items() if m or d},
        )

    def merge(self, kept_id: int, gone_id: int) -> IdentityAct:
        """Make ``gone`` one with ``kept``. Raises ``ItemNotFound`` or ``Conflict``."""
        kept, gone = self._both(kept_id, gone_id, lock=True)
        session, terms = self._session, self._terms
        united = unite(terms.model, terms.precedence, kept, gone, terms.now)
        grafter = Grafter(session, terms.model, terms.author, terms.now)
        pointers = Pointers(session, terms)
        parties = parties_of(session, (kept_id, gone_id))
        trail: dict[str, Any] = {
            "relations": grafter.move(gone_id, kept_id),
            "rows": move_rows(session, gone_id, kept_id),
            "pointers": pointers.turn(gone_id, kept_id),
            "speakers": Speakers(session).move(kept, gone, united.item),
            "folded": {str(row_id): taken for row_id, taken in united.folded.items()},
            "stage": gone.winners.get("stage"),
            "class": [kept.class_code, united.item.class_code],
            "first_seen_at": kept.first_seen_at.isoformat(),
        }
        write_items(session, terms.model, [united.item], terms.author, terms.now)
        self._take_out(gone)
        first_seen = min(kept.first_seen_at, gone.first_seen_at)
        touch(session, terms, kept_id, first_seen_at=first_seen)
        touch(session, terms, gone_id, merged_into_id=kept_id)
        tell_parties(session, terms, parties, (kept_id, gone_id))
        return note_act(session, terms, MERGED, kept_id, gone, trail)

    def undo(self, act: IdentityAct) -> None:
        """Take a merge back: both items are again what sources say of each.

        What was added since stays with the item it was added to, unless its source is one that
        spoke only of the item that comes back. Raises ``Conflict`` when it cannot be undone.
        """
        session, terms, trail = self._session, self._terms, act.trail
        kept_id, gone_id = act.item_id, act.other_id
        known = self._load((kept_id, gone_id), lock=True)
        kept, gone = known[kept_id], known[gone_id]
        if act.undone_at is not None or gone.merged_into != kept_id:
            raise Conflict("this merge has been undone already")
        if kept.merged_into is not None:
            raise Conflict(f"item {kept_id} has been merged itself; undo that first")
        Speakers(session).give_back(trail["speakers"], kept_id, gone_id)
        touch(session, terms, gone_id, merged_into_id=None)
        known = self._load((kept_id, gone_id), lock=True)
        kept, gone = known[kept_id], known[gone_id]
        states = {str(state.id): state for state in kept.sources.values()}
        for row_id, taken in trail["folded"].items():
            if row_id in states:
                unfold(states[row_id], taken)
        self._bring_back(kept, gone, trail)
        Pointers(session, terms).turn_back(trail["pointers"], gone_id, kept_id)
        parties = parties_of(session, (kept_id, gone_id))
        return_rows(session, gone_id, kept_id, trail["rows"])
        tell_parties(session, terms, parties, (kept_id, gone_id))
        Grafter(session, terms.model, terms.author, terms.now).give_back(
            trail["relations"], gone_id, kept_id
        )
        touch(session, terms, kept_id, first_seen_at=datetime.fromisoformat(trail["first_seen_at"]))
        touch(session, terms, gone_id)
        act.undone_at, act.undone_by_id = terms.now, terms.author.person_id
        tell_act(session, terms, "unmerged", kept_id, gone)

    def _both(self, kept_id: int, gone_id: int, *, lock: bool) -> tuple[KnownItem, KnownItem]:
        if kept_id == gone_id:
            raise InvalidValue({"item_id": "an item cannot be merged with itself"})
        known = self._load((kept_id, gone_id), lock=lock)
        kept, gone = known[kept_id], known[gone_id]
        if why := why_apart(self._session, self._terms.model, kept, gone):
            raise Conflict(why)
        return kept, gone

    def _load(self, ids: Iterable[int], *, lock: bool) -> dict[int, KnownItem]:
        known = load_items(self._session, ids, lock=lock)
        for item_id in ids:
            if item_id not in known:
                raise ItemNotFound(item_id)
        return known

    def _take_out(self, gone: KnownItem) -> None:
        """Take the merged item out of use: nothing depends on it any more."""
        terms, stage = self._terms, LifeStage.RETIRED.value
        old = gone.winners.get("stage")
        if old != stage:
            gone.note("stage", old, stage, PERSON)
            gone.winners["stage"] = stage
        gone.sources.clear()  # they speak of the other item now, and must not be written back
        gone.identifiers.clear()
        write_items(self._session, terms.model, [gone], terms.author, terms.now)

    def _bring_back(self, kept: KnownItem, gone: KnownItem, trail: Mapping[str, Any]) -> None:
        terms = self._terms
        if gone.winners.get("stage") != trail["stage"]:
            gone.note("stage", gone.winners.get("stage"), trail["stage"], PERSON)
            gone.winners["stage"] = trail["stage"]
        before, after = trail["class"]
        if before != after and kept.class_code == after:
            kept.note("class", after, before, PERSON)
            kept.class_code = before
        decide_anew((kept, gone), terms)
        write_items(self._session, terms.model, (kept, gone), terms.author, terms.now)

    def _live(self, item_id: int) -> Any:
        ends = or_(Relation.start_id == item_id, Relation.end_id == item_id)
        return ends & Relation.valid_to.is_(None)

    def _count(self, entity: Any, where: Any) -> int:
        query = select(func.count()).select_from(entity).where(where)
        return self._session.scalar(query) or 0


def _rivals(kept: KnownItem, gone: KnownItem) -> dict[str, int]:
    mine, theirs = newest_by_source(kept), newest_by_source(gone)
    return {
        source: gone.id if theirs[source] > mine[source] else kept.id
        for source in sorted(mine.keys() & theirs.keys())
    }
