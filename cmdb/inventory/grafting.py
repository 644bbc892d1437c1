"""Moves the live relations of one item to another; the graph of the past keeps them as they were.

A relation is not rewritten: it ends on the one item and begins on the other, through the change
log and history like any other step of the graph.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import relation_row
from cmdb.inventory.outcomes import Author
from cmdb.inventory.redundancy import GroupWriter
from cmdb.model import Model
from cmdb.records.bulk import insert_rows, reserve_ids
from cmdb.records.history import HistoryEntry
from cmdb.records.relations import RedundancyGroup, Relation, next_sequence, write_changes
from cmdb.vocabulary import PERSON

#: What a relation keeps when it moves.
_KEPT = (
    "organisation_id",
    "type_code",
    "capacity",
    "weight",
    "source",
    "confidence",
    "evidence",
    "note",
    "first_seen_at",
    "last_seen_at",
)
_Key = tuple[int, int, str, str]


class Grafter:
    """Moves relations between two items within one unit of work."""

    def __init__(self, session: Session, model: Model, author: Author, now: datetime) -> None:
        self._session = session
        self._author = author
        self._now = now
        self._groups = GroupWriter(session, model, self._log)

    def move(
        self, origin: int, target: int, sources: frozenset[str] | None = None
    ) -> list[dict[str, Any]]:
        """Move live relations, those of ``sources`` only if given; return [{"old", "new"}].

        ``new`` is None where the two items were related to each other, or the target has the same.
        """
        next_sequence(self._session)  # nobody else relates them meanwhile
        rows = self._live(origin)
        if sources is not None:
            rows = [row for row in rows if row.source in sources]
        there = {_key_of(row): row.id for row in self._live(target)}
        wanted = {row.id: _moved(row, origin, target) for row in rows}
        fresh = [
            r for r in rows if wanted[r.id][0] != wanted[r.id][1] and wanted[r.id] not in there
        ]
        self._end(rows)
        made = self._begin(fresh, {row.id: wanted[row.id] for row in fresh}, origin, target)
        self._groups.end_empty(row.group_id for row in rows if row.group_id is not None)
        return [{"old": row.id, "new": made.get(row.id)} for row in rows]

    def give_back(self, trail: Iterable[Mapping[str, Any]], origin: int, target: int) -> None:
        """Undo ``move``: what has ended since then stays ended."""
        next_sequence(self._session)
        steps = list(trail)
        known = self._by_id(i for step in steps for i in (step["old"], step["new"]) if i)
        # By what they say, not by number: another merge and its undoing have numbered them anew.
        live = {_key_of(row): row for row in self._live(target)}
        back: list[Relation] = []
        ending: list[Relation] = []
        for step in steps:
            if step["new"] is None:
                back.append(known[step["old"]])
            elif (new := live.get(_key_of(known[step["new"]]))) is not None:
                ending.append(new)
                back.append(known[step["old"]])
        there = {_key_of(row) for row in self._live(origin)}
        fresh = [row for row in back if _key_of(row) not in there]
        self._end(ending)
        self._begin(fresh, {row.id: _key_of(row) for row in fresh}, target, origin)
        self._groups.end_empty(row.group_id for row in ending if row.group_id is not None)

    def _live(self, item_id: int) -> list[Relation]:
        ends = or_(Relation.start_id == item_id, Relation.end_id == item_id)
        query = select(Relation).where(ends, Relation.valid_to.is_(None)).order_by(Relation.id)
        return list(self._session.scalars(query.execution_options(populate_existing=True)))

    def _by_id(self, ids: Iterable[int]) -> dict[int, Relation]:
        query = select(Relation).where(Relation.id.in_(sorted(set(ids))))
        found = self._session.scalars(query.execution_options(populate_existing=True))
        return {row.id: row for row in found}

    def _end(self, rows: Sequence[Relation]) -> None:
        if not rows:
            return
        first = next_sequence(self._session)
        for offset, row in enumerate(rows):
            row.valid_to = first + offset
        self._session.flush()
        write_changes(self._session, first, self._now, [("relation-", row.id) for row in rows])
        self._tell([_key_of(row) for row in rows], "unrelated")

    def _begin(
        self, rows: Sequence[Relation], keys: Mapping[int, _Key], origin: int, target: int
    ) -> dict[int, int]:
        """Write copies of ``rows`` with other ends; return {old id: new id}."""
        if not rows:
            return {}
        groups = self._groups_for(rows, origin, target)
        first = next_sequence(self._session)
        ids = list(reserve_ids(self._session, Relation, len(rows)))
        written = []
        for offset, (row, relation_id) in enumerate(zip(rows, ids, strict=True)):
            start, end, *_ = keys[row.id]
            written.append(
                {name: getattr(row, name) for name in _KEPT}
                | {"id": relation_id, "start_id": start, "end_id": end, "valid_to": None}
                | {"group_id": groups.get(row.group_id or 0), "valid_from": first + offset}
            )
        insert_rows(self._session, Relation, written)
        write_changes(self._session, first, self._now, [("relation+", i) for i in ids])
        self._tell([keys[row.id] for row in rows], "related")
        return {row.id: new for row, new in zip(rows, ids, strict=True)}

    def _groups_for(self, rows: Sequence[Relation], origin: int, target: int) -> dict[int, int]:
        """Return {group id: the live group that takes its place}.

        The groups of the item itself are opened on the other one; those of its dependants stay.
        """
        ids = {row.group_id for row in rows if row.group_id is not None}
        query = select(RedundancyGroup).where(RedundancyGroup.id.in_(sorted(ids)))
        found: dict[int, int] = {}
        for group in self._session.scalars(query):
            dependant = target if group.dependant_id == origin else group.dependant_id
            found[group.id] = self._group(group, dependant)
        return found

    def _group(self, like: RedundancyGroup, dependant: int) -> int:
        live = self._session.scalar(
            select(RedundancyGroup.id).where(
                RedundancyGroup.dependant_id == dependant,
                RedundancyGroup.name == like.name,
                RedundancyGroup.valid_to.is_(None),
            )
        )
        if live is not None:
            return live
        group = RedundancyGroup(
            dependant_id=dependant,
            name=like.name,
            rule=like.rule,
            threshold=like.threshold,
            valid_from=next_sequence(self._session),
        )
        self._session.add(group)
        self._session.flush()  # its id goes into the change log and the members
        self._log([("group+", group.id)])
        return group.id

    def _log(self, changes: Sequence[tuple[str, int]]) -> None:
        write_changes(self._session, next_sequence(self._session), self._now, changes)

    def _tell(self, keys: Iterable[_Key], kind: str) -> None:
        rows = [
            relation_row(start, end, self._author, self._now, PERSON, subject=code, kind=kind)
            for start, end, code, _ in keys
        ]
        insert_rows(self._session, HistoryEntry, rows)


def _key_of(row: Relation) -> _Key:
    return row.start_id, row.end_id, row.type_code, row.source


def _moved(row: Relation, origin: int, target: int) -> _Key:
    start = target if row.start_id == origin else row.start_id
    end = target if row.end_id == origin else row.end_id
    return start, end, row.type_code, row.source
