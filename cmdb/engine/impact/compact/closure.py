"""What an item needs and what needs it, over every kind of relation, however far."""

from collections.abc import Callable

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.rows import distinct, follow, joined, places
from cmdb.engine.impact.values import Neighbourhood

Neighbours = Callable[[GraphArrays, Vertices], Vertices]


def strong_providers_of(arrays: GraphArrays, level: Vertices) -> Vertices:
    """Everything that has a part in taking the items of a level down, with repetitions."""
    hard, _ = follow(arrays.hard_bounds(level), arrays.hard_provider, level)
    # All slots of one item lie together, so its groups need not be walked one by one.
    first, last = arrays.owned_bounds(level)
    slots, _ = places(arrays.slot_start[first], arrays.slot_start[last])
    return np.concatenate([hard, arrays.slot_provider[slots]])


def providers_of(arrays: GraphArrays, level: Vertices) -> Vertices:
    """Everything the items of a level need directly, with repetitions."""
    soft, _ = follow(arrays.needs_bounds(level), arrays.needs_provider, level)
    return np.concatenate([strong_providers_of(arrays, level), soft])


def dependants_of(arrays: GraphArrays, level: Vertices) -> Vertices:
    """Everything that needs the items of a level directly, with repetitions."""
    strong, _ = follow(arrays.strong_bounds(level), arrays.strong_target, level)
    soft, _ = follow(arrays.soft_bounds(level), arrays.soft_target, level)
    slots = strong[strong >= arrays.item_count] - np.int32(arrays.item_count)
    owners = arrays.group_owner[arrays.slot_group[slots]]
    return np.concatenate([strong[strong < arrays.item_count], soft, owners])


def closure(
    arrays: GraphArrays, start: Vertices, neighbours: Neighbours, within: int | None = None
) -> list[Vertices]:
    """Repeat `neighbours` from the `start` vertices on; one ascending level per step: O(V + E)."""
    seen = np.zeros(arrays.item_count, np.bool_)
    level = distinct(start)
    levels: list[Vertices] = []
    while len(level) and (within is None or len(levels) <= within):
        levels.append(level)
        seen[level] = True
        reached = neighbours(arrays, level)
        level = distinct(reached[~seen[reached]])
    return levels


def neighbourhood(
    arrays: GraphArrays, item: ItemId, neighbours: Neighbours, within: int | None
) -> Neighbourhood:
    """Everything reached from one item, with distances; raises ItemNotInGraph."""
    start = np.array([arrays.vertex(item)], np.int32)
    levels = closure(arrays, start, neighbours, within)
    lengths = [len(level) for level in levels]
    distances = np.arange(len(levels), dtype=np.int32).repeat(lengths)
    return Neighbourhood(item, arrays.ids[joined(levels)][1:], distances[1:])
