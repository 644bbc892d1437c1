"""Lays a graph out so that it can be kept up to date: places for items to come, room for lists.

Vertices stay in the order of ids for good, so that answers do not depend on when an item came: ids
that may still appear (transactions that are under way, stages that change, items to come) have
their place from the start, and stand outside the graph until then.
"""

import numpy as np
from numpy.typing import NDArray

from cmdb.snapshot.naming import ItemRow

Numbers = NDArray[np.int64]

#: Ids in gaps no wider than this get a place; a transaction may still hold them.
_GAP = 1024
#: What an id is called that no item has yet.
NOBODY: ItemRow = ("", "", 0, None)


def places_for(ids: Numbers) -> Numbers:
    """Return all ids that get a place: those there are, those between, and some to come."""
    if not len(ids):
        return np.arange(1, _GAP + 1, dtype=np.int64)
    low = max(1, int(ids[0]) - _GAP)
    spare = len(ids) // 8 + _GAP
    gaps = np.diff(ids, prepend=low - 1) - 1
    narrow = (gaps > 0) & (gaps <= _GAP)
    if gaps[narrow].sum() > len(ids) // 4 + 4 * _GAP:
        narrow &= ids > ids[-1] - 4 * _GAP
    sizes = gaps[narrow]
    first = (ids[narrow] - sizes).repeat(sizes)
    offset = np.arange(sizes.sum()) - (np.cumsum(sizes) - sizes).repeat(sizes)
    coming = np.arange(ids[-1] + 1, ids[-1] + 1 + spare)
    return np.sort(np.concatenate([ids, first + offset, coming]))
