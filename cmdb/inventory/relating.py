"""Relations enter here: resolved, checked against the model, logged and put into history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import relation_row
from cmdb.inventory.circles import Circles
from cmdb.inventory.confirming import confirm_rows
from cmdb.inventory.ends import Draft, End, existing, problems_of, resolve_ends
from cmdb.inventory.lookup import parts
from cmdb.inventory.outcomes import Author, Outcome, Related
from cmdb.inventory.redundancy import GroupWriter
from cmdb.inventory.storable import storable
from cmdb.model import Model
from cmdb.observation import ItemReference, SeenRelation
from cmdb.records.among import among
from cmdb.records.bulk import insert_rows, reserve_ids
from cmdb.records.committed import committed
from cmdb.records.history import HistoryEntry
from cmdb.records.relations import Relation, keep_past, next_sequence, write_changes
from cmdb.vocabulary import SourceCode

_Key = tuple[int, int, str]
#: What of a relation changes the graph, and is told in its history.
_IN_GRAPH = ("group_id", "weight", "capacity")
_CONFIRMED = (*_IN_GRAPH, "confidence", "evidence")


class RelationWriter:
    """Writes the relations that one source saw, at most a thousand at a time."""

    def __init__(self, session: Session, model: Model, author: Author, now: datetime) -> None:
        self._session = session
        self._model = model
        self._author = author
        self._now = now
        self._groups = GroupWriter(session, model, self._log)

    def write(
        self, relations: Sequence[SeenRelation], source: SourceCode, organisation_id: int
    ) -> list[Related]:
        """Record ``relations``; the results come in the same order. One bad one sinks no other."""
        results: list[Related | None] = [None] * len(relations)
        before = committed(self._session)
        ends = resolve_ends(self._session, relations, organisation_id)
        drafts: dict[_Key, Draft] = {}
        twins: dict[int, int] = {}
        for place, seen in enumerate(relations):
            draft = self._draft(place, seen, ends, source)
            if isinstance(draft, Related):
                results[place] = draft
            elif (first := drafts.setdefault(draft.key, draft)) is not draft:
                twins[place] = first.place
        self._refuse_circles(drafts, results)
        kept = [draft for draft in drafts.values() if results[draft.place] is None]
        self._groups.join(kept)
        self._store(kept, source, before, results)
        for place, first_place in twins.items():
            results[place] = _as_twin(results[first_place])
        return [result or Related(Outcome.UNCHANGED) for result in results]

    def _draft(
        self, place: int, seen: SeenRelation, ends: Mapping[ItemReference, End], source: SourceCode
    ) -> Draft | Related:
        start, end = ends.get(seen.start), ends.get(seen.end)
        problems = problems_of(self._model, seen, start, end, source)
        if problems or start is None or end is None:
            return Related(Outcome.REFUSED, problems=problems)
        return Draft(place, seen, start, end)

    def _refuse_circles(self, drafts: dict[_Key, Draft], results: list[Related | None]) -> None:
        by_type: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts.values():
            if self._model.relation_type(draft.seen.type).acyclic:
                by_type[draft.seen.type].append(draft)
        if by_type:
            next_sequence(self._session)  # nobody else closes the other half of a circle meanwhile
        for type_code, members in by_type.items():
            circles = Circles(self._session, type_code, members)
            for draft in members:
                if circles.closed_by(draft):
                    why = f"{type_code} would lead back to where it began"
                    results[draft.place] = Related(Outcome.REFUSED, problems={"end": why})

    def _log(self, changes: Sequence[tuple[str, int]]) -> None:
        write_changes(self._session, next_sequence(self._session), self._now, changes)

    def _store(
        self,
        drafts: Sequence[Draft],
        source: SourceCode,
        before: str,
        results: list[Related | None],
    ) -> None:
        known = self._live(drafts, source)
        if any(draft.key not in known for draft in drafts):
            # Log writers wait for each other; whoever wrote before us may have written the same.
            next_sequence(self._session)
            if committed(self._session) != before:
                drafts = self._with_ends(drafts, results)
                known = self._live(drafts, source)
        self._insert([draft for draft in drafts if draft.key not in known], source, results)
        confirmed = []
        for draft in drafts:
            row = known.get(draft.key)
            if row is not None:
                results[draft.place] = Related(self._confirm(row, draft, source), row.id)
                confirmed.append((row.id, self._now))
        confirm_rows(self._session, Relation, confirmed)

    def _with_ends(self, drafts: Sequence[Draft], results: list[Related | None]) -> list[Draft]:
        """Refuse relations whose ends were purged meanwhile; whoever purges writes the log too."""
        there = existing(self._session, {i for d in drafts for i in d.key[:2]})
        kept = []
        for draft in drafts:
            ends = {"start": draft.start.item_id, "end": draft.end.item_id}
            problems = {n: f"there is no item {i}" for n, i in ends.items() if i not in there}
            if problems:
                results[draft.place] = Related(Outcome.REFUSED, problems=problems)
            else:
                kept.append(draft)
        return kept

    def _live(self, drafts: Sequence[Draft], source: SourceCode) -> dict[_Key, Any]:
        wanted = {draft.key for draft in drafts}
        columns = (Relation.id, Relation.start_id, Relation.end_id, Relation.type_code)
        compared = [getattr(Relation, name) for name in _CONFIRMED]
        found: dict[_Key, Any] = {}
        # Not by end as well: SQLite would look up every pair of a start and an end.
        starts = sorted({start for start, _, _ in wanted})
        query = select(*columns, *compared).where(
            among(self._session, Relation.start_id, starts),
            Relation.source == source,
            Relation.valid_to.is_(None),
        )
        for row in self._session.execute(query).all():
            key = (row.start_id, row.end_id, row.type_code)
            if key in wanted:
                found[key] = row
        return found

    def _confirm(self, row: Any, draft: Draft, source: SourceCode) -> Outcome:
        wanted = _terms(draft)
        different = {n: wanted[n] for n in _CONFIRMED if getattr(row, n) != wanted[n]}
        if not different:
            return Outcome.UNCHANGED
        told = {name: value for name, value in different.items() if name in _IN_GRAPH}
        if told:
            keep_past(self._session, "relation", {row.id: next_sequence(self._session)})
        self._session.execute(update(Relation).where(Relation.id == row.id).values(**different))
        if told:
            self._log([("relation~", row.id)])
        if row.group_id is not None and draft.group_id != row.group_id:
            self._groups.end_empty([row.group_id])
        if told:
            detail = {"old": {name: getattr(row, name) for name in told}, "new": told}
            self._tell([(draft.start.item_id, draft.end.item_id, draft.seen.type)], source, detail)
        return Outcome.UPDATED

    def _tell(
        self,
        relations: Sequence[_Key],
        source: str,
        detail: dict[str, Any] | None = None,
        kind: str = "related",
    ) -> None:
        what = {"kind": kind, "detail": detail or {}}
        rows = [
            relation_row(start, end, self._author, self._now, source, subject=type_code, **what)
            for start, end, type_code in relations
        ]
        insert_rows(self._session, HistoryEntry, rows)

    def _insert(
        self, fresh: Sequence[Draft], source: SourceCode, results: list[Related | None]
    ) -> None:
        if not fresh:
            return
        first = next_sequence(self._session)
        ids = reserve_ids(self._session, Relation, len(fresh))
        rows = [
            self._row(draft, source)
            | {"id": relation_id, "valid_from": first + offset, "valid_to": None}
            for offset, (draft, relation_id) in enumerate(zip(fresh, ids, strict=True))
        ]
        insert_rows(self._session, Relation, rows)
        changes = [("relation+", i) for i in ids]
        write_changes(self._session, first, self._now, changes, rows)
        for draft, relation_id in zip(fresh, ids, strict=True):
            results[draft.place] = Related(Outcome.CREATED, relation_id)
        self._tell([draft.key for draft in fresh], source)

    def _row(self, draft: Draft, source: SourceCode) -> dict[str, Any]:
        return _terms(draft) | {
            "organisation_id": draft.start.organisation_id,
            "type_code": draft.seen.type,
            "start_id": draft.start.item_id,
            "end_id": draft.end.item_id,
            "source": source,
            "note": "",
            "first_seen_at": self._now,
            "last_seen_at": self._now,
        }

    def end(self, relation_ids: Sequence[int], source: SourceCode) -> int:
        """End live relations; return how many ended. History keeps them.

        A redundancy group that loses its last member ends with it.
        """
        first = next_sequence(self._session)  # before reading: nobody ends the same ones meanwhile
        rows: list[Relation] = []
        for part in parts(sorted(set(relation_ids))):
            query = select(Relation).where(Relation.id.in_(part), Relation.valid_to.is_(None))
            rows += self._session.scalars(query.execution_options(populate_existing=True))
        if not rows:
            return 0
        for offset, row in enumerate(rows):
            row.valid_to = first + offset
        self._session.flush()
        write_changes(self._session, first, self._now, [("relation-", row.id) for row in rows])
        ended = [(row.start_id, row.end_id, row.type_code) for row in rows]
        self._tell(ended, source, kind="unrelated")
        self._groups.end_empty(row.group_id for row in rows if row.group_id is not None)
        return len(rows)


def _terms(draft: Draft) -> dict[str, Any]:
    """Return what a source may say differently the next time."""
    seen = draft.seen
    return {
        "group_id": draft.group_id,
        "weight": float(seen.weight),
        "capacity": float(seen.group.capacity) if seen.group else 1.0,
        "confidence": float(seen.confidence),
        "evidence": storable(seen.evidence),
    }


def _as_twin(result: Related | None) -> Related | None:
    """Return the answer to a relation that stood in the batch before."""
    if result is None or result.relation_id is None:
        return result
    return Related(Outcome.UNCHANGED, result.relation_id)
