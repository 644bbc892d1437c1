"""What hangs on each redundancy group, by the book: one cascade for every group."""

from collections.abc import Callable, Collection, Iterable, Iterator

import numpy as np

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.networks import Network
from cmdb.engine.impact.values import GroupLosses, Guards

Down = Callable[..., Collection[ItemId]]
"""Everything that falls when the given items fail at once, themselves included."""


def find_guards(network: Network, down: Down, services: Iterable[ItemId]) -> Guards:
    """See `ImpactEngine.guards`."""
    wanted = set(services)
    for service in sorted(wanted - set(network)):
        raise ItemNotInGraph(service)
    pairs = sorted(
        (number, service)
        for number, owner, group in _groups(network)
        if _can_lose(network, group)
        for service in wanted.intersection(down(owner))
    )
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Guards(columns[:, 0], columns[:, 1])


def find_group_losses(network: Network, down: Down) -> GroupLosses:
    """See `ImpactEngine.group_losses`."""
    rows = sorted(
        (number, owner, len(down(*network.predecessors(group))))
        for number, owner, group in _groups(network)
    )
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return GroupLosses(columns[:, 0], columns[:, 1], columns[:, 2])


def _groups(network: Network) -> Iterator[tuple[int, ItemId, str]]:
    """Yield number, dependant and node of every group."""
    for node in network:
        if isinstance(node, str):
            (owner,) = network.successors(node)
            yield network.nodes[node]["group_id"], ItemId(int(owner)), node


def _can_lose(network: Network, group: str) -> bool:
    spare = network.nodes[group]["spare"]
    return any(0 < edge["weight"] <= spare for _, _, edge in network.in_edges(group, data=True))
