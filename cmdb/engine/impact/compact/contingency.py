"""One cascade for every item: what falls with each of them alone (N-1 analysis).

Exact, and safe with cycles and redundancy, where dominators are not: they take any path to be
enough. Takes as long as all cascades together; an item that takes nothing along costs nothing.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.closure import closure, strong_providers_of
from cmdb.engine.impact.compact.narrow import NarrowWalk
from cmdb.engine.impact.compact.rows import joined
from cmdb.engine.impact.compact.wide import Scratch, WideWalk
from cmdb.engine.impact.values import BlastRadius, SinglePoints


class Contingency:
    """The cascades of one graph, one after another."""

    def __init__(self, arrays: GraphArrays) -> None:
        self._arrays = arrays
        self._scratch = Scratch(arrays)

    def single_points(self, services: Iterable[ItemId]) -> SinglePoints:
        """See `ImpactEngine.single_points`; looks only at what the services need."""
        arrays = self._arrays
        targets = np.array([arrays.vertex(service) for service in services], np.int32)
        wanted = np.zeros(arrays.item_count, np.bool_)
        wanted[targets] = True
        suspects = np.sort(joined(closure(arrays, targets, strong_providers_of)))
        causes: list[Vertices] = []
        hits: list[Vertices] = []
        for cause, fallen in self._cascades(suspects):
            hit = fallen[wanted[fallen] & (fallen != cause)]
            causes.append(np.full(len(hit), cause, np.int32))
            hits.append(np.sort(hit))
        return SinglePoints(arrays.ids[joined(causes)], arrays.ids[joined(hits)])

    def blast_radius(self, items: Iterable[ItemId] | None = None) -> BlastRadius:
        """See `ImpactEngine.blast_radius`."""
        arrays = self._arrays
        vertices = np.arange(arrays.item_count, dtype=np.int32)
        if items is not None:
            vertices = np.array(sorted({arrays.vertex(item) for item in items}), np.int32)
        counts = np.ones(arrays.item_count, np.int64)
        for cause, fallen in self._cascades(vertices):
            counts[cause] = len(fallen)
        return BlastRadius(arrays.ids[vertices], counts[vertices])

    def _cascades(self, causes: Vertices) -> Iterator[tuple[int, Vertices]]:
        """All that falls with each of `causes`, itself included, where that is more than itself."""
        for cause in causes[self._spreading()[causes]].tolist():
            walk = NarrowWalk(self._arrays.views, [cause])
            if walk.fall():
                yield cause, np.fromiter(walk.carrier, np.int32, len(walk.carrier))
            else:
                wide = WideWalk(self._arrays, self._scratch, walk.begun)
                fallen = wide.fall()
                wide.clean(fallen)
                yield cause, fallen

    def _spreading(self) -> NDArray[np.bool_]:
        """Which items take something along: over a hard relation, or a group without slack."""
        arrays = self._arrays
        target = arrays.strong_target
        takes = np.ones(len(target), np.bool_)
        member = target >= arrays.item_count
        slots = target[member] - arrays.item_count
        takes[member] = arrays.slot_weight[slots] > arrays.group_spare[arrays.slot_group[slots]]
        taken = np.concatenate([[0], takes.cumsum()])
        start = arrays.strong_start
        return np.asarray(taken[start[1:]] > taken[start[:-1]])
