"""Collisions of changes without failing every pair together.

Each change falls once. A pair can only take down more together than apart when some group, which
holds in both cascades, lost weight in both, and more in sum than it can spare: take the first item
to fall in the joint cascade and in neither of the others. It did not fail itself, and whatever hard
provider it had would have taken it along where that fell, alone. So a group fell short, all of
whose fallen members are down in one of the two, and not all of them in the same one. Only such
pairs are failed together.

All of it happens in the part of the graph that has to do with the services asked for. For `n`
changes and `p` overlapping pairs it takes `n` cascades, `p` comparisons of what the groups lost,
and as many joint cascades as there are suspects. What a change does alone is kept as long as the
graph: asked again with another draft, a calendar costs no cascade any more. So is what the latest
suspects do together: while somebody types, the same pairs are asked about with every keystroke.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.collisions import (
    Collision,
    CollisionQuestion,
    Pair,
    PlannedChange,
    collision_of,
    overlapping,
)
from cmdb.engine.impact.compact.arrays import Amounts, GraphArrays, Vertices
from cmdb.engine.impact.compact.cascade import Cascades
from cmdb.engine.impact.compact.cone import cone_of
from cmdb.engine.impact.compact.evidence import held_vertices

ROUNDING = 1e-9
"""How much a sum of capacities may differ with the order of its parts, relatively."""

_MOST_KEPT = 2_000_000
"""Services, groups and items that effects kept may name together: some 60 MB."""


_MOST_PAIRS = 2_000
"""Suspected pairs of which the joint outcome is kept."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change does alone: services down, groups that lost weight and hold, their slack."""

    services: frozenset[int]
    groups: Vertices
    lost: Amounts
    slack: Amounts


class Collider:
    """Collisions over one graph, of the services named; one question after another.

    It keeps the effect of every change it has looked at, but for that of the change asked about:
    a draft is another one each time. Safe to share between threads, which wait for each other.
    """

    def __init__(self, arrays: GraphArrays, services: tuple[ItemId, ...]) -> None:
        self._whole = arrays
        self._asked_for = services
        self._arrays = cone_of(arrays, arrays.vertices(np.array(services, np.int64)))
        self._cascades = Cascades(self._arrays)
        self._effects: dict[tuple[ItemId, ...], Effect] = {}
        self._kept = 0
        self._joint: dict[tuple[tuple[ItemId, ...], tuple[ItemId, ...]], frozenset[int]] = {}
        self._lost = np.zeros(self._arrays.group_count)
        self._laid: Vertices | None = None
        self._lock = threading.Lock()

    def collisions(self, question: CollisionQuestion) -> tuple[Collision, ...]:
        """See `ImpactEngine.collisions`; the question is about the services of this collider."""
        self._refuse_unknown(question)
        pairs = sorted(overlapping(question), key=_numbers)
        with self._lock:
            try:
                alone = self._alone(question.of) if question.of else None
                found = [self._collision(pair, question.of, alone) for pair in pairs]
            except BaseException:
                # What a walk that raised has written down may be wrong for the next one.
                self._cascades = Cascades(self._arrays)
                raise
        return tuple(collision for collision in found if collision)

    def _refuse_unknown(self, question: CollisionQuestion) -> None:
        changes = (*question.changes, *([question.of] if question.of else ()))
        named = [item for change in changes for item in change.items]
        self._whole.vertices(np.array(named, np.int64))

    @cached_property
    def _watched(self) -> frozenset[int]:
        return frozenset(self._vertices(self._asked_for))

    def _vertices(self, items: Iterable[ItemId]) -> list[int]:
        """Places of the items that have to do with a service at all."""
        wanted = np.fromiter(items, np.int64)
        return list(map(int, held_vertices(self._arrays, wanted)))

    def _collision(
        self, pair: Pair, asking: PlannedChange | None, alone: Effect | None
    ) -> Collision | None:
        one, other = (
            alone if alone is not None and change is asking else self._effect(change)
            for change in pair
        )
        together: frozenset[int] = frozenset()
        if self._suspicious(one, other):
            together = self._together(pair) - one.services - other.services
        return collision_of(pair, self._named(one.services & other.services), self._named(together))

    def _together(self, pair: Pair) -> frozenset[int]:
        """Return the services that both together take down; kept, for who asks while typing."""
        key = pair[0].items, pair[1].items
        known = self._joint.get(key)
        if known is None:
            if len(self._joint) >= _MOST_PAIRS:
                # The oldest go first: a draft is asked about again within moments or never.
                for old in list(self._joint)[: _MOST_PAIRS // 2]:
                    del self._joint[old]
            joint = self._cascades.down(self._vertices({*pair[0].items, *pair[1].items}))
            known = self._joint[key] = self._services(joint)
        return known

    def _effect(self, change: PlannedChange) -> Effect:
        known = self._effects.get(change.items)
        if known is None:
            if self._kept > _MOST_KEPT:
                self._effects.clear()
                self._kept = 0
            known = self._effects[change.items] = self._alone(change)
            self._kept += len(known.services) + len(known.groups) + len(change.items)
        return known

    def _alone(self, change: PlannedChange) -> Effect:
        arrays = self._arrays
        losses = self._cascades.losses(self._vertices(change.items))
        down = np.zeros(arrays.item_count, np.bool_)
        down[losses.down] = True
        slack = arrays.group_spare[losses.groups] - losses.lost
        holds = (slack >= 0) & ~down[arrays.group_owner[losses.groups]]
        return Effect(
            self._services(losses.down), losses.groups[holds], losses.lost[holds], slack[holds]
        )

    def _services(self, down: Vertices) -> frozenset[int]:
        return self._watched.intersection(down.tolist())

    def _suspicious(self, one: Effect, other: Effect) -> bool:
        """Whether some group that either of the two leaves standing may not stand both."""
        if one.groups is not self._laid:
            if self._laid is not None:
                self._lost[self._laid] = 0
            self._lost[one.groups] = one.lost
            self._laid = one.groups
        lost = self._lost[other.groups]
        return bool(((lost > 0) & (lost * (1 + ROUNDING) > other.slack)).any())

    def _named(self, vertices: Iterable[int]) -> tuple[ItemId, ...]:
        return tuple(ItemId(self._arrays.views.ids[vertex]) for vertex in sorted(vertices))


def _numbers(pair: Pair) -> tuple[int, int]:
    return pair[0].change_id, pair[1].change_id
