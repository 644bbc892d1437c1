"""The plain engine's answer: reads states and groups straight from its network."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import GroupTerms, ItemId, ItemNotInGraph
from cmdb.engine.impact.networks import Network
from cmdb.engine.impact.report import CauseColumns, ImpactReport
from cmdb.engine.impact.values import (
    GroupStanding,
    Ids,
    LostMember,
    ReasonKind,
    State,
    Step,
    StepKind,
    reason_kind,
    standing_of,
)


class Arrival(NamedTuple):
    """A state reaching an item over one step.

    Arrivals sort by distance; among equals, being hit itself comes first, then hard relations,
    groups and soft relations (`kind` happens to sort so), then the smaller provider.
    """

    distance: int
    item: ItemId
    kind: StepKind
    provider: ItemId
    group: str = ""


Settled = dict[ItemId, tuple[State, Arrival]]


class PlainReport(ImpactReport):
    """`ImpactReport` over the plain engine's network."""

    def __init__(self, network: Network, failed: tuple[ItemId, ...], settled: Settled) -> None:
        self.failed = failed
        self._network = network
        self._settled = settled
        rows = sorted((-state, at.distance, item) for item, (state, at) in settled.items())
        self._columns = np.array(rows, dtype=np.int64).reshape(-1, 3)

    @property
    def ids(self) -> Ids:
        """See `ImpactReport.ids`."""
        return self._columns[:, 2]

    @property
    def states(self) -> NDArray[np.int8]:
        """See `ImpactReport.states`."""
        return (-self._columns[:, 0]).astype(np.int8)

    @property
    def distances(self) -> NDArray[np.int32]:
        """See `ImpactReport.distances`."""
        return self._columns[:, 1].astype(np.int32)

    def causes(self) -> CauseColumns:
        """See `ImpactReport.causes`."""
        rows = [self._cause(ItemId(item)) for item in self.ids.tolist()]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return CauseColumns(columns[:, 0].astype(np.int8), columns[:, 1], columns[:, 2])

    def _cause(self, item: ItemId) -> tuple[int, int, int]:
        step = self.step(item)
        if step is None:
            return ReasonKind.FAILED, -1, -1
        group = -1 if step.group_id is None else step.group_id
        return reason_kind(self.state(item), step.kind), step.provider, group

    def state(self, item: ItemId) -> State:
        """See `ImpactReport.state`."""
        if item not in self._network:
            raise ItemNotInGraph(item)
        return self._settled[item][0] if item in self._settled else State.UP

    def distance(self, item: ItemId) -> int:
        """See `ImpactReport.distance`."""
        return -1 if self.state(item) is State.UP else self._settled[item][1].distance

    def step(self, item: ItemId) -> Step | None:
        """See `ImpactReport.step`."""
        if self.distance(item) < 1:
            return None
        _, at = self._settled[item]
        edge = self._network.edges[at.provider, at.group or item]
        group = self._network.nodes[at.group]["group_id"] if at.group else None
        return Step(at.provider, item, at.kind, edge["relation_id"], group)

    def standings(self, item: ItemId) -> Sequence[GroupStanding]:
        """See `ImpactReport.standings`."""
        groups = [node for node in self._network.predecessors(item) if isinstance(node, str)]
        return [self._standing(group) for group in groups]

    def _standing(self, group: str) -> GroupStanding:
        terms = self._terms(group)
        lost = [
            LostMember(provider, weight, self.distance(provider))
            for provider, weight, _ in terms.members
            if self.state(provider) is State.DOWN
        ]
        return standing_of(terms, lost)

    def _terms(self, group: str) -> GroupTerms:
        node = self._network.nodes[group]
        edges = self._network.in_edges(group, data=True)
        members = [
            (ItemId(int(end)), edge["weight"], edge["relation_id"]) for end, _, edge in edges
        ]
        return GroupTerms(
            node["group_id"],
            node["rule"],
            node["total"],
            node["required"],
            members,
            reduces=node["reduces"],
        )

    def soft_providers(self, item: ItemId) -> Sequence[ItemId]:
        """See `ImpactReport.soft_providers`."""
        edges = self._network.pred[item].items()
        return sorted(ItemId(int(node)) for node, edge in edges if edge["kind"] == "soft")
