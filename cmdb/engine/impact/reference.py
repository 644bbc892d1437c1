"""The plain impact engine over `networkx.DiGraph`: the one to read, and the oracle of the others.

Redundancy groups are nodes between their members and their dependant, which turns the estate into
a directed hypergraph; *down* is then B-reachability (Gallo, Longo, Pallottino, Nguyen, "Directed
hypergraphs and applications", Discrete Applied Mathematics 42, 1993), that is unit propagation of
Horn clauses with counters (Dowling, Gallier, "Linear-time algorithms for testing the satisfiability
of propositional Horn formulae", Journal of Logic Programming 1, 1984). Degraded and at risk spread
afterwards, each over what the worse states left standing. Distances come from settling items in
order of distance, as Dijkstra does, which costs the logarithm: O((V + E) log V) for one question.

    >>> from cmdb.engine.graph import Dependency, ListedGraph, RedundancyGroup
    >>> pair = ((ItemId(1), 1.0, 11), (ItemId(2), 1.0, 12))
    >>> estate = ListedGraph.of(
    ...     [Dependency(ItemId(3), ItemId(4))],
    ...     [RedundancyGroup(7, ItemId(3), "at_least", 1, pair, "power")],
    ... )
    >>> engine = ReferenceEngine(estate)
    >>> engine.impact([ItemId(1)]).count_by_state()
    {<State.DOWN: 3>: 1, <State.DEGRADED: 2>: 0, <State.AT_RISK: 1>: 2}
    >>> both = engine.impact([ItemId(1), ItemId(2)])
    >>> both.state(ItemId(4)), both.distance(ItemId(4)), both.reason(ItemId(3)).kind.text
    (<State.DOWN: 3>, 2, 'group_short')
"""

import heapq
from collections.abc import Callable, Iterable, Iterator

import networkx as nx
import numpy as np

from cmdb.engine.graph import DependencyGraph, ItemId, ItemNotInGraph
from cmdb.engine.impact.causes import CauseQuestion, CauseReport
from cmdb.engine.impact.collisions import Collision, CollisionQuestion
from cmdb.engine.impact.networks import Network, to_networkx
from cmdb.engine.impact.reference_causes import find_causes
from cmdb.engine.impact.reference_collisions import find_collisions
from cmdb.engine.impact.reference_groups import find_group_losses, find_guards
from cmdb.engine.impact.reference_report import Arrival, PlainReport, Settled
from cmdb.engine.impact.values import (
    BlastRadius,
    GroupLosses,
    Guards,
    Neighbourhood,
    SinglePoints,
    State,
)

Spread = Callable[[Arrival], Iterable[Arrival]]
"""Where a settled item passes its state on."""


class ReferenceEngine:
    """`ImpactEngine` by the book; see the module for sources and complexity."""

    def __init__(self, graph: DependencyGraph) -> None:
        self.network: Network = to_networkx(graph)
        self._bypass: Network = _without_groups(self.network)

    def impact(self, failed: Iterable[ItemId]) -> PlainReport:
        """See `ImpactEngine.impact`."""
        causes = tuple(sorted(set(failed)))
        settled: Settled = {}
        losses = self._fall(causes, settled)
        fallen = [arrival for _, arrival in settled.values()]
        softened = [hit for arrival in fallen for hit in self._along(arrival, "soft")]
        reduced = [hit for hit in losses if self._reduces(hit)]
        _settle(
            settled, State.DEGRADED, softened + reduced, lambda at: self._along(at, "hard", "soft")
        )
        _settle(settled, State.AT_RISK, losses, lambda at: self._along(at, "hard"))
        return PlainReport(self.network, causes, settled)

    def _fall(self, causes: Iterable[ItemId], settled: Settled) -> list[Arrival]:
        """Settle what goes down; return every loss of a group as it reaches the dependant."""
        losses: list[Arrival] = []
        weights: dict[str, float] = {}

        def spread(at: Arrival) -> Iterator[Arrival]:
            yield from self._along(at, "hard")
            for loss in self._along(at, "member"):
                losses.append(loss)
                weight = self.network.edges[at.item, loss.group]["weight"]
                weights[loss.group] = weights.get(loss.group, 0.0) + weight
                if weights[loss.group] > self.network.nodes[loss.group]["spare"]:
                    yield loss

        starts = [Arrival(0, self._known(item), "failed", item) for item in causes]
        _settle(settled, State.DOWN, starts, spread)
        return losses

    def _along(self, at: Arrival, *kinds: str) -> Iterator[Arrival]:
        """One step from a settled item over relations of the given kinds."""
        for node, edge in self.network.adj[at.item].items():
            if edge["kind"] not in kinds:
                continue
            if isinstance(node, str):
                (dependant,) = self.network.successors(node)
                yield Arrival(at.distance + 1, ItemId(int(dependant)), "member", at.item, node)
            else:
                yield Arrival(at.distance + 1, ItemId(node), edge["kind"], at.item)

    def _reduces(self, loss: Arrival) -> bool:
        reduces: bool = self.network.nodes[loss.group]["reduces"]
        return reduces and self.network.edges[loss.provider, loss.group]["weight"] > 0

    def _known(self, item: ItemId) -> ItemId:
        if item not in self.network:
            raise ItemNotInGraph(item)
        return item

    def suppliers(self, item: ItemId, within: int | None = None) -> Neighbourhood:
        """See `ImpactEngine.suppliers`."""
        return _neighbourhood(self._bypass.reverse(copy=False), self._known(item), within)

    def dependants(self, item: ItemId, within: int | None = None) -> Neighbourhood:
        """See `ImpactEngine.dependants`."""
        return _neighbourhood(self._bypass, self._known(item), within)

    def single_points(self, services: Iterable[ItemId]) -> SinglePoints:
        """See `ImpactEngine.single_points`; one cascade for every item, O(V (V + E) log V)."""
        wanted = {self._known(service) for service in services}
        pairs = sorted(
            (cause, service)
            for cause in self._bypass
            for service in wanted.intersection(self._down(ItemId(int(cause)))) - {cause}
        )
        columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return SinglePoints(columns[:, 0], columns[:, 1])

    def blast_radius(self, items: Iterable[ItemId] | None = None) -> BlastRadius:
        """See `ImpactEngine.blast_radius`; one cascade for every item."""
        causes = sorted(self._bypass if items is None else set(items))
        counts = [len(self._down(ItemId(int(cause)))) for cause in causes]
        return BlastRadius(np.array(causes, dtype=np.int64), np.array(counts, dtype=np.int64))

    def guards(self, services: Iterable[ItemId]) -> Guards:
        """See `ImpactEngine.guards`; one cascade for every group."""
        return find_guards(self.network, self._down, services)

    def group_losses(self, services: Iterable[ItemId] = ()) -> GroupLosses:
        """See `ImpactEngine.group_losses`; one cascade for every group."""
        return find_group_losses(self.network, self._down, services)

    def causes(self, question: CauseQuestion) -> CauseReport:
        """See `ImpactEngine.causes`."""
        return find_causes(self.network, self._down, question)

    def collisions(self, question: CollisionQuestion) -> tuple[Collision, ...]:
        """See `ImpactEngine.collisions`; a joint cascade for every overlapping pair."""
        return find_collisions(lambda items: frozenset(self._down(*items)), question)

    def _down(self, *causes: ItemId) -> Settled:
        settled: Settled = {}
        self._fall(causes, settled)
        return settled


def _settle(settled: Settled, state: State, arrivals: list[Arrival], spread: Spread) -> None:
    """Give `state` to all that is reached from `arrivals` and not yet settled, nearest first."""
    waiting = list(arrivals)
    heapq.heapify(waiting)
    while waiting:
        arrival = heapq.heappop(waiting)
        if arrival.item not in settled:
            settled[arrival.item] = (state, arrival)
            for onward in spread(arrival):
                heapq.heappush(waiting, onward)


def _without_groups(network: Network) -> Network:
    """Join the members of every group straight to its dependant."""
    plain: Network = nx.DiGraph()
    plain.add_nodes_from(node for node in network if not isinstance(node, str))
    for provider, end in network.edges:
        if isinstance(end, str):
            plain.add_edges_from((provider, dependant) for dependant in network.successors(end))
        elif not isinstance(provider, str):
            plain.add_edge(provider, end)
    return plain


def _neighbourhood(network: Network, item: ItemId, within: int | None) -> Neighbourhood:
    steps = nx.single_source_shortest_path_length(network, item, cutoff=within)
    rows = sorted((distance, int(node)) for node, distance in steps.items() if node != item)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return Neighbourhood(item, columns[:, 1], columns[:, 0].astype(np.int32))
