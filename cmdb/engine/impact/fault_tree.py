"""Why an item would be down, step by step: its fault tree.

The top event is that one item is down. An item is down when it fails itself (its basic event), when
any hard provider is down, or when one of its redundancy groups has lost more members than it can
spare: a voting gate over them. Soft relations take nothing down and do not stand here. Words and
signs are those of the Fault Tree Handbook (NUREG-0492, 1981).

A circle of needs falls from outside only, so nothing stands below itself. What several items need
is opened once, nearest to the top, and referred to elsewhere: a tree has no more lines than the
graph has hard relations and memberships.

    >>> from cmdb.engine.graph import Dependency, ListedGraph, RedundancyGroup
    >>> legs = ((ItemId(1), 1.0, 0), (ItemId(2), 1.0, 0))
    >>> pair = RedundancyGroup(7, ItemId(3), "at_least", 1, legs)
    >>> drawn = ListedGraph.of([Dependency(ItemId(3), ItemId(4))], [pair])
    >>> top = fault_tree(PortableGraph.of(drawn), ItemId(4)).event
    >>> top.gates[0].sign, top.gates[0].inputs[0].gates[0].sign
    ('or', 'and')
    >>> [leg.item for leg in top.gates[0].inputs[0].gates[0].inputs]
    [1, 2]
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from cmdb.engine.graph import GroupRule, GroupTerms, ItemId
from cmdb.engine.impact.compact.arrays import GraphArrays
from cmdb.engine.impact.compact.readback import groups_at, hard_needs, slots_at, terms_at
from cmdb.engine.impact.joint_outage import MOST_PAIRED, below_of, fatal_pairs
from cmdb.engine.impact.portable import PortableGraph

Ending = Literal["opened", "basic", "deeper", "circle", "elsewhere"]
"""How an event goes on: below it; not at all; deeper than was asked; above it; in another place."""

MOST_EVENTS = 400


@dataclass(frozen=True, slots=True)
class FaultGate:
    """Inputs of which so many have to be down at once; `group_id` is None for hard providers.

    `needed` is the least number of inputs that is enough; of a group that counts capacity
    (`rule`), the largest ones. `total` and `required` are the group's own, in members or capacity.
    `left_out` inputs are not listed: the tree is as large as was asked.
    """

    needed: int
    size: int
    inputs: tuple["FaultEvent", ...]
    group_id: int | None = None
    rule: GroupRule | None = None
    total: float = 0.0
    required: float = 0.0
    left_out: int = 0

    @property
    def sign(self) -> Literal["or", "and", "voting"]:
        """Whether any input, all, or several of them are enough."""
        if self.needed == 1:
            return "or"
        return "and" if self.needed == self.size else "voting"


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """An item is down: for a reason of its own, or through one of `gates`."""

    item: ItemId
    ending: Ending
    gates: tuple[FaultGate, ...] = ()

    def events(self) -> Iterator["FaultEvent"]:
        """Yield this event and all below it, as they are read."""
        yield self
        for gate in self.gates:
            for below in gate.inputs:
                yield from below.events()


@dataclass(frozen=True, slots=True)
class FaultTree:
    """The top event, and how many items can have a part in it, at any depth."""

    event: FaultEvent
    below: int


@dataclass(frozen=True, slots=True)
class CutSets:
    """Which single items, and which two at once, take the top down: minimal, ascending.

    `untried` items were too many to be tried in pairs; the farthest are left out.
    """

    single: tuple[ItemId, ...]
    pairs: tuple[tuple[ItemId, ItemId], ...]
    untried: int = 0


@dataclass(slots=True)
class _Drawing:
    """An event while its inputs are found."""

    item: ItemId
    level: int
    above: "_Drawing | None" = None
    ending: Ending = "basic"
    gates: list[tuple[GroupTerms | None, int, list["_Drawing"], int]] = field(default_factory=list)

    def is_below(self, item: ItemId) -> bool:
        """Say whether the item stands above, or here."""
        here: _Drawing | None = self
        while here is not None:
            if here.item == item:
                return True
            here = here.above
        return False

    def drawn(self) -> FaultEvent:
        """Return it as a value."""
        return FaultEvent(self.item, self.ending, tuple(self._gates()))

    def _gates(self) -> Iterator[FaultGate]:
        for terms, needed, inputs, left_out in self.gates:
            events = tuple(one.drawn() for one in inputs)
            size = len(inputs) + left_out
            if terms is None:
                yield FaultGate(needed, size, events, left_out=left_out)
                continue
            own = (terms.group_id, terms.rule, terms.total, terms.required)
            yield FaultGate(needed, size, events, *own, left_out)


def fault_tree(
    graph: PortableGraph, top: ItemId, depth: int = 4, most: int = MOST_EVENTS
) -> FaultTree:
    """Return the fault tree of `top`, opened `depth` steps down and to about `most` events.

    Nearest first, so that what is cut is the farthest. Raises ItemNotInGraph. O(part of the graph
    below the top).
    """
    below = below_of(graph, top).arrays
    root = _Drawing(top, 0)
    placed = {top}
    waiting = deque([root])
    while waiting:
        event = waiting.popleft()
        gates = list(_gates_of(below, event.item))
        if not gates:
            continue
        if event.level >= depth:
            event.ending = "deeper"
            continue
        event.ending = "opened"
        for terms, needed, providers in gates:
            room = max(most - len(placed), 0)
            inputs = [_Drawing(one, event.level + 1, event) for one in providers[:room]]
            event.gates.append((terms, needed, inputs, len(providers) - len(inputs)))
            for one in inputs:
                if one.item not in placed:
                    placed.add(one.item)
                    waiting.append(one)
                else:
                    one.ending = "circle" if event.is_below(one.item) else "elsewhere"
    return FaultTree(root.drawn(), len(below.ids) - 1)


def _gates_of(
    arrays: GraphArrays, item: ItemId
) -> Iterator[tuple[GroupTerms | None, int, list[ItemId]]]:
    """Yield (terms of the group, how many must fall, members) of all that takes an item down."""
    vertex = arrays.vertex(item)
    hard = sorted({need.provider for need in hard_needs(arrays, vertex)})
    if hard:
        yield None, 1, hard
    for group in groups_at(arrays, vertex):
        slots = slots_at(arrays, group)
        weights = arrays.slot_weight[slots].tolist()
        terms = terms_at(arrays, group)
        needed = _least_to_fall(weights, terms.spare)
        if needed is not None:
            members = map(ItemId, arrays.ids[arrays.slot_provider[slots]].tolist())
            yield terms, needed, list(members)


def _least_to_fall(weights: list[float], spare: float) -> int | None:
    """Return how many members, the heaviest first, are too many to lose; None: all are not.

    >>> _least_to_fall([10.0, 10.0, 40.0], 35.0), _least_to_fall([1.0, 1.0], 2.0)
    (1, None)
    """
    sums = accumulate(sorted(weights, reverse=True))
    return next((count for count, lost in enumerate(sums, 1) if lost > spare), None)


def minimal_cut_sets(graph: PortableGraph, top: ItemId, most: int = MOST_PAIRED) -> CutSets:
    """Return the minimal cut sets of `top` of one and of two items; itself is not told.

    Three failures at once are left out. As many cascades as there are items below the top, and one
    for each suspected pair of the nearest `most`. Raises ItemNotInGraph.
    """
    below = below_of(graph, top)
    single = [ItemId(item) for item in below.single_points([top]).causes.tolist()]
    alone = {top, *single}
    nearest = [ItemId(item) for item in below.suppliers(top).ids.tolist() if item not in alone]
    pairs = fatal_pairs(below, top, nearest[:most])
    return CutSets(tuple(single), tuple(sorted(pairs)), max(0, len(nearest) - most))
