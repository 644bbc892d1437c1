"""The compact graph of the portable engine: plain arrays, fit to be saved and memory-mapped.

An item is a **vertex**: its place in `ids`, which ascends. A group's member is a **slot**. Lists of
neighbours lie one after another in one array; `start[v]` and `start[v + 1]` bound those of `v`
(compressed sparse rows). A failure follows `strong`, which holds what a provider can take down:
an entry below the number of items is the vertex of a hard dependant, any other is
`number of items + slot`. Groups are sorted by dependant and slots by group, so the groups, and even
all slots, of one item lie together.

About 95 bytes per item with three relations.

A graph that is kept up to date has room behind its arrays, items that stand outside of it (`idle`:
retired, planned, not yet there) and lists that have `moved`. The bounds of a list are therefore
asked for (`strong_bounds` and so on), never read off `*_start`; `PortableGraph.arrays` is always
the plain form, in which nothing is idle and nothing has moved.
"""

from bisect import bisect_left
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import GroupRule, ItemId, ItemNotInGraph
from cmdb.engine.impact.compact.moved import MovedLists

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
    # What changed since.
    idle: NDArray[np.bool_] | None = None  # [N]
    moved: MovedLists = field(default_factory=MovedLists)

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
        return sum(getattr(getattr(self, part.name), "nbytes", 0) for part in fields(self))

    def strong_bounds(self, level: Vertices) -> tuple[Vertices, Vertices]:
        """Where in `strong_target` the list of each vertex of a level begins and ends."""
        return self.moved.strong.bounds(self.strong_start, level)

    def soft_bounds(self, level: Vertices) -> tuple[Vertices, Vertices]:
        """Say the same of `soft_target`."""
        return self.moved.soft.bounds(self.soft_start, level)

    def hard_bounds(self, level: Vertices) -> tuple[Vertices, Vertices]:
        """Say the same of `hard_provider`."""
        return self.moved.hard.bounds(self.hard_start, level)

    def needs_bounds(self, level: Vertices) -> tuple[Vertices, Vertices]:
        """Say the same of `needs_provider`."""
        return self.moved.needs.bounds(self.needs_start, level)

    def owned_bounds(self, level: Vertices) -> tuple[Vertices, Vertices]:
        """Between which places the groups of each vertex of a level lie."""
        return self.moved.owned.bounds(self.owned_start, level)

    @cached_property
    def has_soft(self) -> bool:
        """Whether there is any soft relation, or ever was since the arrays were laid out."""
        return bool(self.soft_start[-1]) or bool(self.moved.soft)

    def is_idle(self, vertex: int) -> bool:
        """Whether the item stands outside the graph."""
        if self.idle is None:
            return False
        changed = self.moved.idle.get(vertex)
        return bool(self.idle[vertex]) if changed is None else changed

    def _idle_among(self, vertices: NDArray[np.int64]) -> NDArray[np.bool_]:
        if self.moved.idle and len(vertices):
            return np.array([self.is_idle(vertex) for vertex in vertices.tolist()], np.bool_)
        found: NDArray[np.bool_] = np.zeros(0, np.bool_) if self.idle is None else self.idle
        return found[vertices]

    @property
    def idle_now(self) -> NDArray[np.bool_] | None:
        """Which items stand outside the graph; None when none ever did."""
        if self.idle is None or not self.moved.idle:
            return self.idle
        idle = self.idle.copy()
        idle[list(self.moved.idle)] = list(self.moved.idle.values())
        return idle

    def vertex(self, item: ItemId) -> int:
        """Place of an item; raises ItemNotInGraph."""
        ids = self.views.ids
        place = bisect_left(ids, item)
        if place == len(ids) or ids[place] != item or self.is_idle(place):
            raise ItemNotInGraph(item)
        return place

    def vertices(self, items: Ids) -> Vertices:
        """Places of many items; raises ItemNotInGraph for the first it does not hold."""
        place = np.searchsorted(self.ids, items)
        known = place < len(self.ids)
        known[known] = self.ids[place[known]] == items[known]
        if self.idle is not None:
            known[known] = ~self._idle_among(place[known])
        unknown = np.flatnonzero(~known)
        if len(unknown):
            raise ItemNotInGraph(int(items[unknown[0]]))
        return place.astype(np.int32)

    @cached_property
    def views(self) -> "GraphViews":
        """The arrays that plain Python walks, as memoryviews."""
        return GraphViews(self)


ARRAY_NAMES = tuple(part.name for part in fields(GraphArrays) if part.name not in ("idle", "moved"))
"""What a graph is stored as, in this order."""


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
        self.moved_strong = arrays.moved.strong.table
        self.moved_soft = arrays.moved.soft.table
        self.has_soft = arrays.has_soft
