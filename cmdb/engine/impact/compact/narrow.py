"""The walk in plain Python: beats arrays as long as only a few hundred items are affected."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import GraphViews, Vertices
from cmdb.engine.impact.compact.spread import HARD, SOFT, Fall, ranks
from cmdb.engine.impact.values import State

ROOM = 250
"""A level with more relations than this is left to the wide walk, and all that follow.

Measured at 1 M items: a level costs the wide walk some 30 us, however few items it has; a relation
costs the narrow walk a little over a tenth of one.
"""

Seeds = defaultdict[int, list[tuple[int, int, int]]]
"""By distance: (vertex, carrier, channel) where a pass starts."""


class NarrowSpread:
    """A `Spread` that turns what the walk noted into columns as they are asked for."""

    def __init__(self, fall: Fall, later: list[tuple[State, int, list[int]]]) -> None:
        self._fall = fall
        self._later = later
        self._listed = list(chain(*fall.levels, *(level for _, _, level in later)))
        self.vertices: Vertices = np.fromiter(self._listed, np.int32, len(self._listed))

    @cached_property
    def _ranks(self) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
        return ranks(self._fall.levels, self._later)

    @property
    def states(self) -> NDArray[np.int8]:
        """See `Spread`."""
        return self._ranks[0]

    @property
    def distances(self) -> NDArray[np.int32]:
        """See `Spread`."""
        return self._ranks[1]

    @cached_property
    def carriers(self) -> Vertices:
        """See `Spread`."""
        carriers = map(self._fall.carrier.__getitem__, self._listed)
        return np.fromiter(carriers, np.int32, len(self._listed))

    @cached_property
    def channels(self) -> NDArray[np.int32]:
        """See `Spread`."""
        channels = np.zeros(len(self._listed), np.int32)
        if channel := self._fall.channel:
            channels[:] = [channel.get(vertex, HARD) for vertex in self._listed]
        return channels


class NarrowWalk:
    """The progress of one question; see `cmdb.engine.impact.compact.spread` for the passes.

    Each pass returns whether every level fitted into `room`. When one did not, what was found is
    incomplete, but the wide walk can go on from `begun`. `carrier` maps every vertex reached to the
    one its state came from.
    """

    def __init__(self, views: GraphViews, failed: Iterable[int], room: int = ROOM) -> None:
        self.begun = Fall.start(failed)
        self.carrier = self.begun.carrier
        self._views = views
        self._later: list[tuple[State, int, list[int]]] = []
        self._room = room
        self._inside = True

    def spread(self) -> bool:
        """Walk all three passes, the later two where there is anything to start from."""
        if not self.fall():
            return False
        if not (self.begun.events or self._views.has_soft):
            return True
        return self._degrade() and self._endanger()

    def found(self) -> "NarrowSpread":
        """Put what all three passes found into columns, each when it is asked for."""
        return NarrowSpread(self.begun, self._later)

    def fall(self) -> bool:  # noqa: C901, PLR0912 - a call for each level costs a tenth
        """Spread *down*; `carrier` then holds exactly the items that are down."""
        views, levels, carrier = self._views, self.begun.levels, self.carrier
        start, target, items = views.strong_start, views.strong_target, views.items
        moved = views.moved_strong
        level = levels[0] if levels else []
        while level:
            found: list[int] = []
            slots: list[tuple[int, int]] = []
            room = self._room
            for vertex in level:
                if moved and vertex in moved:
                    first, last = moved[vertex]
                else:
                    first, last = start[vertex], start[vertex + 1]
                if first == last:
                    continue
                room -= last - first
                if room < 0:
                    return False
                for end in target[first:last]:
                    if end >= items:
                        slots.append((end - items, vertex))
                    elif end not in carrier:
                        carrier[end] = vertex
                        found.append(end)
            for slot, vertex in slots:
                self._lose(slot, vertex, found)
            if found:
                found.sort()
                levels.append(found)
            level = found
        self.begun.done = True
        return True

    def _reach(self, level: list[int]) -> list[int]:
        """Take one step along hard relations, to what nothing has reached."""
        views, carrier = self._views, self.carrier
        start, target, moved = views.strong_start, views.strong_target, views.moved_strong
        room = self._room
        found: list[int] = []
        for vertex in level:
            first, last = moved.get(vertex) or (start[vertex], start[vertex + 1])
            room -= last - first
            if first == last or room < 0:
                continue
            for end in target[first:last]:
                if end < views.items and end not in carrier:
                    carrier[end] = vertex
                    found.append(end)
        self._inside = self._inside and room >= 0
        return found

    def _lose(self, slot: int, vertex: int, level: list[int]) -> None:
        views, begun = self._views, self.begun
        group, weight = views.slot_group[slot], views.slot_weight[slot]
        before = begun.lost.get(group, 0.0)
        begun.lost[group] = after = before + weight
        if not before:
            begun.events.append((len(begun.levels), group, vertex, weight))
        if after > views.group_spare[group]:
            owner = views.group_owner[group]
            if owner not in self.carrier:
                self.carrier[owner] = vertex
                begun.channel[owner] = group + 1
                level.append(owner)

    def _degrade(self) -> bool:
        views, seeds = self._views, Seeds(list)
        if views.has_soft:
            for distance, level in enumerate(self.begun.levels):
                self._reach_softly(level, seeds[distance + 1])
        for distance, group, vertex, weight in self.begun.events:
            if weight and views.group_reduces[group] and self._holds(group):
                seeds[distance].append((views.group_owner[group], vertex, group + 1))
        return self._ripple(State.DEGRADED, seeds)

    def _reach_softly(self, level: list[int], seeds: list[tuple[int, int, int]]) -> None:
        start, target, room = self._views.soft_start, self._views.soft_target, self._room
        moved = self._views.moved_soft
        for vertex in level:
            first, last = moved.get(vertex) or (start[vertex], start[vertex + 1])
            ends = target[first:last]
            room -= len(ends)
            if room >= 0:
                seeds += [(end, vertex, SOFT) for end in ends]
        self._inside = self._inside and room >= 0

    def _endanger(self) -> bool:
        seeds = Seeds(list)
        for distance, group, vertex, _ in self.begun.events:
            if self._holds(group):
                seeds[distance].append((self._views.group_owner[group], vertex, group + 1))
        return self._ripple(State.AT_RISK, seeds)

    def _holds(self, group: int) -> bool:
        return self.begun.lost[group] <= self._views.group_spare[group]

    def _ripple(self, state: State, seeds: Seeds) -> bool:
        """Spread a state that groups do not pass on, from seeds at several distances."""
        level: list[int] = []
        distance = 0
        while (level or seeds) and self._inside:
            distance = distance if level else min(seeds)
            self._admit(seeds.pop(distance, []), level)
            if level:
                level.sort()
                self._later.append((state, distance, level))
                distance += 1
                if state is State.DEGRADED and self._views.has_soft:
                    self._reach_softly(level, seeds[distance])
                level = self._reach(level)
        return self._inside

    def _admit(self, seeds: list[tuple[int, int, int]], level: list[int]) -> None:
        for vertex, carrier, channel in seeds:
            if vertex not in self.carrier:
                self.carrier[vertex] = carrier
                self.begun.channel[vertex] = channel
                level.append(vertex)
