"""Brings a snapshot up to date by the tail of the change log.

The log says which rows changed. What depends on them is read again as it was at the sequence that
is wanted, and moved into the room behind the arrays; everything else stays where it is.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.patching import patched
from cmdb.engine.impact.compact.room import OutOfRoom, Room
from cmdb.engine.impact.portable import PortableGraph
from cmdb.model import Model
from cmdb.records.relations import GraphChange, current_sequence
from cmdb.snapshot.naming import ItemRow
from cmdb.snapshot.reading import GraphReader
from cmdb.snapshot.rows import GroupRows, ItemRows, RelationRows
from cmdb.snapshot.snapshot import Snapshot

#: More changes than this are not replayed: the whole graph is read as fast.
MOST_CHANGES = 50_000
#: The same for items whose needs have to be read again.
_MOST_ITEMS = 200_000


class CannotReplay(Exception):
    """The tail is too long, or names what is no longer there: the graph has to be read anew."""


def replayed(session: Session, model: Model, known: Snapshot, to: int) -> Snapshot:
    """Return the graph at the sequence ``to``, which lies after that of ``known``.

    Raises CannotReplay and OutOfRoom.
    """
    if known.room is None or to - known.sequence > MOST_CHANGES:
        raise CannotReplay
    found = _Replay(session, model, known, to, newest=True).run(known.room)
    if current_sequence(session) > to:
        # Others have committed while it was read: what they changed is put back.
        found = _Replay(session, model, known, to, newest=False).run(known.room)
    return found


class _Replay:
    """One tail of the log."""

    def __init__(
        self, session: Session, model: Model, known: Snapshot, to: int, *, newest: bool
    ) -> None:
        self._session = session
        self._known = known
        self._to = to
        self._old = GraphReader(session, model, known.sequence)
        self._new = GraphReader(session, model, to, newest=newest)
        #: What came in this tail: there was nothing of it before.
        self._born: dict[str, set[int]] = defaultdict(set)
        self._touched = self._read_log()

    def _read_log(self) -> Mapping[str, set[int]]:
        tail = select(GraphChange.op, GraphChange.row_id).where(
            GraphChange.seq > self._known.sequence, GraphChange.seq <= self._to
        )
        touched: dict[str, set[int]] = defaultdict(set)
        rows = self._session.execute(tail).all()
        if len(rows) < self._to - self._known.sequence:
            # Numbers leave no gap: what is missing was let go while this process slept.
            raise CannotReplay
        for op, row_id in rows:
            if op == "item-":
                raise CannotReplay
            touched[op[:-1]].add(row_id)
            if op.endswith("+"):
                self._born[op[:-1]].add(row_id)
        return touched

    def run(self, room: Room) -> Snapshot:
        """Apply the tail."""
        known, touched = self._known, self._touched
        relations = self._both_relations(touched["relation"])
        groups = self._both_groups(touched["group"])
        items = self._both_items(touched["item"])
        gain = sum(new.sum - old.sum for old, new in (relations, groups, items))
        idle, renamed = self._changed_items(items[1])
        dirty = self._dependants(relations) | self._owners(groups) | self._touched_by(idle)
        graph = self._patched(room, dirty, idle) if dirty else known.engine
        return replace(
            known,
            sequence=self._to,
            engine=graph,
            checksum=known.checksum + gain,
            renamed={**known.renamed, **renamed} if renamed else known.renamed,
        )

    def _both_relations(self, ids: set[int]) -> tuple[RelationRows, RelationRows]:
        return self._old.relations(ids - self._born["relation"]), self._new.relations(ids)

    def _both_groups(self, ids: set[int]) -> tuple[GroupRows, GroupRows]:
        return self._old.groups(ids - self._born["group"]), self._new.groups(ids)

    def _both_items(self, ids: set[int]) -> tuple[ItemRows, ItemRows]:
        return self._old.items(ids - self._born["item"]), self._new.items(ids)

    def _changed_items(self, items: ItemRows) -> tuple[dict[int, bool], dict[int, ItemRow]]:
        """Return who left or joined the graph, and what pages show, by vertex."""
        arrays = self._known.engine.held
        place = np.searchsorted(arrays.ids, items.id)
        if len(place) and (place[-1] == len(arrays.ids) or np.any(arrays.ids[place] != items.id)):
            raise OutOfRoom
        vertices = place.tolist()
        idle = {
            vertex: not active
            for vertex, active in zip(vertices, items.active.tolist(), strict=True)
            if arrays.is_idle(vertex) == active
        }
        return idle, dict(zip(vertices, items.rows(), strict=True))

    def _dependants(self, both: tuple[RelationRows, RelationRows]) -> set[int]:
        found: set[int] = set()
        for rows in both:
            _, dependants = self._new.carrying.ends(rows.only(rows.kind >= 0))
            found.update(dependants.tolist())
        return found

    def _owners(self, both: tuple[GroupRows, GroupRows]) -> set[int]:
        return {owner for rows in both for owner in rows.dependant.tolist()}

    def _touched_by(self, idle: Mapping[int, bool]) -> set[int]:
        """Return who left or joined the graph, and whoever needs one of them."""
        if not idle:
            return set()
        moving = self._known.engine.held.ids[list(idle)].tolist()
        _, dependants = self._new.carrying.ends(self._new.uses_of(moving))
        return {*moving, *dependants.tolist()}

    def _patched(self, room: Room, dirty: set[int], idle: Mapping[int, bool]) -> PortableGraph:
        if len(dirty) > _MOST_ITEMS:
            raise CannotReplay
        arrays = self._known.engine.held
        wanted = np.array(sorted(dirty), np.int64)
        # Whoever has no place here has come and gone since.
        place = np.minimum(np.searchsorted(arrays.ids, wanted), len(arrays.ids) - 1)
        wanted = wanted[arrays.ids[place] == wanted]
        listed = wanted.tolist()
        rows, groups = self._new.needs_of(listed), self._new.groups_of(listed)
        needs = self._new.carrying.columns(rows, groups, wanted)
        return self._known.engine.succeeded_by(patched(arrays, room, needs, idle))
