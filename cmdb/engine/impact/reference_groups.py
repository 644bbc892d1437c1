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
    wanted = _known(network, services)
    pairs = sorted(
        (number, service)
        for number, owner, group in _groups(network)
        if _can_lose(network, group)
        for service in wanted.intersection(down(owner))
    )
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Guards(columns[:, 0], columns[:, 1])


def find_group_losses(network: Network, down: Down, services: Iterable[ItemId]) -> GroupLosses:
    """See `ImpactEngine.group_losses`."""
    wanted = _known(network, services)
    rows, first = [], dict[frozenset[object], int]()
    for number, owner, group in sorted(_groups(network)):
        members = frozenset(network.predecessors(group))
        fallen = down(*members)
        lost = len(wanted.intersection(fallen))
        alike = first.setdefault(members, number)
        rows.append((number, owner, alike, len(members), len(fallen), lost))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return GroupLosses(*columns.T)


def _known(network: Network, services: Iterable[ItemId]) -> set[ItemId]:
    wanted = set(services)
    for service in sorted(wanted - set(network)):
        raise ItemNotInGraph(service)
    return wanted


def _groups(network: Network) -> Iterator[tuple[int, ItemId, str]]:
    """Yield number, dependant and node of every group."""
    for node in network:
        if isinstance(node, str):
            (owner,) = network.successors(node)
            yield network.nodes[node]["group_id"], ItemId(int(owner)), node


def _can_lose(network: Network, group: str) -> bool:
    spare = network.nodes[group]["spare"]
    return any(0 < edge["weight"] <= spare for _, _, edge in network.in_edges(group, data=True))
