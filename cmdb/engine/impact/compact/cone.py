"""The part of a graph that can have to do with the fall of some items, as a graph of its own.

Whatever lies outside can neither bring them down nor pass a failure on to them, so cascades of
which nothing but those items is asked need not go there.

    >>> from cmdb.engine.impact.compact.columns import RelationColumns
    >>> hard = RelationColumns.of([1, 1, 2], [2, 3, 4])
    >>> arrays, _ = build_arrays(GraphColumns(np.array([1, 2, 3, 4]), hard))
    >>> cone_of(arrays, np.array([1], np.int32)).ids.tolist()
    [1, 2]
"""

import numpy as np

from cmdb.engine.impact.compact.arrays import RULES, GraphArrays, Vertices
from cmdb.engine.impact.compact.build import build_arrays
from cmdb.engine.impact.compact.closure import closure, strong_providers_of
from cmdb.engine.impact.compact.columns import (
    GraphColumns,
    GroupColumns,
    MemberColumns,
    RelationColumns,
)
from cmdb.engine.impact.compact.rows import follow, joined, places

_COUNTED, _CAPACITY = RULES.index("at_least"), RULES.index("capacity")


def cone_of(arrays: GraphArrays, targets: Vertices) -> GraphArrays:
    """Cut out the `targets` and all that has a part in taking them down. O(size of the part).

    Groups come with the arithmetic they have here; what they were given as is not kept.
    """
    inside = np.sort(joined(closure(arrays, targets, strong_providers_of)))
    providers, dependants = follow(arrays.hard_bounds(inside), arrays.hard_provider, inside)
    groups, _ = places(*arrays.owned_bounds(inside))
    slots, sizes = places(arrays.slot_start[groups], arrays.slot_start[groups + 1])
    numbers, ids = arrays.group_ids[groups], arrays.ids
    rules = np.where(arrays.group_reduces[groups], _CAPACITY, _COUNTED).astype(np.int8)
    columns = GraphColumns(
        ids[inside],
        RelationColumns.of(ids[providers], ids[dependants]),
        groups=GroupColumns(
            numbers, ids[arrays.group_owner[groups]], rules, arrays.group_required[groups]
        ),
        members=MemberColumns(
            numbers.repeat(sizes),
            ids[arrays.slot_provider[slots]],
            arrays.slot_weight[slots],
            np.zeros(len(slots), np.int64),
        ),
    )
    return build_arrays(columns)[0]
