"""What can be started from cold, in which order, and what waits for itself for ever.

A cycle of mutual needs does not fall by itself, for it stands as long as it runs. After a black-out
it does not come up by itself either: nobody in it can be the first. An item can be started when all
its hard providers run and each of its groups has enough members running; soft needs do not hold it
up. The order is that of Kahn ("Topological sorting of large networks", CACM 5, 1962) with counters
for the groups: O(V + E).

    >>> from cmdb.engine.graph import Dependency, ListedGraph
    >>> from cmdb.engine.impact.networks import to_networkx
    >>> needs = [(1, 2), (2, 3), (3, 2), (3, 4)]
    >>> graph = ListedGraph.of([Dependency(ItemId(a), ItemId(b)) for a, b in needs])
    >>> start = cold_start(to_networkx(graph))
    >>> start.waves, start.stuck, start.deadlocks
    (((1,),), (2, 3, 4), ((2, 3),))
"""

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.networks import Network, Node


@dataclass(frozen=True, slots=True)
class ColdStart:
    """The order of a start from nothing.

    Items of one of the `waves` can be started at once when all waves before it run. `stuck` never
    can; `deadlocks` are the knots among them that wait for nobody but themselves: to start any of
    those takes a hand. All ascending.
    """

    waves: tuple[tuple[ItemId, ...], ...]
    stuck: tuple[ItemId, ...]
    deadlocks: tuple[tuple[ItemId, ...], ...]


def cold_start(network: Network) -> ColdStart:
    """Start an estate on paper; `network` is one of `cmdb.engine.impact.networks.to_networkx`."""
    countdown = _Countdown(network)
    waves: list[tuple[ItemId, ...]] = []
    wave = countdown.free()
    while wave:
        waves.append(tuple(sorted(wave)))
        wave = [item for started in wave for item in countdown.start(started)]
    left = {ItemId(node) for node in network if isinstance(node, int)}.difference(*waves)
    held = network.subgraph(left | countdown.short())
    return ColdStart(tuple(waves), tuple(sorted(left)), tuple(sorted(_deadlocks(held))))


class _Countdown:
    """How many needs of each item are not met, and how much of each group does not run."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._idle = {
            group: float(network.nodes[group]["total"])
            for group in network
            if isinstance(group, str)
        }
        self._unmet = {
            ItemId(item): len(list(_needs(network, item, self._idle)))
            for item in network
            if isinstance(item, int)
        }

    def free(self) -> list[ItemId]:
        """List the items that need nothing that does not run."""
        return [item for item, unmet in self._unmet.items() if not unmet]

    def short(self) -> set[str]:
        """Find the groups that lack running members."""
        spare = self._network.nodes
        return {group for group, idle in self._idle.items() if idle > spare[group]["spare"]}

    def start(self, item: ItemId) -> Iterator[ItemId]:
        """Take note that the item runs; yields what can be started for it."""
        for node, edge in self._network.adj[item].items():
            if isinstance(node, str):
                before = self._idle[node]
                self._idle[node] = after = before - edge["weight"]
                if after <= self._network.nodes[node]["spare"] < before:
                    (owner,) = self._network.successors(node)
                    yield from self._meet(ItemId(int(owner)))
            elif edge["kind"] == "hard":
                yield from self._meet(ItemId(node))

    def _meet(self, item: ItemId) -> Iterator[ItemId]:
        self._unmet[item] -= 1
        if not self._unmet[item]:
            yield item


def _needs(network: Network, item: Node, idle: dict[str, float]) -> Iterator[Node]:
    """Yield what must run before the item: hard providers, and groups that are short."""
    for node in network.predecessors(item):
        if isinstance(node, str):
            if idle[node] > network.nodes[node]["spare"]:
                yield node
        elif network.edges[node, item]["kind"] == "hard":
            yield node


def _deadlocks(held: Network) -> Iterator[tuple[ItemId, ...]]:
    """Yield the knots of the stuck part into which nothing else leads."""
    waits = nx.subgraph_view(
        held, filter_edge=lambda one, end: held.edges[one, end]["kind"] != "soft"
    )
    for knot in nx.strongly_connected_components(waits):
        before = {node for end in knot for node in waits.predecessors(end)}
        items = tuple(sorted(ItemId(node) for node in knot if isinstance(node, int)))
        if items and before <= knot:
            yield items
