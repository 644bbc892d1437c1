"""Lays a graph out so that it can be kept up to date: places for items to come, room for lists.

Vertices stay in the order of ids for good, so that answers do not depend on when an item came: ids
that may still appear (transactions that are under way, stages that change, items to come) have
their place from the start, and stand outside the graph until then.
"""

from dataclasses import replace

import numpy as np

from cmdb.engine.impact.compact.arrays import GraphArrays, Ids, Vertices

#: Ids in gaps no wider than this get a place; a transaction may still hold them.
_GAP = 1024


def places_for(ids: Ids) -> Ids:
    """Return all ids that get a place: those there are, those between, and some to come.

    >>> places_for(np.array([1, 3]))[:4].tolist()
    [1, 2, 3, 4]
    """
    if not len(ids):
        return np.arange(1, _GAP + 1, dtype=np.int64)
    low = max(1, int(ids[0]) - _GAP)
    spare = len(ids) // 32 + _GAP
    gaps = np.diff(ids, prepend=low - 1) - 1
    narrow = (gaps > 0) & (gaps <= _GAP)
    if gaps[narrow].sum() > len(ids) // 4 + 4 * _GAP:
        narrow &= ids > ids[-1] - 4 * _GAP
    sizes = gaps[narrow]
    first = (ids[narrow] - sizes).repeat(sizes)
    offset = np.arange(sizes.sum()) - (np.cumsum(sizes) - sizes).repeat(sizes)
    coming = np.arange(ids[-1] + 1, ids[-1] + 1 + spare)
    return np.sort(np.concatenate([ids, first + offset, coming]))


def spread_out(plain: GraphArrays, ids: Ids) -> GraphArrays:
    """Give a plain graph the places `ids`, among which are all of its own.

    >>> from cmdb.engine.graph import Dependency, ItemId, ListedGraph
    >>> from cmdb.engine.impact.portable import PortableGraph
    >>> plain = PortableGraph.of(ListedGraph.of([Dependency(ItemId(2), ItemId(4))])).arrays
    >>> wide = spread_out(plain, np.arange(1, 6))
    >>> wide.strong_start.tolist(), wide.strong_target.tolist(), wide.idle.tolist()
    ([0, 0, 1, 1, 1, 1], [3], [True, False, True, False, True])
    """
    number = np.searchsorted(ids, plain.ids).astype(np.int32)
    before = np.append(np.searchsorted(plain.ids, ids), len(plain.ids))
    idle = np.ones(len(ids), np.bool_)
    idle[number] = False
    more = np.int32(len(ids) - len(plain.ids))
    return replace(
        plain,
        ids=ids,
        idle=idle,
        strong_start=plain.strong_start[before],
        strong_target=_ends(plain.strong_target, number, more),
        soft_start=plain.soft_start[before],
        soft_target=number[plain.soft_target],
        hard_start=plain.hard_start[before],
        hard_provider=number[plain.hard_provider],
        needs_start=plain.needs_start[before],
        needs_provider=number[plain.needs_provider],
        owned_start=plain.owned_start[before],
        group_owner=number[plain.group_owner],
        slot_provider=number[plain.slot_provider],
    )


def _ends(ends: Vertices, number: Vertices, more: np.int32) -> Vertices:
    """Entries of strong lists in new numbers: slots lie behind all places."""
    item = ends < len(number)
    found = ends + more
    found[item] = number[ends[item]]
    return found
