"""The walk in arrays: whole levels at a time, for blasts of a few hundred items and more."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import Amounts, GraphArrays, Vertices
from cmdb.engine.impact.compact.rows import distinct, follow, joined, merged
from cmdb.engine.impact.compact.spread import HARD, SOFT, Fall, SpreadColumns, ranks
from cmdb.engine.impact.values import State

Seeds = defaultdict[int, list[tuple[Vertices, Vertices, Vertices]]]
"""By distance: vertices, carriers and channels where a pass starts."""


class Scratch:
    """Working memory of one wide walk; all zero between walks.

    `mark` is an item's carrier plus two, so that zero is "not reached"; `lost` is what each group
    lost, `member` one of the members it lost last (never cleared, for it is written before read).
    """

    def __init__(self, arrays: GraphArrays) -> None:
        self.mark = np.zeros(arrays.item_count, np.int32)
        self.lost = np.zeros(arrays.group_count)
        self.member = np.zeros(arrays.group_count, np.int32)


class WideWalk:
    """The progress of one question; see `cmdb.engine.impact.compact.spread` for the passes.

    Goes on from `begun`. `scratch` is clean again after `spread`, or after `fall` and `clean`.
    """

    def __init__(self, arrays: GraphArrays, scratch: Scratch, begun: Fall) -> None:
        self._arrays = arrays
        self._scratch = scratch
        self._done = begun.done
        self._down = [np.array(level, np.int32) for level in begun.levels]
        self._later: list[tuple[State, int, Vertices]] = []
        self._events: list[tuple[int, Vertices, Vertices, Amounts]] = []
        self._channels: list[tuple[Vertices, Vertices]] = []
        self._take_over(begun)

    def _take_over(self, begun: Fall) -> None:
        scratch, vertices = self._scratch, joined(self._down)
        carriers = [begun.carrier[vertex] for level in begun.levels for vertex in level]
        scratch.mark[vertices] = np.array(carriers, np.int32) + 2
        channels = [(at, begun.channel[at]) for at in vertices.tolist() if at in begun.channel]
        if channels:
            ends, ways = np.array(channels, np.int32).T
            self._channels.append((ends, ways))
        scratch.lost[list(begun.lost)] = list(begun.lost.values())
        by_distance = defaultdict(list)
        for distance, *event in begun.events:
            by_distance[distance].append(event)
        for distance, events in by_distance.items():
            groups, members, weights = np.array(events).T
            columns = groups.astype(np.int32), members.astype(np.int32), weights
            self._events.append((distance, *columns))

    def spread(self) -> SpreadColumns:
        """Walk what is left of the three passes."""
        self.fall()
        self._degrade()
        self._endanger()
        vertices = joined([*self._down, *(level for _, _, level in self._later)])
        states, distances = ranks(self._down, self._later)
        carriers = self._scratch.mark[vertices] - 2
        spread = SpreadColumns(vertices, states, distances, carriers, self._channels_of(vertices))
        self.clean(vertices)
        return spread

    def _channels_of(self, vertices: Vertices) -> Vertices:
        """How each vertex was reached, row for row; makes the marks row numbers."""
        mark, channels = self._scratch.mark, np.full(len(vertices), HARD, np.int32)
        if not self._channels:
            return channels
        mark[vertices] = np.arange(len(vertices), dtype=np.int32)
        for ends, ways in self._channels:
            channels[mark[ends]] = ways
        return channels

    def clean(self, affected: Vertices) -> None:
        """Put the scratch memory back to zero after a walk that reached `affected`."""
        self._scratch.mark[affected] = 0
        for _, groups, _, _ in self._events:
            self._scratch.lost[groups] = 0

    def touched(self) -> Vertices:
        """List the groups that lost a member, in no particular order."""
        return distinct(joined([groups for _, groups, _, _ in self._events]))

    def fall(self) -> Vertices:
        """Spread *down*; returns all that is down, nearest first."""
        arrays, down = self._arrays, self._down
        level = down[-1] if not self._done else np.empty(0, np.int32)
        while len(level):
            ends, carriers = follow(arrays.strong_bounds(level), arrays.strong_target, level)
            if arrays.group_count:
                member = ends >= arrays.item_count
                item = ~member
                level = self._claim(ends[item], carriers[item])
                slots = ends[member] - np.int32(arrays.item_count)
                level = merged(level, self._lose(slots, carriers[member], len(down)))
            else:
                level = self._claim(ends, carriers)
            if len(level):
                down.append(level)
        return joined(down)

    def _claim(self, ends: Vertices, carriers: Vertices) -> Vertices:
        """Mark those of `ends` not yet reached; returns them once each, ascending."""
        mark = self._scratch.mark
        fresh = mark[ends] == 0
        ends = ends[fresh]
        mark[ends] = carriers[fresh] + np.int32(2)
        return distinct(ends)

    def _lose(self, slots: Vertices, carriers: Vertices, distance: int) -> Vertices:
        """Take fallen members from their groups; returns dependants of groups now short."""
        arrays, scratch = self._arrays, self._scratch
        groups, weights = arrays.slot_group[slots], arrays.slot_weight[slots]
        touched = distinct(groups)
        before = scratch.lost[touched]
        np.add.at(scratch.lost, groups, weights)
        # Any one of the members lost here will do, but one that weighs something goes before.
        heavy = weights > 0
        scratch.member[groups] = carriers
        scratch.member[groups[heavy]] = carriers[heavy]
        after, member = scratch.lost[touched], scratch.member[touched]
        first = before == 0
        self._events.append((distance, touched[first], member[first], after[first]))
        short = after > arrays.group_spare[touched]
        return self._admit(arrays.group_owner[touched[short]], member[short], touched[short] + 1)

    def _admit(self, ends: Vertices, carriers: Vertices, channels: Vertices) -> Vertices:
        """Mark those of `ends` not yet reached, with the way they were reached."""
        scratch = self._scratch
        fresh = np.flatnonzero(scratch.mark[ends] == 0)
        ends, place = np.unique(ends[fresh], return_index=True)
        scratch.mark[ends] = carriers[fresh][place] + np.int32(2)
        self._channels.append((ends, channels[fresh][place]))
        return ends

    def _degrade(self) -> None:
        arrays, seeds = self._arrays, Seeds(list)
        if arrays.has_soft:
            for distance, level in enumerate(self._down):
                seeds[distance + 1].append(self._soft_step(level))
        for distance, groups, members, after in self._events:
            reduced = (after > 0) & arrays.group_reduces[groups] & self._holds(groups)
            seeds[distance].append(self._owners(groups[reduced], members[reduced]))
        self._ripple(State.DEGRADED, seeds)

    def _endanger(self) -> None:
        seeds = Seeds(list)
        for distance, groups, members, _ in self._events:
            holds = self._holds(groups)
            seeds[distance].append(self._owners(groups[holds], members[holds]))
        self._ripple(State.AT_RISK, seeds)

    def _holds(self, groups: Vertices) -> NDArray[np.bool_]:
        return self._scratch.lost[groups] <= self._arrays.group_spare[groups]

    def _owners(self, groups: Vertices, members: Vertices) -> tuple[Vertices, Vertices, Vertices]:
        return self._arrays.group_owner[groups], members, groups + np.int32(1)

    def _soft_step(self, level: Vertices) -> tuple[Vertices, Vertices, Vertices]:
        bounds = self._arrays.soft_bounds(level)
        ends, carriers = follow(bounds, self._arrays.soft_target, level)
        return ends, carriers, np.full(len(ends), SOFT, np.int32)

    def _ripple(self, state: State, seeds: Seeds) -> None:
        """Spread a state that groups do not pass on, from seeds at several distances."""
        arrays = self._arrays
        level, distance = np.empty(0, np.int32), 0
        while len(level) or seeds:
            distance = distance if len(level) else min(seeds)
            for ends, carriers, channels in seeds.pop(distance, ()):
                level = merged(level, self._admit(ends, carriers, channels))
            if not len(level):
                continue
            self._later.append((state, distance, level))
            distance += 1
            if state is State.DEGRADED and arrays.has_soft:
                seeds[distance].append(self._soft_step(level))
            ends, carriers = follow(arrays.strong_bounds(level), arrays.strong_target, level)
            item = ends < arrays.item_count
            level = self._claim(ends[item], carriers[item])
