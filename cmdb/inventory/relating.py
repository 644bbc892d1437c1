"""Relations enter here: resolved, checked against the model, logged and put into history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.inventory.lookup import items_known_as, parts
from cmdb.inventory.outcomes import Author, Outcome, Related
from cmdb.inventory.writing import history_row
from cmdb.model import Model
from cmdb.observation import GroupMembership, ItemReference, SeenRelation
from cmdb.records.bulk import insert_rows, reserve_ids
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation, next_sequence, write_changes
from cmdb.vocabulary import ClassCode, SourceCode


@dataclass(frozen=True, slots=True)
class _End:
    item_id: int
    class_code: ClassCode
    organisation_id: int


@dataclass(slots=True)
class _Draft:
    """A relation whose ends are known and allowed."""

    place: int
    seen: SeenRelation
    start: _End
    end: _End
    group_id: int | None = None

    @property
    def key(self) -> tuple[int, int, str]:
        return (self.start.item_id, self.end.item_id, self.seen.type)


class RelationWriter:
    """Writes the relations that one source saw, at most a thousand at a time."""

    def __init__(self, session: Session, model: Model, author: Author, now: datetime) -> None:
        self._session = session
        self._model = model
        self._author = author
        self._now = now

    def write(
        self, relations: Sequence[SeenRelation], source: SourceCode, organisation_id: int
    ) -> list[Related]:
        """Record ``relations``; the results come in the same order. One bad one sinks no other."""
        results: list[Related | None] = [None] * len(relations)
        ends = self._resolve(relations, organisation_id)
        drafts: dict[tuple[int, int, str], _Draft] = {}
        for place, seen in enumerate(relations):
            draft = self._check(place, seen, ends)
            if isinstance(draft, Related):
                results[place] = draft
            elif draft.key in drafts:
                results[place] = Related(Outcome.UNCHANGED)
            else:
                drafts[draft.key] = draft
        self._join_groups(list(drafts.values()))
        self._store(list(drafts.values()), source, results)
        return [result or Related(Outcome.UNCHANGED) for result in results]

    def _resolve(
        self, relations: Sequence[SeenRelation], organisation_id: int
    ) -> dict[ItemReference, _End]:
        named = {end for seen in relations for end in (seen.start, seen.end)}
        by_key = items_known_as(
            self._session,
            {(organisation_id, ref.source, ref.key) for ref in named if ref.source is not None},
        )
        ids = {
            ref: ref.item_id
            if ref.item_id is not None
            else by_key.get((organisation_id, str(ref.source), ref.key))
            for ref in named
        }
        found: dict[int, _End] = {}
        for part in parts(sorted({i for i in ids.values() if i is not None})):
            query = select(Item.id, Item.class_code, Item.organisation_id).where(Item.id.in_(part))
            for item_id, class_code, organisation in self._session.execute(query):
                found[item_id] = _End(item_id, ClassCode(class_code), organisation)
        return {ref: found[i] for ref, i in ids.items() if i is not None and i in found}

    def _check(
        self, place: int, seen: SeenRelation, ends: Mapping[ItemReference, _End]
    ) -> _Draft | Related:
        problems: dict[str, str] = {}
        if self._model.find_relation_type(seen.type) is None:
            problems["type"] = f"there is no relationship type {seen.type!r}"
        for name, reference in (("start", seen.start), ("end", seen.end)):
            if reference not in ends:
                problems[name] = f"there is no item {reference}"
        if problems:
            return Related(Outcome.REFUSED, problems=problems)
        start, end = ends[seen.start], ends[seen.end]
        if start.item_id == end.item_id:
            return Related(Outcome.REFUSED, problems={"end": "an item cannot relate to itself"})
        if not self._model.allows(seen.type, start.class_code, end.class_code):
            why = f"{seen.type} does not join a {start.class_code} to a {end.class_code}"
            return Related(Outcome.REFUSED, problems={"type": why})
        if seen.group is not None and self._dependant(seen, start, end) is None:
            why = f"{seen.type} has no impact, so it cannot join a redundancy group"
            return Related(Outcome.REFUSED, problems={"group": why})
        return _Draft(place, seen, start, end)

    def _dependant(self, seen: SeenRelation, start: _End, end: _End) -> int | None:
        provider = self._model.relation_type(seen.type).provider
        if provider is None:
            return None
        return start.item_id if provider == "end" else end.item_id

    def _join_groups(self, drafts: Sequence[_Draft]) -> None:
        wanted: dict[tuple[int, str], list[_Draft]] = defaultdict(list)
        for draft in drafts:
            dependant = self._dependant(draft.seen, draft.start, draft.end)
            if draft.seen.group is not None and dependant is not None:
                wanted[dependant, draft.seen.group.name].append(draft)
        if not wanted:
            return
        known = self._groups({dependant for dependant, _ in wanted})
        for (dependant, name), members in wanted.items():
            membership = members[-1].seen.group
            if membership is None:
                continue
            group = known.get((dependant, name)) or self._open_group(dependant, membership)
            if (group.rule, group.threshold) != (membership.rule, membership.threshold):
                group.rule, group.threshold = membership.rule, membership.threshold
                self._log([("group~", group.id)])
            for draft in members:
                draft.group_id = group.id

    def _groups(self, dependants: set[int]) -> dict[tuple[int, str], RedundancyGroup]:
        found: dict[tuple[int, str], RedundancyGroup] = {}
        for part in parts(sorted(dependants)):
            query = select(RedundancyGroup).where(
                RedundancyGroup.dependant_id.in_(part), RedundancyGroup.valid_to.is_(None)
            )
            found |= {(g.dependant_id, g.name): g for g in self._session.scalars(query)}
        return found

    def _open_group(self, dependant: int, membership: GroupMembership) -> RedundancyGroup:
        group = RedundancyGroup(
            dependant_id=dependant,
            name=membership.name,
            rule=membership.rule,
            threshold=membership.threshold,
            valid_from=next_sequence(self._session),
        )
        self._session.add(group)
        self._session.flush()  # its id goes into the change log and the members
        self._log([("group+", group.id)])
        return group

    def _log(self, changes: Sequence[tuple[str, int]]) -> None:
        write_changes(self._session, next_sequence(self._session), self._now, changes)

    def _store(
        self, drafts: Sequence[_Draft], source: SourceCode, results: list[Related | None]
    ) -> None:
        known = self._live(drafts, source)
        fresh = [draft for draft in drafts if draft.key not in known]
        self._insert(fresh, source, results)
        confirmed = []
        for draft in drafts:
            row = known.get(draft.key)
            if row is None:
                continue
            outcome = self._confirm(row, draft)
            confirmed.append({"id": row.id, "last_seen_at": self._now})
            results[draft.place] = Related(outcome, row.id)
        if confirmed:
            self._session.execute(update(Relation), confirmed)

    def _live(
        self, drafts: Sequence[_Draft], source: SourceCode
    ) -> dict[tuple[int, int, str], Any]:
        wanted = {draft.key for draft in drafts}
        found: dict[tuple[int, int, str], Any] = {}
        for part in parts(sorted({start for start, _, _ in wanted})):
            query = select(*Relation.__table__.columns).where(
                Relation.start_id.in_(part),
                Relation.source == source,
                Relation.valid_to.is_(None),
            )
            for row in self._session.execute(query):
                key = (row.start_id, row.end_id, row.type_code)
                if key in wanted:
                    found[key] = row
        return found

    def _confirm(self, row: Any, draft: _Draft) -> Outcome:
        seen = draft.seen
        capacity = seen.group.capacity if seen.group else 1.0
        wanted = {
            "group_id": draft.group_id,
            "weight": seen.weight,
            "capacity": capacity,
            "confidence": seen.confidence,
            "evidence": dict(seen.evidence),
        }
        different = {name: v for name, v in wanted.items() if getattr(row, name) != v}
        if not different:
            return Outcome.UNCHANGED
        self._session.execute(update(Relation).where(Relation.id == row.id).values(**different))
        if not {"group_id", "weight", "capacity"}.isdisjoint(different):
            self._log([("relation~", row.id)])
        return Outcome.UPDATED

    def _insert(
        self, fresh: Sequence[_Draft], source: SourceCode, results: list[Related | None]
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
        write_changes(self._session, first, self._now, [("relation+", i) for i in ids])
        history = []
        for draft, relation_id in zip(fresh, ids, strict=True):
            results[draft.place] = Related(Outcome.CREATED, relation_id)
            history.append(
                history_row(
                    draft.start.item_id,
                    self._author,
                    self._now,
                    (source, self._now),
                    kind="related",
                    subject=draft.seen.type,
                    other_id=draft.end.item_id,
                )
            )
        insert_rows(self._session, HistoryEntry, history)

    def _row(self, draft: _Draft, source: SourceCode) -> dict[str, Any]:
        seen = draft.seen
        return {
            "organisation_id": draft.start.organisation_id,
            "type_code": seen.type,
            "start_id": draft.start.item_id,
            "end_id": draft.end.item_id,
            "group_id": draft.group_id,
            "capacity": seen.group.capacity if seen.group else 1.0,
            "weight": seen.weight,
            "source": source,
            "confidence": seen.confidence,
            "evidence": dict(seen.evidence),
            "note": "",
            "first_seen_at": self._now,
            "last_seen_at": self._now,
        }

    def end(self, relation_ids: Sequence[int], source: SourceCode) -> int:
        """End live relations; return how many ended. History keeps them."""
        query = select(Relation).where(Relation.id.in_(relation_ids), Relation.valid_to.is_(None))
        rows = list(self._session.scalars(query))
        first = next_sequence(self._session)
        for offset, row in enumerate(rows):
            row.valid_to = first + offset
            self._session.add(
                HistoryEntry(
                    **history_row(
                        row.start_id,
                        self._author,
                        self._now,
                        (source, self._now),
                        kind="unrelated",
                        subject=row.type_code,
                        other_id=row.end_id,
                    )
                )
            )
        write_changes(self._session, first, self._now, [("relation-", row.id) for row in rows])
        return len(rows)
