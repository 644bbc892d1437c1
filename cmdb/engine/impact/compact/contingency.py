"""One cascade for every item: what falls with each of them alone (N-1 analysis), or with a group.

Exact, and safe with cycles and redundancy, where dominators are not: they take any path to be
enough. Takes as long as all cascades together; an item that takes nothing along costs nothing.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.cascade import Cascades
from cmdb.engine.impact.compact.closure import closure, strong_providers_of
from cmdb.engine.impact.compact.rows import distinct, joined, places
from cmdb.engine.impact.values import BlastRadius, GroupLosses, Guards, SinglePoints


class Contingency:
    """The cascades of one graph, one after another."""

    def __init__(self, arrays: GraphArrays) -> None:
        self._arrays = arrays
        self._cascades = Cascades(arrays)

    def single_points(self, services: Iterable[ItemId]) -> SinglePoints:
        """See `ImpactEngine.single_points`; looks only at what the services need."""
        causes, hits = self._hits(self._targets(services))
        other = causes != hits
        return SinglePoints(self._arrays.ids[causes[other]], self._arrays.ids[hits[other]])

    def guards(self, services: Iterable[ItemId]) -> Guards:
        """See `ImpactEngine.guards`; one cascade for each dependant of a redundancy."""
        arrays = self._arrays
        redundant = np.flatnonzero(self._redundant())
        owners, hits = self._hits(self._targets(services), arrays.group_owner[redundant])
        # Groups lie by owner, and so do the pairs: each group takes all pairs of its owner.
        first = np.searchsorted(owners, arrays.group_owner[redundant], "left").astype(np.int32)
        last = np.searchsorted(owners, arrays.group_owner[redundant], "right").astype(np.int32)
        place, counts = places(first, last)
        groups = arrays.group_ids[redundant].repeat(counts)
        order = np.lexsort((arrays.ids[hits[place]], groups))
        return Guards(groups[order], arrays.ids[hits[place]][order])

    def group_losses(self, services: Iterable[ItemId]) -> GroupLosses:
        """See `ImpactEngine.group_losses`; groups of the same members share a cascade."""
        arrays, known = self._arrays, dict[tuple[int, ...], tuple[int, int, int, int]]()
        wanted = self._marked(self._targets(services))
        start, providers = arrays.slot_start.tolist(), arrays.slot_provider.tolist()
        order = np.argsort(arrays.group_ids)
        counts = np.zeros((len(order), 4), np.int64)
        for row, group in enumerate(order.tolist()):
            members = tuple(sorted(set(providers[start[group] : start[group + 1]])))
            if members not in known:
                fallen = self._cascades.down(members) if members else joined([])
                lost = int(np.count_nonzero(wanted[fallen]))
                alike = int(arrays.group_ids[group])
                known[members] = alike, len(members), len(fallen), lost
            counts[row] = known[members]
        owners = arrays.ids[arrays.group_owner[order]]
        return GroupLosses(arrays.group_ids[order], owners, *counts.T)

    def blast_radius(self, items: Iterable[ItemId] | None = None) -> BlastRadius:
        """See `ImpactEngine.blast_radius`."""
        arrays = self._arrays
        vertices = np.arange(arrays.item_count, dtype=np.int32)
        if items is not None:
            vertices = np.array(sorted({arrays.vertex(item) for item in items}), np.int32)
        counts = np.ones(arrays.item_count, np.int64)
        for cause, fallen in self._each(vertices):
            counts[cause] = len(fallen)
        return BlastRadius(arrays.ids[vertices], counts[vertices])

    def _targets(self, services: Iterable[ItemId]) -> Vertices:
        return np.array([self._arrays.vertex(service) for service in services], np.int32)

    def _hits(self, targets: Vertices, among: Vertices | None = None) -> tuple[Vertices, Vertices]:
        """Pairs of a cause (of those in `among`) and a target that falls with it, ascending.

        Furthest suppliers go first: whatever falls with one that hits no target hits none itself.
        """
        wanted = self._marked(targets)
        cleared = ~self._marked(among) if among is not None else np.zeros_like(wanted)
        causes: list[Vertices] = [distinct(targets)]
        hits: list[Vertices] = [distinct(targets)]
        if among is not None:
            causes[0] = hits[0] = causes[0][~cleared[causes[0]]]
        for level in reversed(closure(self._arrays, targets, strong_providers_of)):
            for cause, fallen in self._each(level, cleared):
                hit = fallen[wanted[fallen] & (fallen != cause)]
                causes.append(np.full(len(hit), cause, np.int32))
                hits.append(hit)
                if not wanted[fallen].any():
                    cleared[fallen] = True
        order = np.lexsort((joined(hits), joined(causes)))
        return joined(causes)[order], joined(hits)[order]

    def _marked(self, vertices: Vertices) -> NDArray[np.bool_]:
        marks = np.zeros(self._arrays.item_count, np.bool_)
        marks[vertices] = True
        return marks

    def _each(
        self, causes: Vertices, cleared: NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[int, Vertices]]:
        """All that falls with each of `causes`, itself included, where that is more than itself."""
        for cause in causes[self._spreading[causes]].tolist():
            if cleared is None or not cleared[cause]:
                yield cause, self._cascades.down([cause])

    def _redundant(self) -> NDArray[np.bool_]:
        """Which groups can lose a member that counts."""
        arrays = self._arrays
        spared = (arrays.slot_weight > 0) & (
            arrays.slot_weight <= arrays.group_spare[arrays.slot_group]
        )
        found: NDArray[np.bool_] = np.zeros(arrays.group_count, np.bool_)
        found[arrays.slot_group[spared]] = True
        return found

    @cached_property
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
