"""A dependency graph as a `networkx.DiGraph`: for the plain engine, for exports, for user scripts.

Items are nodes under their number, redundancy groups nodes called `group:<number>`. All attributes
are plain numbers and text, so that every writer of networkx can save the result.

    >>> from cmdb.engine.graph import Dependency, ListedGraph, RedundancyGroup
    >>> pair = RedundancyGroup(9, ItemId(3), "at_least", 1, ((ItemId(1), 1, 0), (ItemId(2), 1, 0)))
    >>> network = to_networkx(ListedGraph.of([Dependency(ItemId(3), ItemId(4))], [pair]))
    >>> sorted(network.edges(data="kind"), key=str)
    [('group:9', 3, 'group'), (1, 'group:9', 'member'), (2, 'group:9', 'member'), (3, 4, 'hard')]
    >>> network.nodes["group:9"]["spare"]
    1.0
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import networkx as nx

from cmdb.engine.graph import (
    Dependency,
    DependencyGraph,
    GroupTerms,
    ItemId,
    RedundancyGroup,
    terms_of,
)

Node = int | str

if TYPE_CHECKING:
    Network = nx.DiGraph[Node]
else:
    Network = nx.DiGraph


def to_networkx(graph: DependencyGraph, subset: Iterable[ItemId] | None = None) -> Network:
    """Build the network of `graph`, or of the part of it between the items of `subset`.

    Nodes carry `kind` (`item` or `group`). Groups also carry `group_id`, `name`, `rule`,
    `threshold`, `total`, `required`, `spare` and `reduces`: those of the whole group, also where
    `subset` trims its members. Edges point from provider to dependant and carry `kind`: `hard` and
    `soft` with `weight` and `relation_id`, `member` (to a group) likewise, `group` (from there to
    its dependant). Of parallel relations the hard one stays, then the one with the smaller number.

    Takes O(V + E). Raises ValueError when two groups share a number.
    """
    known = frozenset(graph.items)
    kept = known if subset is None else known.intersection(subset)
    network: Network = nx.DiGraph()
    network.add_nodes_from(sorted(kept), kind="item")
    for relation in graph.dependencies:
        ends = {relation.provider, relation.dependant}
        if len(ends) == 2 and ends <= kept:
            _add_relation(network, relation)
    for group in graph.groups:
        if group.dependant in kept:
            _add_group(network, group, terms_of(group, known), kept)
    return network


def _add_relation(network: Network, relation: Dependency) -> None:
    ends = relation.provider, relation.dependant
    if network.has_edge(*ends):
        there = network.edges[ends]
        if (there["kind"], there["relation_id"]) <= (relation.kind, relation.relation_id):
            return
    network.add_edge(
        *ends, kind=relation.kind, weight=relation.weight, relation_id=relation.relation_id
    )


def _add_group(
    network: Network, group: RedundancyGroup, terms: GroupTerms, kept: AbstractSet[ItemId]
) -> None:
    node = f"group:{group.group_id}"
    if node in network:
        raise ValueError(f"two redundancy groups have the number {group.group_id}")
    network.add_node(
        node,
        kind="group",
        group_id=group.group_id,
        rule=group.rule,
        threshold=group.threshold,
        name=group.name,
        total=terms.total,
        required=terms.required,
        spare=terms.spare,
        reduces=terms.reduces,
    )
    network.add_edge(node, group.dependant, kind="group")
    for provider, weight, relation_id in terms.members:
        if provider in kept:
            network.add_edge(provider, node, kind="member", weight=weight, relation_id=relation_id)
