"""A made-up estate of any size, for benchmarks and stored digests: the same for the same seed.

Layers from sites, power and network up to services, mostly wired within their own site:
about three relations for each item, more than a third of them memberships of redundancy groups (two
power feeds, two uplinks, all hosts but one, a majority of replicas, half of the instances, one of
two balancers), a third of the items leaves, some dozens of cycles between applications, one item
in twenty in a small island of its own. Soft relations and capacity groups come on top. Numbers are
shuffled in blocks of 64, as discovery would have handed them out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.compact.columns import GraphColumns, RelationColumns
from cmdb.engine.impact.portable import PortableGraph
from tests.benchmarks.estate_drawing import CAPACITY, PERCENT, Dice, Drawing, Numbers

SHARES: dict[str, float] = {
    "backbone": 0,
    "directory": 0,
    "site": 0.00005,
    "ups": 0.0004,
    "rack": 0.004,
    "pdu": 0.008,
    "core": 0.0001,
    "distribution": 0.001,
    "access": 0.012,
    "host": 0.035,
    "cluster": 0.004,
    "array": 0.0015,
    "vm": 0.18,
    "kubernetes": 0.001,
    "container": 0.08,
    "platform": 0.0006,
    "database": 0.03,
    "middleware": 0.02,
    "instance": 0.25,
    "application": 0.11,
    "service": 0.003,
    "endpoint": 0.19,
}
"""Layers, bottom first, and their share of all items, at least `FEWEST`; the rest are islands."""

FEWEST = {"backbone": 4, "directory": 4, "site": 4}
"""Eight of every other layer: two for each site."""


@dataclass(frozen=True)
class Estate:
    """A generated estate: its graph as columns, and which items belong to which layer."""

    columns: GraphColumns
    layers: dict[str, Numbers]

    def plain(self) -> GraphColumns:
        """The same with every membership a hard relation: no redundancy, nothing soft."""
        members, groups = self.columns.members, self.columns.groups
        order = np.argsort(groups.group_id)
        place = np.searchsorted(groups.group_id[order], members.group_id)
        hard = self.columns.hard
        return GraphColumns(
            self.columns.items,
            RelationColumns.of(
                np.concatenate([hard.provider, members.provider]),
                np.concatenate([hard.dependant, groups.dependant[order][place]]),
                np.concatenate([hard.relation_id, members.relation_id]),
            ),
        )


def generate(items: int, seed: int = 1) -> Estate:
    """Make an estate of `items` items (at least 2,000)."""
    drawing = Drawing(items, _counts(items), Dice(seed))
    for draw in (_draw_ground, _draw_network, _draw_compute, _draw_software, _draw_islands):
        draw(drawing)
    names = drawing.names()
    return Estate(drawing.columns(), {layer: names[drawing.all(layer)] for layer in drawing.first})


def _counts(items: int) -> dict[str, int]:
    return {
        layer: max(FEWEST.get(layer, 8), round(items * share)) for layer, share in SHARES.items()
    }


def pick_sources(estate: Estate, graph: PortableGraph, sizes: Iterable[int]) -> dict[int, ItemId]:
    """For each size, the item whose blast comes nearest to it, of up to 300 from each layer."""
    samples = [items[:: len(items) // 300 + 1] for items in estate.layers.values()]
    candidates = np.unique(np.concatenate(samples)).tolist()
    blasts = {item: len(graph.impact([item])) for item in candidates}
    return {size: min(candidates, key=lambda item: abs(blasts[item] - size)) for size in sizes}


def _draw_ground(estate: Drawing) -> None:
    for layer in ("ups", "rack", "core", "distribution"):
        estate.need(estate.all(layer), estate.near(layer, "site"))
    estate.need(estate.all("pdu"), estate.near("pdu", "ups"))
    estate.need(estate.all("pdu"), estate.near("pdu", "rack"))


def _draw_network(estate: Drawing) -> None:
    estate.need_some(estate.all("core"), estate.anywhere("core", "backbone", 2), 1)
    for layer, above in (("distribution", "core"), ("access", "distribution"), ("host", "access")):
        estate.need_some(estate.all(layer), estate.near(layer, above, 2), 1)
    for layer in ("core", "distribution", "access", "host", "array"):
        estate.need_some(estate.all(layer), estate.near(layer, "pdu", 2), 1)
    for layer in ("access", "host", "array"):
        estate.need(estate.all(layer), estate.near(layer, "rack"))
    endpoints = estate.all("endpoint")
    estate.need(endpoints, estate.near("endpoint", "access"))
    estate.need(endpoints, estate.near("endpoint", "site"))
    estate.need(endpoints, estate.anywhere("endpoint", "directory"), 0.3)
    estate.need_softly(endpoints, estate.near("endpoint", "platform"), 0.1)


def _draw_compute(estate: Drawing) -> None:
    clusters, machines = estate.all("cluster"), estate.all("vm")
    estate.need_some(clusters, estate.near("cluster", "host", 8), 7)
    estate.need_some(clusters, estate.near("cluster", "access", 4), 40, CAPACITY)
    estate.need(machines, estate.near("vm", "cluster"))
    estate.need(machines, estate.near("vm", "array"))
    estate.need_some(machines, estate.near("vm", "platform", 2), 1)
    estate.need_some(estate.all("directory"), estate.anywhere("directory", "vm", 3), 1)
    estate.need_some(estate.all("platform"), estate.near("platform", "host", 2), 1)
    estate.need_some(estate.all("kubernetes"), estate.near("kubernetes", "vm", 5), 3)
    containers = estate.all("container")
    estate.need(containers, estate.near("container", "kubernetes"))
    estate.need(containers, estate.near("container", "array"), 0.4)
    estate.need_softly(containers, estate.near("container", "platform"), 0.3)


def _draw_software(estate: Drawing) -> None:
    instances, applications = estate.all("instance"), estate.all("application")
    for layer, width, percent in (("database", 3, 60), ("middleware", 2, 50)):
        estate.need_some(estate.all(layer), estate.near(layer, "vm", width), percent, PERCENT)
    estate.need(instances, estate.near("instance", "vm"), 0.7)
    estate.need(instances, estate.near("instance", "container"), 0.6)
    estate.need(instances, estate.near("instance", "database"), 0.9)
    estate.need(instances, estate.near("instance", "middleware"), 0.8)
    estate.need_some(applications, estate.near("application", "instance", 3), 50, PERCENT)
    _draw_calls(estate, applications)
    for _ in range(5):
        estate.need(estate.all("service"), estate.near("service", "application"), 0.8)


def _draw_calls(estate: Drawing, applications: Numbers) -> None:
    """Applications need earlier ones; a few of those need them in turn, which closes cycles."""
    place, first = np.arange(len(applications)), applications[0]
    for share in (0.8, 0.5, 0.3):
        earlier = (place * np.sqrt(estate.dice.shares(len(place)))).astype(np.int64)
        chosen = (earlier < place) & (estate.dice.shares(len(place)) < share)
        estate.hard.append((first + earlier[chosen], applications[chosen]))
        mutual = chosen & (estate.dice.shares(len(place)) < 0.005)
        estate.hard.append((applications[mutual], first + earlier[mutual]))
    anywhere = estate.dice.integers(len(place), len(place))
    estate.need_softly(applications, first + anywhere, 0.3)


def _draw_islands(estate: Drawing) -> None:
    """Chains of four, every second link of them soft or missing."""
    islands = estate.all("island")
    linked = islands[islands % 4 != 0]
    estate.need(linked, linked - 1, 0.7)
