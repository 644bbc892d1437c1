"""The way from one item to another: how a failure takes it, or where it is stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.networks import Network
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.report import ImpactReport, LossColumns
from cmdb.engine.impact.values import State, Step
from server.foundation.permissions import Actor
from server.items.blast import compute_impact, takes_part
from server.items.impacts.graphs import AsOf, graph_at
from server.items.impacts.naming import NamedItem, group_names, name_items
from server.items.queries import require_items


@dataclass(frozen=True, slots=True)
class WayHop:
    """One item of a way; ``item`` is None where the actor may not see it.

    ``kind`` says how the item is reached: "failed" at the start, then "hard", "soft" or "member".
    """

    item: NamedItem | None
    state: State
    kind: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """A redundancy group that lost members and holds: why something is not down."""

    item: NamedItem
    name: str
    remaining: float
    required: float

    @property
    def slack(self) -> float:
        """What may still be lost."""
        return self.remaining - self.required


@dataclass(frozen=True, slots=True)
class Way:
    """How the failure of one item stands to another.

    ``reached`` when the failure gets there: then ``hops`` is the way it takes. Otherwise ``hops``
    is the shortest way by which one depends on the other, empty where neither does. ``held`` are
    the groups on it that lost members and hold.
    """

    state: State
    reached: bool
    sequence: int
    hops: Sequence[WayHop] = ()
    held: Sequence[HeldGroup] = ()
    outside: Sequence[int] = ()


def way_between(
    session: Session, actor: Actor, start_id: int, end_id: int, as_of: AsOf = None
) -> Way:
    """Return the way by which the failure of one item reaches another.

    Raises ``ItemNotFound`` for an item that does not exist or is out of sight.
    """
    require_items(session, actor, (start_id, end_id))
    snapshot = graph_at(session, as_of)
    report, _, outside = compute_impact(session, [start_id], snapshot)
    end = ItemId(end_id)
    if report is None or not takes_part(snapshot.engine, end):
        beyond = outside if report is None else (end_id,)
        return Way(State.UP, reached=False, sequence=snapshot.sequence, outside=beyond)
    state = report.state(end)
    steps = _steps(snapshot.engine, report, ItemId(start_id), end)
    there = bool(steps) or start_id == end_id
    stations = [start_id, *(int(step.dependant) for step in steps)] if there else []
    names = name_items(session, actor, snapshot, stations, as_of)
    losses = report.losses(np.array([one for one in stations if one in names], np.int64))
    crossed = [step.group_id for step in steps if step.group_id is not None]
    named = [*crossed, *losses.groups.tolist()]
    groups = group_names(session, named, snapshot.sequence)
    return Way(
        state=state,
        reached=state is not State.UP,
        hops=_hops(report, stations, steps, names, groups),
        held=_held(losses, names, groups),
        sequence=snapshot.sequence,
    )


def _steps(
    engine: PortableGraph, report: ImpactReport, start: ItemId, end: ItemId
) -> Sequence[Step]:
    """Return the way the failure takes, or else the shortest one along relations."""
    if report.state(end) is not State.UP:
        return report.path(end)
    below, above = engine.suppliers(end), engine.dependants(start)
    far = dict(zip(below.ids.tolist(), below.distances.tolist(), strict=True))
    near = dict(zip(above.ids.tolist(), above.distances.tolist(), strict=True))
    if start not in far:
        return ()
    # Every item on a shortest way, and no other: between them any way is a shortest one.
    length = far[start]
    between = (item for item, steps in near.items() if steps + far.get(item, length) == length)
    network = engine.to_networkx([start, *map(ItemId, between), end])
    return _along(nx.shortest_path(network, start, end), network)


def _along(nodes: Sequence[Any], network: Network) -> list[Step]:
    """Turn nodes of a network into steps; groups stand between members and their dependant."""
    steps: list[Step] = []
    provider, edge, group_id = nodes[0], {}, None
    for last, node in pairwise(nodes):
        if isinstance(node, str):
            edge, group_id = network.edges[last, node], network.nodes[node]["group_id"]
            continue
        if group_id is None:
            edge = network.edges[last, node]
        steps.append(Step(provider, node, edge["kind"], edge["relation_id"], group_id))
        provider, group_id = node, None
    return steps


def _hops(
    report: ImpactReport,
    stations: Sequence[int],
    steps: Sequence[Step],
    names: Mapping[int, NamedItem],
    groups: Mapping[int, str],
) -> list[WayHop]:
    hops = [WayHop(names.get(one), report.state(ItemId(one)), "failed") for one in stations[:1]]
    for step in steps:
        item = names.get(step.dependant)
        group = groups.get(step.group_id or 0, "") if item is not None else ""
        hops.append(WayHop(item, report.state(step.dependant), step.kind, group))
    return hops


def _held(
    losses: LossColumns, names: Mapping[int, NamedItem], groups: Mapping[int, str]
) -> list[HeldGroup]:
    columns = (losses.items, losses.groups, losses.remaining, losses.required, losses.holds)
    return [
        HeldGroup(names[item], groups.get(group, ""), remaining, required)
        for item, group, remaining, required, holds in zip(
            *(column.tolist() for column in columns), strict=True
        )
        if holds
    ]
