"""What falls when some vertices fail, and nothing more: for those who ask it many times over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cmdb.engine.impact.compact.arrays import Amounts, GraphArrays, Vertices
from cmdb.engine.impact.compact.narrow import NarrowWalk
from cmdb.engine.impact.compact.wide import Scratch, WideWalk


@dataclass(frozen=True, slots=True)
class Losses:
    """A cascade: all that is `down`, and what each group that lost a member lost by weight."""

    down: Vertices
    groups: Vertices
    lost: Amounts


class Cascades:
    """Cascades over one graph, one after another; not safe to share between threads."""

    def __init__(self, arrays: GraphArrays) -> None:
        self._arrays = arrays
        self._scratch = Scratch(arrays)

    def down(self, failed: Sequence[int]) -> Vertices:
        """Everything that falls with `failed`, themselves included, in no particular order."""
        walk = NarrowWalk(self._arrays.views, failed)
        if walk.fall():
            return np.fromiter(walk.carrier, np.int32, len(walk.carrier))
        wide = WideWalk(self._arrays, self._scratch, walk.begun)
        fallen = wide.fall()
        wide.clean(fallen)
        return fallen

    def losses(self, failed: Sequence[int]) -> Losses:
        """Find the same, and what the groups lost; a loss of nothing (capacity 0) is none."""
        walk = NarrowWalk(self._arrays.views, failed)
        if walk.fall():
            weights = {group: weight for group, weight in walk.begun.lost.items() if weight}
            return Losses(
                np.fromiter(walk.carrier, np.int32, len(walk.carrier)),
                np.fromiter(weights, np.int32, len(weights)),
                np.fromiter(weights.values(), np.float64, len(weights)),
            )
        wide = WideWalk(self._arrays, self._scratch, walk.begun)
        fallen = wide.fall()
        groups = wide.touched()
        lost = self._scratch.lost[groups]
        wide.clean(fallen)
        return Losses(fallen, groups[lost > 0], lost[lost > 0])
