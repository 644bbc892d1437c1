"""A graph that was kept up to date, laid out plainly again: no idle items, no moved lists, no room.

>>> from cmdb.engine.impact.compact.build import build_arrays
>>> from cmdb.engine.impact.compact.columns import GraphColumns, RelationColumns
>>> hard = RelationColumns.of([10, 20], [20, 30], [1, 2])
>>> idle = np.array([False, False, True])
>>> arrays, _ = build_arrays(GraphColumns(np.array([10, 20, 30]), hard), idle)
>>> plain = settled(arrays)
>>> plain.ids.tolist(), plain.strong_target.tolist()
([10, 20], [1])
"""

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.moved import Moved
from cmdb.engine.impact.compact.rows import places


def settled(arrays: GraphArrays) -> GraphArrays:
    """Return the same graph in plain form; `arrays` themselves where they are plain already."""
    idle = arrays.idle_now
    if idle is None:
        return arrays
    vertices = np.flatnonzero(~idle).astype(np.int32)
    number = np.cumsum(~idle, dtype=np.int32) - np.int32(1)
    hard_start, hard = _gathered(arrays.hard_start, arrays.moved.hard, vertices)
    needs_start, needs = _gathered(arrays.needs_start, arrays.moved.needs, vertices)
    soft_start, soft = _gathered(arrays.soft_start, arrays.moved.soft, vertices)
    strong_start, strong = _gathered(arrays.strong_start, arrays.moved.strong, vertices)
    owned_start, groups = _gathered(arrays.owned_start, arrays.moved.owned, vertices)
    slots, sizes = places(arrays.slot_start[groups], arrays.slot_start[groups + 1])
    slot_number = np.zeros(len(arrays.slot_group), np.int32)
    slot_number[slots] = np.arange(len(slots), dtype=np.int32)
    return GraphArrays(
        ids=arrays.ids[vertices],
        strong_start=strong_start,
        strong_target=_renumbered(arrays.strong_target[strong], number, slot_number, len(vertices)),
        soft_start=soft_start,
        soft_target=number[arrays.soft_target[soft]],
        hard_start=hard_start,
        hard_provider=number[arrays.hard_provider[hard]],
        hard_relation=arrays.hard_relation[hard],
        needs_start=needs_start,
        needs_provider=number[arrays.needs_provider[needs]],
        needs_relation=arrays.needs_relation[needs],
        needs_weight=arrays.needs_weight[needs],
        owned_start=owned_start,
        group_ids=arrays.group_ids[groups],
        group_owner=number[arrays.group_owner[groups]],
        group_rule=arrays.group_rule[groups],
        group_threshold=arrays.group_threshold[groups],
        group_total=arrays.group_total[groups],
        group_required=arrays.group_required[groups],
        group_spare=arrays.group_spare[groups],
        group_reduces=arrays.group_reduces[groups],
        slot_start=_starts(sizes),
        slot_provider=number[arrays.slot_provider[slots]],
        slot_group=np.arange(len(groups), dtype=np.int32).repeat(sizes),
        slot_weight=arrays.slot_weight[slots],
        slot_relation=arrays.slot_relation[slots],
    )


def _gathered(start: Vertices, moved: Moved, vertices: Vertices) -> tuple[Vertices, Vertices]:
    """Return new bounds of the lists of some vertices, and the places of all their entries."""
    place, sizes = places(*moved.bounds(start, vertices))
    return _starts(sizes), place


def _starts(sizes: Vertices) -> Vertices:
    start = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=start[1:])
    return start


def _renumbered(ends: Vertices, number: Vertices, slot_number: Vertices, items: int) -> Vertices:
    """Entries of strong lists in new numbers; those beyond the items are slots."""
    found = np.empty(len(ends), np.int32)
    member: NDArray[np.bool_] = ends >= len(number)
    found[~member] = number[ends[~member]]
    found[member] = slot_number[ends[member] - np.int32(len(number))] + np.int32(items)
    return found
