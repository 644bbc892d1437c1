"""The N-1 sweep as a pure computation: columns of a graph in, columns of findings out.

Runs in a child process (``foundation.jobs.pool``), so everything here pickles and nothing here
knows a session.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.compact.arrays import GraphArrays
from cmdb.engine.impact.compact.closure import closure, strong_providers_of
from cmdb.engine.impact.compact.columns import GraphColumns
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.values import GroupLosses

Ids = NDArray[np.int64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SweepFindings:
    """What one sweep found. Columns of one length belong together, row for row.

    ``causes[i]`` alone takes ``services[i]`` down. ``items`` are those that take anything along:
    how many items, themselves included, and how many services. ``standing`` are all services of
    the graph: on how many items each stands, and how many of those take it down alone. ``groups``
    are those whose loss takes more along than their members.
    """

    item_count: int
    causes: Ids
    services: Ids
    items: Ids
    down: Counts
    services_down: Counts
    standing: Ids
    suppliers: Counts
    single_points: Counts
    groups: GroupLosses


def sweep(columns: GraphColumns, services: Ids) -> SweepFindings:
    """Let every item of the graph fail alone, then every redundancy group as a whole.

    ``services`` that are not in the graph are passed over. Exact; takes as long as all cascades
    together, twice.
    """
    graph = PortableGraph.build(columns)
    arrays = graph.arrays
    standing = np.intersect1d(services, arrays.ids)
    pairs = graph.single_points(map(ItemId, standing.tolist()))
    blast = graph.blast_radius()
    spreading = blast.down > 1
    items = blast.ids[spreading]
    return SweepFindings(
        item_count=arrays.item_count,
        causes=pairs.causes,
        services=pairs.services,
        items=items,
        down=blast.down[spreading],
        services_down=_times_named(items, pairs.causes),
        standing=standing,
        suppliers=_suppliers(arrays, standing),
        single_points=_times_named(standing, pairs.services),
        groups=_spreading_groups(graph.group_losses(map(ItemId, standing.tolist()))),
    )


def _spreading_groups(losses: GroupLosses) -> GroupLosses:
    kept = losses.down > losses.members
    return GroupLosses(
        losses.groups[kept],
        losses.owners[kept],
        losses.alike[kept],
        losses.members[kept],
        losses.down[kept],
        losses.services[kept],
    )


def _times_named(ids: Ids, named: Ids) -> Counts:
    """Count how often each of ``ids`` occurs in ``named``.

    >>> _times_named(np.array([3, 5]), np.array([5, 5, 9])).tolist()
    [0, 2]
    """
    ordered = np.sort(named)
    first = np.searchsorted(ordered, ids, "left")
    return np.asarray(np.searchsorted(ordered, ids, "right") - first, np.int64)


def _suppliers(arrays: GraphArrays, services: Ids) -> Counts:
    """Count what has a part in taking each service down, however far below it."""
    counts = [
        sum(map(len, closure(arrays, np.array([vertex], np.int32), strong_providers_of))) - 1
        for vertex in arrays.vertices(services).tolist()
    ]
    return np.array(counts, np.int64)
