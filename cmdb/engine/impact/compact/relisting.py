"""Lists of dependants after some entries came or went: grown where they lie, or moved.

A list that only grows goes on into the slack behind it, so that a provider of a hundred thousand
does not move for every newcomer. Entries of one dependant keep their order; nothing else about the
order inside a list has a meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import Vertices
from cmdb.engine.impact.compact.moved import Bounds, Moved
from cmdb.engine.impact.compact.room import Room

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Entries:
    """Entries of lists: whose list, and what stands in it."""

    provider: Vertices
    target: Vertices

    def only(self, kept: Flags) -> "Entries":
        """Return some of them."""
        return Entries(self.provider[kept], self.target[kept])

    def and_then(self, others: "Entries") -> "Entries":
        """Return these before others."""
        return Entries(
            np.concatenate([self.provider, others.provider]),
            np.concatenate([self.target, others.target]),
        )


@dataclass(frozen=True)
class Lists:
    """All lists of one kind: "strong" or "soft"."""

    heap: str
    start: Vertices
    moved: Moved
    target: Vertices
    room: Room

    def changed(
        self, gone: Vertices, stale: Callable[[Vertices], Flags], now: Entries, new: Entries
    ) -> dict[int, Bounds]:
        """Write changed lists; return where they lie.

        Lists of the providers `gone` lose the entries that are `stale` and get all that `now` says
        of them; other lists get what is `new`.
        """
        found: dict[int, Bounds] = {}
        lost = set(gone.tolist())
        for provider, targets in _by_provider(now.only(np.isin(now.provider, gone))).items():
            found[provider] = self._rewritten(provider, stale, targets)
            lost.discard(provider)
        for provider in lost:
            found[provider] = self._rewritten(provider, stale, np.empty(0, np.int32))
        for provider, targets in _by_provider(new.only(~np.isin(new.provider, gone))).items():
            found[provider] = self._grown(provider, targets)
        return found

    def _row(self, provider: int) -> slice:
        return self.moved.row(self.start, provider)

    def _rewritten(
        self, provider: int, stale: Callable[[Vertices], Flags], targets: Vertices
    ) -> Bounds:
        old = self.target[self._row(provider)]
        return self._moved(provider, np.concatenate([old[~stale(old)], targets]))

    def _grown(self, provider: int, targets: Vertices) -> Bounds:
        row = self._row(provider)
        if self.room.extend(self.heap, provider, row.stop, len(targets)):
            self.target[row.stop : row.stop + len(targets)] = targets
            return row.start, row.stop + len(targets)
        return self._moved(provider, np.concatenate([self.target[row], targets]))

    def _moved(self, provider: int, targets: Vertices) -> Bounds:
        count = len(targets)
        begin = self.room.take_list(self.heap, provider, count, count // 4 + 2)
        self.target[begin : begin + count] = targets
        return begin, begin + count


def _by_provider(entries: Entries) -> dict[int, Vertices]:
    """Split entries by list, each in the order given."""
    order = np.argsort(entries.provider, kind="stable")
    keys, first = np.unique(entries.provider[order], return_index=True)
    parts = np.split(entries.target[order], first[1:]) if len(keys) else []
    return dict(zip(keys.tolist(), parts, strict=True))
