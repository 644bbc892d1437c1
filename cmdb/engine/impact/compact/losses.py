"""Which redundancy groups of many items lost members, in a few array steps."""

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import GraphArrays, Vertices
from cmdb.engine.impact.compact.rows import places
from cmdb.engine.impact.report import LossColumns


def losses_at(arrays: GraphArrays, fallen: NDArray[np.int32], owners: Vertices) -> LossColumns:
    """See `ImpactReport.losses`; `fallen` is each vertex's distance where it is down, else -1."""
    groups, _ = places(*arrays.owned_bounds(owners))
    slots, sizes = places(arrays.slot_start[groups], arrays.slot_start[groups + 1])
    row = np.arange(len(groups)).repeat(sizes)
    lost = fallen[arrays.slot_provider[slots]] >= 0
    slots, row = slots[lost], row[lost]
    # Weights are added one by one in the order of `standing_of`, so that sums agree to the bit.
    provider = arrays.slot_provider[slots]
    order = np.lexsort((provider, fallen[provider], row))
    slots, row = slots[order], row[order]
    gone = np.bincount(row, arrays.slot_weight[slots], len(groups))
    counts = np.bincount(row, minlength=len(groups))
    hit = np.flatnonzero(counts)
    groups = groups[hit]
    return LossColumns(
        arrays.ids[arrays.group_owner[groups]],
        arrays.group_ids[groups],
        arrays.group_required[groups],
        arrays.group_total[groups] - gone[hit],
        gone[hit] <= arrays.group_spare[groups],
        np.concatenate([[0], counts[hit].cumsum()]).astype(np.int64),
        arrays.ids[arrays.slot_provider[slots]],
    )
