"""How often one service is down, the simultaneous failure of two items counted in.

`availability` knows what a single failure does. Here the minimal cut sets of order two come in: two
items of which neither takes the service down alone, and both together do, the two legs of one
redundancy. They are the super-additive collisions of the engine, asked of items instead of changes.

The result is `1 - Π(1 - Π q)` over all cut sets of order one and two: an upper bound for what these
cut sets do (Esary, Proschan, "Coherent structures of non-identical components", Technometrics 5,
1963), close where items are down seldom. Three failures at once are left out.

    >>> from cmdb.engine.graph import ListedGraph, RedundancyGroup
    >>> legs = ((ItemId(1), 1.0, 0), (ItemId(2), 1.0, 0))
    >>> drawn = ListedGraph.of(groups=[RedundancyGroup(7, ItemId(3), "at_least", 1, legs)])
    >>> told = joint_outage(PortableGraph.of(drawn), ItemId(3), {ItemId(1): 0.1, ItemId(2): 0.2})
    >>> round(told.unavailability, 9), [one.items for one in told.contributors]
    (0.02, [(1, 2)])
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.availability import service_availability
from cmdb.engine.impact.collisions import CollisionQuestion, PlannedChange
from cmdb.engine.impact.compact.cone import cone_of
from cmdb.engine.impact.portable import PortableGraph

MOST_PAIRED = 600
"""Items that are tried two by two: those that are down most often."""


@dataclass(frozen=True, slots=True)
class JointContributor:
    """One item, or two that fall at once, without which the service is down.

    `unavailability` is how often that happens, `share` its part of all there is.
    """

    items: tuple[ItemId, ...]
    unavailability: float
    share: float


@dataclass(frozen=True, slots=True)
class JointOutage:
    """How often a service is down, and by whom; the worst first.

    `single` is the same for single failures alone. `untried` items were too many to be tried in
    pairs.
    """

    service: ItemId
    unavailability: float
    single: float
    contributors: tuple[JointContributor, ...]
    untried: int = 0


def joint_outage(
    graph: PortableGraph,
    service: ItemId,
    unavailability: Mapping[ItemId, float],
    most: int = MOST_PAIRED,
) -> JointOutage:
    """Tell how often `service` is down; see `availability.service_availability` for the rest.

    Computed on the part of the graph below the service, so that the collisions that the graph
    itself keeps for its calendar stay. As many cascades as that has items, and one for each
    suspected pair.
    """
    below = below_of(graph, service)
    inside = [ItemId(item) for item in below.arrays.ids.tolist()]
    often = {item: unavailability[item] for item in inside if unavailability.get(item)}
    (alone,) = service_availability(below, [service], often)
    certain = {service, *below.single_points([service]).causes.tolist()}
    failing = sorted(often.keys() - certain, key=lambda item: (-often[item], item))
    found: list[tuple[tuple[ItemId, ...], float]] = [
        ((one.item,), one.unavailability) for one in alone.contributors
    ]
    found += [
        (pair, often[pair[0]] * often[pair[1]])
        for pair in fatal_pairs(below, service, failing[:most])
    ]
    down = alone.unavailability
    if down < 1:
        down = -math.expm1(math.fsum(math.log1p(-share) for _, share in found))
    found.sort(key=lambda row: (-row[1], row[0]))
    return JointOutage(
        service,
        down,
        alone.unavailability,
        tuple(JointContributor(items, share, share / down) for items, share in found),
        max(0, len(failing) - most),
    )


def below_of(graph: PortableGraph, service: ItemId) -> PortableGraph:
    """Return what has a part in taking the service down, as a graph of its own."""
    return PortableGraph(cone_of(graph.held, np.array([graph.held.vertex(service)], np.int32)))


def fatal_pairs(
    graph: PortableGraph, service: ItemId, items: Sequence[ItemId]
) -> list[tuple[ItemId, ItemId]]:
    """Return the pairs of `items` that take the service down together and neither alone."""
    tried = tuple(PlannedChange(item, (item,), 0, 1) for item in items)
    met = graph.collisions(CollisionQuestion(tried, (service,)))
    return [(ItemId(one.first), ItemId(one.second)) for one in met if one.only_together]
