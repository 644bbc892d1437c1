"""What would show if one item had failed: one cascade, and what lies softly behind it."""

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.causes import FAINTEST, SOFTENED, CauseQuestion, Evidence
from cmdb.engine.impact.compact.arrays import Amounts, GraphArrays, Ids, Vertices
from cmdb.engine.impact.compact.cascade import Cascades
from cmdb.engine.impact.compact.rows import follow, places


class Witnesses:
    """The symptoms and watched items of one question, as vertices; raises ItemNotInGraph."""

    def __init__(self, arrays: GraphArrays, question: CauseQuestion) -> None:
        self.symptoms = arrays.vertices(np.array(question.symptoms, np.int64))
        self.suffers = np.zeros(arrays.item_count, np.bool_)
        self.suffers[self.symptoms] = True
        self.silent = np.zeros(arrays.item_count, np.bool_)
        if question.watched is None:
            self.silent[:] = True
        else:
            self.silent[held_vertices(arrays, question.watched)] = True
        self.silent &= ~self.suffers


def held_vertices(arrays: GraphArrays, items: Ids) -> Vertices:
    """Places of those of `items` that the graph holds."""
    if not arrays.item_count:
        return np.empty(0, np.int32)
    place = np.minimum(np.searchsorted(arrays.ids, items), arrays.item_count - 1).astype(np.int32)
    known: NDArray[np.bool_] = arrays.ids[place] == items
    idle = arrays.idle_now
    if idle is not None:
        known &= ~idle[place]
    held: Vertices = place[known]
    return held


class Gatherer:
    """Gathers `Evidence` about one candidate after the other."""

    def __init__(self, arrays: GraphArrays, witnesses: Witnesses) -> None:
        self._arrays = arrays
        self._witnesses = witnesses
        self._cascades = Cascades(arrays)
        self._reached = np.zeros(arrays.item_count)

    def down_with(self, item: ItemId) -> frozenset[ItemId]:
        """Everything that falls with one item, itself included."""
        down = self._cascades.down([self._arrays.vertex(item)])
        return frozenset(ItemId(item) for item in self._arrays.ids[down].tolist())

    def gather(self, candidate: int, most_silent: float = math.inf) -> Evidence | None:
        """Fail the vertex `candidate`, on paper.

        Returns None when more than `most_silent` watched items would be down without a symptom.
        """
        arrays, witnesses, reached = self._arrays, self._witnesses, self._reached
        down = self._cascades.down([candidate])
        if np.count_nonzero(witnesses.silent[down]) > most_silent:
            return None
        reached[down] = 1.0
        touched = np.concatenate([down, self._softly(down)])
        suffering = touched[witnesses.suffers[touched]]
        silent = np.sort(touched[witnesses.silent[touched]])
        explained = zip(arrays.ids[suffering].tolist(), reached[suffering].tolist(), strict=True)
        evidence = Evidence(
            ItemId(int(arrays.ids[candidate])),
            {ItemId(item): strength for item, strength in explained},
            arrays.ids[silent],
            reached[silent],
            len(down),
        )
        reached[touched] = 0.0
        return evidence

    def _softly(self, down: Vertices) -> Vertices:
        """Mark what lies one soft relation behind `down` and then over hard ones; returns it."""
        bounds = self._arrays.soft_bounds(down)
        ends, carriers = follow(bounds, self._arrays.soft_target, down)
        fresh = self._reached[ends] == 0
        ends, carriers = ends[fresh], carriers[fresh]
        if not len(ends):
            return np.empty(0, np.int32)
        strengths = soft_strengths(self._arrays, carriers, ends)
        waiting: defaultdict[float, list[int]] = defaultdict(list)
        for strength in np.unique(strengths[strengths >= FAINTEST]).tolist():
            waiting[strength] += ends[strengths == strength].tolist()
        found: list[int] = []
        while waiting:
            strength = max(waiting)
            level = self._claim(waiting.pop(strength), strength)
            found += level
            if strength * SOFTENED >= FAINTEST:
                waiting[strength * SOFTENED] += self._hard_dependants(level)
        return np.array(found, np.int32)

    def _claim(self, vertices: Iterable[int], strength: float) -> list[int]:
        """Mark those of `vertices` that nothing has reached more strongly."""
        reached, claimed = self._reached, []
        for vertex in vertices:
            if not reached[vertex]:
                reached[vertex] = strength
                claimed.append(vertex)
        return claimed

    def _hard_dependants(self, level: Iterable[int]) -> list[int]:
        views = self._arrays.views
        start, target, moved = views.strong_start, views.strong_target, views.moved_strong
        ends: list[int] = []
        for vertex in level:
            first, last = moved.get(vertex) or (start[vertex], start[vertex + 1])
            ends += target[first:last]
        return [end for end in ends if end < views.items]


def soft_strengths(arrays: GraphArrays, providers: Vertices, dependants: Vertices) -> Amounts:
    """How strongly a failure shows over soft relations; of parallel ones, the smallest number's."""
    place, counts = places(*arrays.needs_bounds(dependants))
    row = np.arange(len(dependants)).repeat(counts)
    match = arrays.needs_provider[place] == providers[row]
    place, row = place[match], row[match]
    # Later rows overwrite earlier ones: the smallest number comes last.
    order = np.argsort(-arrays.needs_relation[place], kind="stable")
    weights: NDArray[np.float64] = np.zeros(len(dependants))
    weights[row[order]] = arrays.needs_weight[place[order]]
    return SOFTENED * np.clip(weights, 0.0, 1.0)
