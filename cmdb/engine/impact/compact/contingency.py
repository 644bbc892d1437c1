"""One cascade for every item: what falls with each of them alone (N-1 analysis)."""

from collections.abc import Iterable

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.narrow import NarrowWalk
from cmdb.engine.impact.compact.wide import Scratch, WideWalk
from cmdb.engine.impact.values import BlastRadius, SinglePoints


class Contingency:
    """The cascades of one graph, one after another; takes the sum of what falls in each."""

    def __init__(self, arrays: GraphArrays) -> None:
        self._arrays = arrays
        self._scratch = Scratch(arrays)

    def single_points(self, services: Iterable[ItemId]) -> SinglePoints:
        """See `ImpactEngine.single_points`."""
        arrays = self._arrays
        wanted = np.zeros(arrays.item_count, np.bool_)
        wanted[[arrays.vertex(service) for service in services]] = True
        causes: list[Vertices] = []
        hits: list[Vertices] = []
        for cause in range(arrays.item_count):
            fallen = self._fall(cause)
            hit = fallen[wanted[fallen] & (fallen != cause)]
            if len(hit):
                causes.append(np.full(len(hit), cause, np.int32))
                hits.append(np.sort(hit))
        empty = np.empty(0, np.int32)
        return SinglePoints(
            arrays.ids[np.concatenate([empty, *causes])],
            arrays.ids[np.concatenate([empty, *hits])],
        )

    def blast_radius(self, items: Iterable[ItemId] | None = None) -> BlastRadius:
        """See `ImpactEngine.blast_radius`."""
        arrays = self._arrays
        if items is None:
            vertices = list(range(arrays.item_count))
        else:
            vertices = sorted({arrays.vertex(item) for item in items})
        counts = np.array([len(self._fall(vertex)) for vertex in vertices], np.int64)
        return BlastRadius(arrays.ids[vertices], counts)

    def _fall(self, cause: int) -> Vertices:
        walk = NarrowWalk(self._arrays.views, [cause])
        if walk.fall():
            return np.fromiter(walk.carrier, np.int32, len(walk.carrier))
        wide = WideWalk(self._arrays, self._scratch, np.array([cause], np.int32))
        fallen = wide.fall()
        wide.clean(fallen)
        return fallen
