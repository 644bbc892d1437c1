"""Sets gathered from everything that surely falls, for all items of a graph at once.

Failures surely spread over hard relations, through groups that cannot spare a member, and from an
item right beneath enough members of a group to what owns the group. Taken leaves first, one pass
gathers for every item what lies behind it that way. Relations that close a cycle are left out, and
so are members that fall for reasons further off: the result is a part of the truth, made for
guessing.

    >>> from cmdb.engine.impact.compact.build import build_arrays
    >>> from cmdb.engine.impact.compact.columns import GraphColumns, RelationColumns
    >>> hard = RelationColumns.of([1, 2], [2, 3])
    >>> sweep = SureSweep(build_arrays(GraphColumns(np.array([1, 2, 3]), hard))[0])
    >>> marks = [np.array([0, 1, 4], np.uint64)]
    >>> sweep.gather(marks)
    >>> marks[0].tolist()
    [5, 5, 4]
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.rows import distinct, follow, places, step

Words = NDArray[np.uint64]
"""64 marks for each vertex."""


ROUNDS = 2
"""How often items right beneath the members of groups are looked for: 2 finds the UPS under the
power supplies under the hosts of a cluster."""


class SureSweep:
    """The order of the pass; depends on the graph alone, so that it can be kept with it."""

    def __init__(self, arrays: GraphArrays) -> None:
        providers, dependants = _sure_edges(arrays)
        for _ in range(ROUNDS):
            providers, dependants = _with_groups(arrays, providers, dependants)
        level = _levels_from_leaves(arrays.item_count, providers, dependants)
        forward = level[providers] > level[dependants]
        providers, dependants = providers[forward], dependants[forward]
        # Providers ascend within the edges of one level, so that each has its own stretch.
        order = np.argsort(level[providers], kind="stable")
        providers, dependants = providers[order], dependants[order]
        ends = np.searchsorted(level[providers], np.arange(1, level.max(initial=0) + 2))
        self._steps = [
            _stretches(providers[first:last], dependants[first:last])
            for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        ]

    def gather(self, marks: Sequence[Words]) -> None:
        """Add to the marks of every vertex those of all that surely falls with it, in place."""
        for providers, starts, dependants in self._steps:
            for words in marks:
                words[providers] |= np.bitwise_or.reduceat(words[dependants], starts)


def _sure_edges(arrays: GraphArrays) -> tuple[Vertices, Vertices]:
    everyone = np.arange(arrays.item_count, dtype=np.int32)
    bounds = arrays.strong_bounds(everyone)
    target, providers = follow(bounds, arrays.strong_target, everyone)
    member = target >= arrays.item_count
    slots = target[member] - arrays.item_count
    groups = arrays.slot_group[slots]
    sure = ~member
    sure[member] = arrays.slot_weight[slots] > arrays.group_spare[groups]
    dependants = target.copy()
    dependants[member] = arrays.group_owner[groups]
    return providers[sure], dependants[sure]


def _slots_in_use(arrays: GraphArrays) -> Vertices:
    groups, _ = places(*arrays.owned_bounds(np.arange(arrays.item_count, dtype=np.int32)))
    return places(arrays.slot_start[groups], arrays.slot_start[groups + 1])[0]


def _with_groups(
    arrays: GraphArrays, providers: Vertices, dependants: Vertices
) -> tuple[Vertices, Vertices]:
    """Add the edges from each item that surely takes enough members of a group to its owner."""
    order = np.argsort(dependants, kind="stable")
    start = np.searchsorted(dependants[order], np.arange(arrays.item_count + 1)).astype(np.int32)
    slots = _slots_in_use(arrays)
    members = arrays.slot_provider[slots]
    beneath, counts = places(start[members], start[members + 1])
    slots = slots.repeat(counts)
    item = providers[order[beneath]]
    pairs = arrays.slot_group[slots].astype(np.int64) << 32 | item
    order = np.argsort(pairs)
    pairs, weights = pairs[order], arrays.slot_weight[slots][order]
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    if not len(first):
        return providers, dependants
    groups, items = pairs[first] >> 32, (pairs[first] & 0xFFFFFFFF).astype(np.int32)
    enough = np.add.reduceat(weights, first) > arrays.group_spare[groups]
    owners = arrays.group_owner[groups]
    enough &= owners != items
    providers = np.concatenate([providers, items[enough]])
    edges = providers.astype(np.int64) << 32 | np.concatenate([dependants, owners[enough]])
    edges = distinct(edges)
    return (edges >> 32).astype(np.int32), (edges & 0xFFFFFFFF).astype(np.int32)


def _stretches(providers: Vertices, dependants: Vertices) -> tuple[Vertices, Vertices, Vertices]:
    starts = np.flatnonzero(np.diff(providers, prepend=-1)).astype(np.int32)
    return providers[starts], starts, dependants


def _levels_from_leaves(count: int, providers: Vertices, dependants: Vertices) -> Vertices:
    """Level of each vertex, above those of its dependants (Kahn 1962), cycles cut where met.

    Where everything left waits for another, whatever has some dependants done goes next, or all.
    """
    order = np.argsort(dependants, kind="stable")
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(dependants, minlength=count), out=start[1:])
    source = providers[order]
    needs = np.bincount(providers, minlength=count)
    waiting, level, depth = needs.copy(), np.full(count, -1, np.int32), 0
    ready = np.flatnonzero(waiting == 0).astype(np.int32)
    while True:
        if not len(ready):
            left = np.flatnonzero(level < 0).astype(np.int32)
            begun = left[waiting[left] < needs[left]]
            ready = begun if len(begun) else left
        if not len(ready):
            return level
        level[ready] = depth
        depth += 1
        ends, _ = step(start, source, ready)
        np.subtract.at(waiting, ends, 1)
        ends = distinct(ends)
        ready = ends[(waiting[ends] == 0) & (level[ends] < 0)]
