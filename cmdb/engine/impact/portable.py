"""The default impact engine: compact arrays, walked by Python or numpy; needs no compiler.

Small blasts are walked in plain Python, which has no start-up cost; a walk that outgrows its bounds
starts again in arrays, a level at a time. Answers equal those of the plain engine in
`cmdb.engine.impact.reference`. One question takes O(affected items and their relations).

    >>> from cmdb.engine.graph import Dependency, ListedGraph, RedundancyGroup
    >>> feeds = ((ItemId(1), 1.0, 11), (ItemId(2), 1.0, 12))
    >>> estate = ListedGraph.of(
    ...     [Dependency(ItemId(3), ItemId(4), relation_id=13)],
    ...     [RedundancyGroup(7, ItemId(3), "at_least", 1, feeds, "power")],
    ... )
    >>> graph = PortableGraph.of(estate)
    >>> one = graph.impact([ItemId(1)])
    >>> one.state(ItemId(4)).text, one.why_not(ItemId(3)).holding[0].slack
    ('at_risk', 0.0)
    >>> both = graph.impact([ItemId(1), ItemId(2)])
    >>> [(row.item, row.state.text, row.distance) for row in both.affected()]
    [(1, 'down', 0), (2, 'down', 0), (3, 'down', 1), (4, 'down', 2)]
    >>> [(step.provider, step.dependant) for step in both.path(ItemId(4))]
    [(2, 3), (3, 4)]
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Self

import numpy as np

from cmdb.engine.graph import DependencyGraph, Finding, ItemId, ListedGraph
from cmdb.engine.impact.causes import CauseQuestion, CauseReport
from cmdb.engine.impact.collisions import Collision, CollisionQuestion
from cmdb.engine.impact.compact.arrays import GraphArrays, Ids
from cmdb.engine.impact.compact.build import build_arrays
from cmdb.engine.impact.compact.causing import CauseSearch
from cmdb.engine.impact.compact.closure import dependants_of, neighbourhood, providers_of
from cmdb.engine.impact.compact.colliding import Collider
from cmdb.engine.impact.compact.columns import GraphColumns, columns_of
from cmdb.engine.impact.compact.cone import cone_of
from cmdb.engine.impact.compact.contingency import Contingency
from cmdb.engine.impact.compact.narrow import NarrowWalk
from cmdb.engine.impact.compact.readback import to_listed
from cmdb.engine.impact.compact.report import ArrayReport
from cmdb.engine.impact.compact.settling import settled
from cmdb.engine.impact.compact.sweep import SureSweep
from cmdb.engine.impact.compact.wide import Scratch, WideWalk
from cmdb.engine.impact.networks import Network, to_networkx
from cmdb.engine.impact.values import (
    BlastRadius,
    GroupLosses,
    Guards,
    Neighbourhood,
    SinglePoints,
)


class PortableGraph:
    """`ImpactEngine` over `GraphArrays`, which it only reads; safe to share between threads.

    `findings` says what the graph was built without.
    """

    def __init__(self, arrays: GraphArrays, findings: Mapping[Finding, Ids] | None = None) -> None:
        #: As they are held: perhaps with items that stand outside, and lists that have moved.
        self.held = arrays
        self.findings = dict(findings or {})
        self._idle: list[Scratch] = []
        self._collider: tuple[tuple[ItemId, ...], Collider] | None = None

    @classmethod
    def build(cls, columns: GraphColumns) -> Self:
        """Build from columns of numbers; see `build_arrays` for what it raises."""
        return cls(*build_arrays(columns))

    @classmethod
    def of(cls, graph: DependencyGraph) -> Self:
        """Build from light values."""
        return cls.build(columns_of(graph))

    def succeeded_by(self, arrays: GraphArrays) -> Self:
        """Return the graph after a change to some of its lists; vertices stand where they stood.

        What only guides a search is kept: it need not be true, and takes long to work out.
        """
        graph = type(self)(arrays)
        vars(graph).update((name, kept) for name, kept in vars(self).items() if name == "_sweep")
        return graph

    @cached_property
    def arrays(self) -> GraphArrays:
        """The graph as plain arrays; 0.3 s at a million items when it is held another way."""
        return settled(self.held)

    def impact(self, failed: Iterable[ItemId]) -> ArrayReport:
        """See `ImpactEngine.impact`."""
        items = tuple(sorted(set(failed)))
        vertices = [self.held.vertex(item) for item in items]
        narrow = NarrowWalk(self.held.views, vertices)
        if narrow.spread():
            return ArrayReport(self.held, items, narrow.found())
        scratch = self._scratch()
        found = WideWalk(self.held, scratch, narrow.begun).spread()
        self._idle.append(scratch)
        return ArrayReport(self.held, items, found)

    def _scratch(self) -> Scratch:
        # A walk that raised keeps its scratch memory, which may not be clean: it is never reused.
        try:
            return self._idle.pop()
        except IndexError:
            return Scratch(self.held)

    def suppliers(self, item: ItemId, within: int | None = None) -> Neighbourhood:
        """See `ImpactEngine.suppliers`."""
        return neighbourhood(self.held, item, providers_of, within)

    def dependants(self, item: ItemId, within: int | None = None) -> Neighbourhood:
        """See `ImpactEngine.dependants`."""
        return neighbourhood(self.held, item, dependants_of, within)

    def single_points(self, services: Iterable[ItemId]) -> SinglePoints:
        """See `ImpactEngine.single_points`."""
        wanted = list(services)
        return Contingency(self._cone(wanted)).single_points(wanted)

    def _cone(self, services: Iterable[ItemId]) -> GraphArrays:
        targets = [self.held.vertex(service) for service in services]
        return cone_of(self.held, np.array(targets, np.int32))

    def blast_radius(self, items: Iterable[ItemId] | None = None) -> BlastRadius:
        """See `ImpactEngine.blast_radius`."""
        return Contingency(self.arrays).blast_radius(items)

    def guards(self, services: Iterable[ItemId]) -> Guards:
        """See `ImpactEngine.guards`."""
        wanted = list(services)
        return Contingency(self._cone(wanted)).guards(wanted)

    def group_losses(self, services: Iterable[ItemId] = ()) -> GroupLosses:
        """See `ImpactEngine.group_losses`."""
        return Contingency(self.arrays).group_losses(services)

    def causes(self, question: CauseQuestion) -> CauseReport:
        """See `ImpactEngine.causes`; exact for what is listed, a beam search for what is."""
        return CauseSearch(self.held, self._sweep, question).report()

    @cached_property
    def _sweep(self) -> SureSweep:
        return SureSweep(self.held)

    def collisions(self, question: CollisionQuestion) -> tuple[Collision, ...]:
        """See `ImpactEngine.collisions`."""
        kept = self._collider
        if kept is None or kept[0] != question.services:
            kept = self._collider = (question.services, Collider(self.held, question.services))
        return kept[1].collisions(question)

    def to_listed(self, subset: Iterable[ItemId] | None = None) -> ListedGraph:
        """Copy the graph, or its part between the items of `subset`, into light values.

        See `cmdb.engine.impact.compact.readback.to_listed` for what becomes of groups.
        """
        return to_listed(self.arrays if subset is None else self.held, subset)

    def to_networkx(self, subset: Iterable[ItemId] | None = None) -> Network:
        """Copy the graph, or its part between the items of `subset`, into networkx."""
        kept = None if subset is None else frozenset(subset)
        return to_networkx(self.to_listed(kept), kept)
