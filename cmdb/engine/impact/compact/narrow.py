"""The walk in plain Python: beats arrays as long as only a few hundred items are affected."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

import numpy as np

from cmdb.engine.impact.compact.arrays import GraphViews
from cmdb.engine.impact.compact.spread import FAILED, HARD, SOFT, Spread
from cmdb.engine.impact.values import State

MOST_FOUND, FOUND_PER_LEVEL = 500, 50
"""Beyond this many affected items, plus so many for each level, the wide walk is faster."""
MOST_EDGES, EDGES_PER_LEVEL = 4_000, 200
"""Relations looked at, likewise: a star has few affected items but many relations.

Measured at 1 M items; a level costs the wide walk some 50 us, however few items it has.
"""

Seeds = defaultdict[int, list[tuple[int, int, int]]]
"""By distance: (vertex, carrier, channel) where a pass starts."""


class NarrowWalk:
    """The progress of one question; see `cmdb.engine.impact.compact.spread` for the passes.

    `carrier` maps every affected vertex to the one its state came from. Each pass returns whether
    the walk stayed within its bounds; beyond them its findings are incomplete.
    """

    def __init__(self, views: GraphViews, failed: Iterable[int]) -> None:
        self.carrier: dict[int, int] = dict.fromkeys(failed, FAILED)
        self._views = views
        self._blocks: list[tuple[State, int, list[int]]] = []
        self._channel: dict[int, int] = {}
        self._lost: dict[int, float] = {}
        self._events: list[tuple[int, int, int, float]] = []
        self._room = MOST_EDGES

    def spread(self) -> bool:
        """Walk all three passes, the later two where there is anything to start from."""
        if not self.fall():
            return False
        if not (self._events or self._views.has_soft):
            return True
        return self._degrade() and self._endanger()

    def found(self) -> Spread:
        """Put what all three passes found into columns."""
        states, distances, blocks = zip(*self._blocks, strict=True) if self._blocks else ((),) * 3
        lengths = [len(block) for block in blocks]
        vertices = list(chain.from_iterable(blocks))
        carriers = list(map(self.carrier.__getitem__, vertices))
        channels = np.zeros(len(vertices), np.int32)
        if self._channel:
            channels[:] = [self._channel.get(vertex, HARD) for vertex in vertices]
        return Spread(
            np.array(vertices, np.int32),
            np.repeat(np.array(states, np.int8), lengths),
            np.repeat(np.array(distances, np.int32), lengths),
            np.array(carriers, np.int32),
            channels,
        )

    def fall(self) -> bool:
        """Spread *down*; `carrier` then holds exactly the items that are down."""
        level, distance = sorted(self.carrier), 0
        while level and self._within_bounds():
            self._blocks.append((State.DOWN, distance, level))
            distance += 1
            level, losses = self._reach(level)
            for slot, vertex in losses:
                self._lose(slot, vertex, distance, level)
            level.sort()
        return self._within_bounds()

    def _within_bounds(self) -> bool:
        levels = len(self._blocks)
        return (
            self._room + EDGES_PER_LEVEL * levels >= 0
            and len(self.carrier) <= MOST_FOUND + FOUND_PER_LEVEL * levels
        )

    def _reach(self, level: list[int]) -> tuple[list[int], list[tuple[int, int]]]:
        """Take one step along hard relations; also say which slots the level stands in."""
        views, carrier = self._views, self.carrier
        start, target, items = views.strong_start, views.strong_target, views.items
        room, least = self._room, -EDGES_PER_LEVEL * len(self._blocks)
        found: list[int] = []
        slots: list[tuple[int, int]] = []
        for vertex in level:
            first, last = start[vertex], start[vertex + 1]
            room -= last - first
            if first == last or room < least:
                continue
            for end in target[first:last]:
                if end >= items:
                    slots.append((end - items, vertex))
                elif end not in carrier:
                    carrier[end] = vertex
                    found.append(end)
        self._room = room
        return found, slots

    def _lose(self, slot: int, vertex: int, distance: int, level: list[int]) -> None:
        views = self._views
        group, weight = views.slot_group[slot], views.slot_weight[slot]
        before = self._lost.get(group, 0.0)
        self._lost[group] = after = before + weight
        if not before:
            self._events.append((distance, group, vertex, weight))
        if after > views.group_spare[group]:
            owner = views.group_owner[group]
            if owner not in self.carrier:
                self.carrier[owner] = vertex
                self._channel[owner] = group + 1
                level.append(owner)

    def _degrade(self) -> bool:
        views, seeds = self._views, Seeds(list)
        if views.has_soft:
            for _, distance, block in self._blocks:
                self._reach_softly(block, seeds[distance + 1])
        for distance, group, vertex, weight in self._events:
            if weight and views.group_reduces[group] and self._holds(group):
                seeds[distance].append((views.group_owner[group], vertex, group + 1))
        return self._ripple(State.DEGRADED, seeds)

    def _reach_softly(self, level: list[int], seeds: list[tuple[int, int, int]]) -> None:
        start, target = self._views.soft_start, self._views.soft_target
        for vertex in level:
            ends = target[start[vertex] : start[vertex + 1]]
            self._room -= len(ends)
            seeds += [(end, vertex, SOFT) for end in ends]

    def _endanger(self) -> bool:
        seeds = Seeds(list)
        for distance, group, vertex, _ in self._events:
            if self._holds(group):
                seeds[distance].append((self._views.group_owner[group], vertex, group + 1))
        return self._ripple(State.AT_RISK, seeds)

    def _holds(self, group: int) -> bool:
        return self._lost[group] <= self._views.group_spare[group]

    def _ripple(self, state: State, seeds: Seeds) -> bool:
        """Spread a state that groups do not pass on, from seeds at several distances."""
        level: list[int] = []
        distance = 0
        while (level or seeds) and self._within_bounds():
            distance = distance if level else min(seeds)
            for vertex, carrier, channel in seeds.pop(distance, ()):
                if vertex not in self.carrier:
                    self.carrier[vertex] = carrier
                    self._channel[vertex] = channel
                    level.append(vertex)
            if level:
                level.sort()
                self._blocks.append((state, distance, level))
                distance += 1
                if state is State.DEGRADED and self._views.has_soft:
                    self._reach_softly(level, seeds[distance])
                level, _ = self._reach(level)
        return self._within_bounds()
