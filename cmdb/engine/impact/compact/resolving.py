"""From item numbers to vertices, and what is passed over on the way."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import Finding
from cmdb.engine.impact.compact.arrays import Amounts, Ids, Vertices
from cmdb.engine.impact.compact.columns import RelationColumns

Findings = dict[Finding, Ids]
"""Numbers of the relations or groups a graph was built without; only kinds that occurred."""


PlaceOf = Callable[[Ids], Vertices]
"""Gives the vertices of item numbers; -1 for those that have none."""


def note(findings: Findings, kind: Finding, numbers: Ids) -> None:
    """Add `numbers` to what is known of `kind`, if there are any."""
    if len(numbers):
        findings[kind] = np.concatenate([findings.get(kind, numbers[:0]), numbers])


class Lookup:
    """Places of numbers in an ascending list of them; -1 for those that are idle or not there.

    A table where the numbers lie close together, which is twenty times faster, else a search.
    """

    def __init__(self, ids: Ids, idle: NDArray[np.bool_] | None = None) -> None:
        self._ids = ids
        self._idle = idle
        self._low = int(ids[0]) if len(ids) else 0
        width = int(ids[-1]) - self._low + 1 if len(ids) else 0
        self._table: Vertices | None = None
        if width <= 8 * len(ids) + 1024:
            self._table = np.full(width + 1, -1, np.int32)
            self._table[ids - self._low] = np.arange(len(ids), dtype=np.int32)

    def __call__(self, wanted: Ids) -> Vertices:
        """Look `wanted` up."""
        place = self._place(wanted)
        if self._idle is not None:
            place = np.where(self._idle[place], np.int32(-1), place)
        return place

    def _place(self, wanted: Ids) -> Vertices:
        if self._table is not None:
            place = wanted - self._low
            outside = (place < 0) | (place >= len(self._table))
            return self._table[np.where(outside, -1, place)]
        place = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        return np.where(self._ids[place] == wanted, place, -1).astype(np.int32)


@dataclass(frozen=True)
class Relations:
    """Relations of one kind between vertices, in the order they were given."""

    provider: Vertices
    dependant: Vertices
    relation_id: Ids
    weight: Amounts


def resolve_relations(columns: RelationColumns, lookup: PlaceOf, findings: Findings) -> Relations:
    """Turn item numbers into vertices; drops self loops and relations with an unknown end."""
    provider, dependant = lookup(columns.provider), lookup(columns.dependant)
    known = (provider >= 0) & (dependant >= 0)
    loop = known & (provider == dependant)
    note(findings, Finding.UNKNOWN_END, columns.relation_id[~known])
    note(findings, Finding.SELF_LOOP, columns.relation_id[loop])
    kept = np.flatnonzero(known & ~loop)
    return Relations(
        provider[kept], dependant[kept], columns.relation_id[kept], columns.weight[kept]
    )
