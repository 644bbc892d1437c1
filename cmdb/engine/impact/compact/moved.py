"""Lists of neighbours that were changed after the arrays were laid out.

A changed list is written anew behind all others, and only its bounds are kept here. Nothing that
an older graph reads is ever written again, so graphs of several ages share one set of arrays.

    >>> moved = Moved({2: (7, 9)})
    >>> start, level = np.array([0, 1, 1, 4], np.int32), np.array([0, 2], np.int32)
    >>> [ends.tolist() for ends in moved.bounds(start, level)]
    [[0, 7], [1, 9]]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Vertices = NDArray[np.int32]
Bounds = tuple[int, int]

_FEW = 256
"""Vertices that are looked up one by one; more are worth a table of marks as long as the graph."""


class Moved:
    """The bounds of moved lists of one kind, by vertex. Never changed after it was made."""

    def __init__(self, table: dict[int, Bounds] | None = None) -> None:
        self.table: dict[int, Bounds] = table if table is not None else {}

    def __bool__(self) -> bool:
        return bool(self.table)

    def bounds(self, start: Vertices, level: Vertices) -> tuple[Vertices, Vertices]:
        """Return where the list of each vertex of a level begins and ends."""
        first, last = start[level], start[level + 1]
        if not self.table:
            return first, last
        if len(level) <= _FEW:
            for row, vertex in enumerate(level.tolist()):
                if vertex in self.table:
                    first[row], last[row] = self.table[vertex]
        else:
            hit = np.flatnonzero(self._marks(len(start))[level])
            if len(hit):
                keys, firsts, lasts = self._columns
                place = np.searchsorted(keys, level[hit])
                first[hit], last[hit] = firsts[place], lasts[place]
        return first, last

    def row(self, start: Vertices, vertex: int) -> slice:
        """Return where the list of one vertex lies."""
        first, last = self.table.get(vertex) or (int(start[vertex]), int(start[vertex + 1]))
        return slice(first, last)

    def having(self, changes: Mapping[int, Bounds]) -> "Moved":
        """Return these and further moved lists."""
        return Moved({**self.table, **changes}) if changes else self

    @cached_property
    def _columns(self) -> tuple[Vertices, Vertices, Vertices]:
        keys = np.array(sorted(self.table), np.int32)
        ends = np.array([self.table[key] for key in keys.tolist()], np.int32)
        return keys, ends[:, 0], ends[:, 1]

    def _marks(self, count: int) -> NDArray[np.bool_]:
        marks = self.__dict__.get("_marked")
        if marks is None:
            marks = np.zeros(count, np.bool_)
            marks[self._columns[0]] = True
            self.__dict__["_marked"] = marks
        found: NDArray[np.bool_] = marks
        return found


@dataclass(frozen=True)
class MovedLists:
    """All that was changed in a graph since it was laid out.

    ``idle`` says of vertices whether they stand outside the graph now.
    """

    strong: Moved = field(default_factory=Moved)
    soft: Moved = field(default_factory=Moved)
    hard: Moved = field(default_factory=Moved)
    needs: Moved = field(default_factory=Moved)
    owned: Moved = field(default_factory=Moved)
    idle: Mapping[int, bool] = field(default_factory=dict)
