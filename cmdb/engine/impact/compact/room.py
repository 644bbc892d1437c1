"""Room behind the arrays of a graph, so that it can be kept up to date without being copied.

>>> from cmdb.engine.impact.compact.build import build_arrays
>>> from cmdb.engine.impact.compact.columns import GraphColumns
>>> arrays, _ = build_arrays(GraphColumns(np.array([1, 2])), np.array([False, False]))
>>> roomy, room = with_room(arrays)
>>> room.take({"hard": 3}), room.take({"hard": 2, "slot": 1})
({'hard': 0}, {'hard': 3, 'slot': 0})
"""

import threading
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import GraphArrays

HEAPS: dict[str, str] = {
    "strong_target": "strong",
    "soft_target": "soft",
    "hard_provider": "hard",
    "hard_relation": "hard",
    "needs_provider": "needs",
    "needs_relation": "needs",
    "needs_weight": "needs",
    "group_ids": "group",
    "group_owner": "group",
    "group_rule": "group",
    "group_threshold": "group",
    "group_total": "group",
    "group_required": "group",
    "group_spare": "group",
    "group_reduces": "group",
    "slot_start": "group",
    "slot_provider": "slot",
    "slot_group": "slot",
    "slot_weight": "slot",
    "slot_relation": "slot",
}
"""Arrays that grow, by the heap whose entries they hold."""

_LEAST = 4096


class OutOfRoom(Exception):
    """The arrays are full: the graph has to be laid out anew."""


class Room:
    """How much of each heap is in use. Shared by all graphs over one set of arrays; thread-safe."""

    def __init__(self, used: Mapping[str, int], capacity: Mapping[str, int]) -> None:
        self._used = dict(used)
        self._capacity = dict(capacity)
        self._lock = threading.Lock()
        #: (heap, vertex) -> where its newest list ends, and where the slack behind it does.
        self._tails: dict[tuple[str, int], tuple[int, int]] = {}

    @classmethod
    def of(cls, used: Mapping[str, int]) -> "Room":
        """Give every heap half as much again as is in use, and a little more."""
        return cls(used, {heap: count + room_for(count) for heap, count in used.items()})

    def take(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Reserve entries; return where they begin, by heap. Raises OutOfRoom, taking nothing."""
        with self._lock:
            ends = {heap: self._used[heap] + count for heap, count in wanted.items()}
            if any(end > self._capacity[heap] for heap, end in ends.items()):
                raise OutOfRoom
            begins = {heap: self._used[heap] for heap in wanted}
            self._used |= ends
            return begins

    def take_list(self, heap: str, vertex: int, count: int, slack: int) -> int:
        """Reserve a list of `count` entries that may grow by `slack`; return where it begins."""
        begin = self.take({heap: count + slack})[heap]
        with self._lock:
            self._tails[heap, vertex] = (begin + count, begin + count + slack)
        return begin

    def extend(self, heap: str, vertex: int, end: int, count: int) -> bool:
        """Let a list that ends at `end` grow, if nothing lies behind it; say whether it may.

        Two graphs that go on from the same older one cannot both.
        """
        with self._lock:
            last, limit = self._tails.get((heap, vertex), (-1, -1))
            if last != end or end + count > limit:
                return False
            self._tails[heap, vertex] = (end + count, limit)
            return True


def room_for(count: int) -> int:
    """Return how many entries to leave free behind `count` of them."""
    return count // 2 + _LEAST


def used_by(arrays: GraphArrays) -> dict[str, int]:
    """Count the entries of each heap of a graph without room."""
    return {
        "strong": len(arrays.strong_target),
        "soft": len(arrays.soft_target),
        "hard": len(arrays.hard_provider),
        "needs": len(arrays.needs_provider),
        "group": len(arrays.group_ids),
        "slot": len(arrays.slot_provider),
    }


def lengths_with_room(arrays: GraphArrays) -> dict[str, int]:
    """Return the length of each growing array of a graph without room, room included."""
    return {
        name: len(getattr(arrays, name)) + room_for(used_by(arrays)[heap])
        for name, heap in HEAPS.items()
    }


def with_room(arrays: GraphArrays) -> tuple[GraphArrays, Room]:
    """Copy a graph without room into arrays that have some; memory is taken when it is used."""
    grown: dict[str, NDArray[np.generic]] = {}
    for name, length in lengths_with_room(arrays).items():
        array = getattr(arrays, name)
        grown[name] = np.zeros(length, array.dtype)
        grown[name][: len(array)] = array
    return replace(arrays, **grown), Room.of(used_by(arrays))  # type: ignore[arg-type]  # by name
