"""Collisions of changes without failing every pair together.

Each change falls once. A pair can only take down more together than apart when some group, which
holds in both cascades, lost weight in both, and more in sum than it can spare: take the first item
to fall in the joint cascade and in neither of the others. It did not fail itself, and whatever hard
provider it had would have taken it along where that fell, alone. So a group fell short, all of
whose fallen members are down in one of the two, and not all of them in the same one. Only such
pairs are failed together.

All of it happens in the part of the graph that has to do with the services asked for. For `n`
changes and `p` overlapping pairs it takes `n` cascades, `p` comparisons of what the groups lost,
and as many joint cascades as there are suspects.
"""

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


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change does alone: services down, groups that lost weight and hold, their slack."""

    services: frozenset[int]
    groups: Vertices
    lost: Amounts
    slack: Amounts


class Collider:
    """The collisions of one question; keeps the effect of every change it has looked at."""

    def __init__(self, arrays: GraphArrays, question: CollisionQuestion) -> None:
        self._question = question
        self._refuse_unknown(arrays)
        services = arrays.vertices(np.array(question.services, np.int64))
        self._arrays = cone_of(arrays, services)
        self._cascades = Cascades(self._arrays)
        self._effects: dict[int, Effect] = {}
        self._lost = np.zeros(self._arrays.group_count)
        self._laid: Vertices | None = None

    def collisions(self) -> tuple[Collision, ...]:
        """See `ImpactEngine.collisions`."""
        pairs = sorted(overlapping(self._question), key=_numbers)
        found = (self._collision(pair) for pair in pairs)
        return tuple(collision for collision in found if collision)

    def _refuse_unknown(self, arrays: GraphArrays) -> None:
        changes = (*self._question.changes, *([self._question.of] if self._question.of else ()))
        named = [item for change in changes for item in change.items]
        arrays.vertices(np.array(named, np.int64))

    @cached_property
    def _watched(self) -> frozenset[int]:
        return frozenset(self._vertices(self._question.services))

    def _vertices(self, items: Iterable[ItemId]) -> list[int]:
        """Places of the items that have to do with a service at all."""
        wanted = np.fromiter(items, np.int64)
        return list(map(int, held_vertices(self._arrays, wanted)))

    def _collision(self, pair: Pair) -> Collision | None:
        one, other = (self._effect(change) for change in pair)
        together: frozenset[int] = frozenset()
        if self._suspicious(one, other):
            joint = self._cascades.down(self._vertices({*pair[0].items, *pair[1].items}))
            together = self._services(joint) - one.services - other.services
        return collision_of(pair, self._named(one.services & other.services), self._named(together))

    def _effect(self, change: PlannedChange) -> Effect:
        if change.change_id not in self._effects:
            self._effects[change.change_id] = self._alone(change)
        return self._effects[change.change_id]

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
