"""A graph with what pages show of its items, true at one change sequence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.arrays import Ids
from cmdb.engine.impact.compact.build import build_arrays
from cmdb.engine.impact.compact.room import Room, with_room
from cmdb.engine.impact.portable import PortableGraph
from cmdb.model import Model
from cmdb.snapshot.laying import places_for, spread_out
from cmdb.snapshot.naming import ItemColumns, ItemRow, NamedItems
from cmdb.snapshot.packing import without_collection
from cmdb.snapshot.reading import GraphReader
from cmdb.snapshot.storing import Layout, Stored


@dataclass(frozen=True)
class Snapshot:
    """A graph, and the change sequence at which it is true. Never changed: safe to share.

    ``checksum`` is the sum of ``cmdb.records.sums`` over the rows it was made of; ``base`` is the
    sequence at which its arrays were laid out. Without ``room`` it cannot be kept up to date.
    """

    sequence: int
    engine: PortableGraph
    columns: ItemColumns
    checksum: int = 0
    base: int = 0
    room: Room | None = None
    #: What changed beside the graph since the columns were packed, by vertex.
    renamed: Mapping[int, ItemRow] = field(default_factory=dict)
    _by_class: dict[frozenset[str], Ids] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    @property
    def ids(self) -> Ids:
        """Return all items of the graph, ascending."""
        return self.engine.arrays.ids

    @property
    def behind(self) -> int:
        """Return how many changes lie between the layout and now."""
        return self.sequence - self.base

    def of_classes(self, codes: Collection[str]) -> Ids:
        """Return the items of the graph that are of one of the classes, ascending.

        The first time one pass over a column: some milliseconds at a million items.
        """
        wanted = frozenset(codes)
        known = self._by_class.get(wanted)
        if known is None:
            known = self._by_class[wanted] = self._find(wanted)
        return known

    def _find(self, wanted: frozenset[str]) -> Ids:
        held, columns = self.engine.held, self.columns
        fits = np.array([*(code in wanted for code in columns.class_codes), False], np.bool_)
        found = fits[columns.class_place] & columns.is_somebody
        for vertex, row in self.renamed.items():
            found[vertex] = row[1] in wanted
        if held.idle_now is not None:
            found &= ~held.idle_now
        return held.ids[found]

    def named(self, ids: Ids | Sequence[int]) -> NamedItems:
        """Return name, class, organisation and criticality of items of the graph, in that order.

        Raises ItemNotInGraph for the first that the graph does not hold. 5,000 take about 2 ms.
        """
        vertices = self.engine.held.vertices(np.asarray(ids, dtype=np.int64))
        found = self.columns.at(vertices)
        if self.renamed:
            for place, vertex in enumerate(vertices.tolist()):
                if vertex in self.renamed:
                    found.put(place, self.renamed[vertex])
        return found


@without_collection()
def read_layout(session: Session, model: Model, at: int) -> Layout:
    """Read the graph at a sequence, with places for items to come."""
    reader = GraphReader(session, model, at)
    relations, groups, items = reader.relations(), reader.groups(), reader.items()
    ids = places_for(items.id)
    known = np.searchsorted(ids, items.id)
    idle = np.ones(len(ids), np.bool_)
    idle[known] = ~items.active
    arrays, _ = build_arrays(reader.carrying.columns(relations, groups, ids), idle)
    columns = items.columns.placed(known, len(ids))
    checksum = relations.sum + groups.sum + items.sum
    return Layout(at, checksum, reader.carrying.mark, arrays, columns)


def laid_anew(known: Snapshot, model: int) -> Layout:
    """Return a graph that was kept up to date as if it had just been read."""
    held = known.engine.held
    columns = known.columns.with_rows(known.renamed)
    kept = np.flatnonzero(columns.is_somebody)
    ids = places_for(held.ids[kept])
    columns = columns.only(kept).placed(np.searchsorted(ids, held.ids[kept]), len(ids))
    arrays = spread_out(known.engine.arrays, ids)
    return Layout(known.sequence, known.checksum, model, arrays, columns)


def from_layout(layout: Layout) -> Snapshot:
    """Hold a graph in arrays of this process's own."""
    arrays, room = with_room(layout.arrays)
    graph = PortableGraph(arrays)
    return Snapshot(layout.sequence, graph, layout.columns, layout.checksum, layout.sequence, room)


def from_stored(stored: Stored) -> Snapshot:
    """Hold a graph in the arrays of a file."""
    graph = PortableGraph(stored.arrays)
    return Snapshot(
        stored.sequence, graph, stored.columns, stored.checksum, stored.sequence, stored.room
    )


def read_snapshot(session: Session, model: Model, at: int) -> Snapshot:
    """Read the graph at a sequence, to be kept up to date."""
    return from_layout(read_layout(session, model, at))


@without_collection()
def read_past(session: Session, model: Model, at: int) -> Snapshot:
    """Read the graph as it was, for questions only."""
    reader = GraphReader(session, model, at)
    relations, groups, items = reader.relations(), reader.groups(), reader.items()
    checksum = relations.sum + groups.sum + items.sum
    held = items.only_active()
    graph = PortableGraph.build(reader.carrying.columns(relations, groups, held.id))
    return Snapshot(at, graph, held.columns, checksum, at)
