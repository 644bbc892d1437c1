"""What of an item's needs differs from what the arrays hold: most changes touch one list of three.

Lists are equal when the same stands in them in the same order, which is that of relation numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.grouping import Groups, Slots, Terms
from cmdb.engine.impact.compact.resolving import Relations


@dataclass(frozen=True)
class Needs:
    """All that some items need, worked out; relations by dependant, groups by owner."""

    hard: Relations
    soft: Relations
    groups: Groups
    slots: Slots
    terms: Terms


@dataclass(frozen=True)
class Differing:
    """Which of the items need something else hard, soft, or in their groups."""

    hard: Vertices
    soft: Vertices
    owning: Vertices


def differing(arrays: GraphArrays, vertices: Vertices, fresh: Needs) -> Differing:
    """Compare what each of `vertices` needs now with what the arrays hold."""
    listed = vertices.tolist()

    def those(same: Callable[[GraphArrays, Needs, int], bool]) -> Vertices:
        return np.array([vertex for vertex in listed if not same(arrays, fresh, vertex)], np.int32)

    return Differing(those(_same_hard), those(_same_soft), those(_same_groups))


def _same_hard(arrays: GraphArrays, fresh: Needs, vertex: int) -> bool:
    rows = fresh.hard
    old = arrays.moved.hard.row(arrays.hard_start, vertex)
    new = _stretch(rows.dependant, vertex)
    return np.array_equal(arrays.hard_relation[old], rows.relation_id[new]) and np.array_equal(
        arrays.hard_provider[old], rows.provider[new]
    )


def _same_soft(arrays: GraphArrays, fresh: Needs, vertex: int) -> bool:
    rows = fresh.soft
    old = arrays.moved.needs.row(arrays.needs_start, vertex)
    new = _stretch(rows.dependant, vertex)
    return (
        np.array_equal(arrays.needs_relation[old], rows.relation_id[new])
        and np.array_equal(arrays.needs_provider[old], rows.provider[new])
        and np.array_equal(arrays.needs_weight[old], rows.weight[new].astype(np.float32))
    )


def _same_groups(arrays: GraphArrays, fresh: Needs, vertex: int) -> bool:
    groups, slots = fresh.groups, fresh.slots
    old = arrays.moved.owned.row(arrays.owned_start, vertex)
    new = _stretch(groups.owner, vertex)
    if not (
        np.array_equal(arrays.group_ids[old], groups.group_id[new])
        and np.array_equal(arrays.group_rule[old], groups.rule[new])
        and np.array_equal(arrays.group_threshold[old], groups.threshold[new])
    ):
        return False
    held = slice(int(arrays.slot_start[old.start]), int(arrays.slot_start[old.stop]))
    first, last = np.searchsorted(slots.group, [new.start, new.stop]).tolist()
    return (
        np.array_equal(arrays.slot_provider[held], slots.provider[first:last])
        and np.array_equal(arrays.slot_relation[held], slots.relation_id[first:last])
        and np.array_equal(arrays.slot_weight[held], slots.weight[first:last])
        and np.array_equal(arrays.slot_group[held] - old.start, slots.group[first:last] - new.start)
    )


def _stretch(keys: Vertices, vertex: int) -> slice:
    """Where an ascending column holds one vertex."""
    first, last = np.searchsorted(keys, [vertex, vertex + 1]).tolist()
    return slice(first, last)
