"""The compact graph of the portable engine: plain arrays, fit to be saved and memory-mapped.

An item is a **vertex**: its place in `ids`, which ascends. A group's member is a **slot**. Lists of
neighbours lie one after another in one array; `start[v]` and `start[v + 1]` bound those of `v`
(compressed sparse rows). A failure follows `strong`, which holds what a provider can take down:
an entry below the number of items is the vertex of a hard dependant, any other is
`number of items + slot`. Groups are sorted by dependant and slots by group, so the groups, and even
all slots, of one item lie together.

About 95 bytes per item with three relations.
"""

from bisect import bisect_left
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import GroupRule, ItemId, ItemNotInGraph

Ids = NDArray[np.int64]
Vertices = NDArray[np.int32]
Amounts = NDArray[np.float64]

RULES: tuple[GroupRule, ...] = ("at_least", "percent", "capacity")
"""A group's rule is stored as its place in this tuple."""


@dataclass(frozen=True)
class GraphArrays:
    """All arrays of one graph; `N` items, `G` groups, `M` slots, `H` hard and `S` soft relations.

    Everything named `*_start` has one entry more than it has lists. The arrays may be read-only.
    """

    ids: Ids  # [N] ascending
    strong_start: Vertices  # [N + 1]
    strong_target: Vertices  # [H + M]
    soft_start: Vertices  # [N + 1]
    soft_target: Vertices  # [S]
    # The other direction, with what a relation carries.
    hard_start: Vertices  # [N + 1]
    hard_provider: Vertices  # [H]
    hard_relation: Ids  # [H]
    needs_start: Vertices  # [N + 1] soft needs of each item
    needs_provider: Vertices  # [S]
    needs_relation: Ids  # [S]
    needs_weight: NDArray[np.float32]  # [S]
    # Groups, by dependant.
    owned_start: Vertices  # [N + 1]
    group_ids: Ids  # [G]
    group_owner: Vertices  # [G]
    group_rule: NDArray[np.int8]  # [G]
    group_threshold: Amounts  # [G] as given
    group_total: Amounts  # [G]
    group_required: Amounts  # [G]
    group_spare: Amounts  # [G] the group is short when more than this fell
    group_reduces: NDArray[np.bool_]  # [G] a loss it survives degrades its dependant
    # Slots, by group.
    slot_start: Vertices  # [G + 1]
    slot_provider: Vertices  # [M]
    slot_group: Vertices  # [M]
    slot_weight: Amounts  # [M]
    slot_relation: Ids  # [M]

    @property
    def item_count(self) -> int:
        """N."""
        return len(self.ids)

    @property
    def group_count(self) -> int:
        """G."""
        return len(self.group_ids)

    @property
    def nbytes(self) -> int:
        """Memory of all arrays together."""
        return sum(getattr(self, field.name).nbytes for field in fields(self))

    def vertex(self, item: ItemId) -> int:
        """Place of an item; raises ItemNotInGraph."""
        ids = self.views.ids
        place = bisect_left(ids, item)
        if place == len(ids) or ids[place] != item:
            raise ItemNotInGraph(item)
        return place

    def vertices(self, items: Ids) -> Vertices:
        """Places of many items; raises ItemNotInGraph for the first it does not hold."""
        place = np.searchsorted(self.ids, items)
        known = place < len(self.ids)
        known[known] = self.ids[place[known]] == items[known]
        unknown = np.flatnonzero(~known)
        if len(unknown):
            raise ItemNotInGraph(int(items[unknown[0]]))
        return place.astype(np.int32)

    @cached_property
    def views(self) -> "GraphViews":
        """The arrays that plain Python walks, as memoryviews."""
        return GraphViews(self)


class GraphViews:
    """Memoryviews of the arrays a walk in plain Python reads.

    Reading one element of a memoryview takes a third of the time of one of an array.
    """

    def __init__(self, arrays: GraphArrays) -> None:
        self.items = arrays.item_count
        self.ids = arrays.ids.data
        self.strong_start = arrays.strong_start.data
        self.strong_target = arrays.strong_target.data
        self.soft_start = arrays.soft_start.data
        self.soft_target = arrays.soft_target.data
        self.slot_group = arrays.slot_group.data
        self.slot_weight = arrays.slot_weight.data
        self.group_owner = arrays.group_owner.data
        self.group_spare = arrays.group_spare.data
        self.group_reduces = arrays.group_reduces.data
        self.has_soft = len(arrays.soft_target) > 0
