"""Light values read back out of the compact graph: for explanations and exports.

>>> from cmdb.engine.graph import Dependency
>>> from cmdb.engine.impact.compact.build import build_arrays
>>> from cmdb.engine.impact.compact.columns import columns_of
>>> chain = ListedGraph.of([Dependency(ItemId(7), ItemId(8)), Dependency(ItemId(8), ItemId(9))])
>>> arrays, _ = build_arrays(columns_of(chain))
>>> part = to_listed(arrays, [ItemId(8), ItemId(9)])
>>> [(edge.provider, edge.dependant) for edge in part.dependencies]
[(8, 9)]
"""

from collections.abc import Iterable, Iterator, Sequence

from cmdb.engine.graph import (
    Dependency,
    GroupMember,
    GroupTerms,
    ItemId,
    ListedGraph,
    RedundancyGroup,
)
from cmdb.engine.impact.compact.arrays import RULES, GraphArrays


def slots_at(arrays: GraphArrays, group: int) -> slice:
    """Where the slots of the group at place `group` lie."""
    return slice(int(arrays.slot_start[group]), int(arrays.slot_start[group + 1]))


def groups_at(arrays: GraphArrays, vertex: int) -> range:
    """Places of the groups of one item."""
    row = arrays.moved.owned.row(arrays.owned_start, vertex)
    return range(row.start, row.stop)


def terms_at(arrays: GraphArrays, group: int, members: Sequence[GroupMember] = ()) -> GroupTerms:
    """Arithmetic of one group; `members` go into it as they are."""
    return GroupTerms(
        int(arrays.group_ids[group]),
        RULES[arrays.group_rule[group]],
        float(arrays.group_total[group]),
        float(arrays.group_required[group]),
        members,
        reduces=bool(arrays.group_reduces[group]),
    )


def hard_needs(arrays: GraphArrays, vertex: int) -> Iterator[Dependency]:
    """Hard relations in which the item is the dependant."""
    row = arrays.moved.hard.row(arrays.hard_start, vertex)
    item = ItemId(int(arrays.ids[vertex]))
    providers = arrays.ids[arrays.hard_provider[row]].tolist()
    for provider, relation in zip(providers, arrays.hard_relation[row].tolist(), strict=True):
        yield Dependency(provider, item, "hard", relation_id=relation)


def soft_needs(arrays: GraphArrays, vertex: int) -> Iterator[Dependency]:
    """Soft relations in which the item is the dependant."""
    row = arrays.moved.needs.row(arrays.needs_start, vertex)
    item = ItemId(int(arrays.ids[vertex]))
    columns = (
        arrays.ids[arrays.needs_provider[row]].tolist(),
        arrays.needs_weight[row].tolist(),
        arrays.needs_relation[row].tolist(),
    )
    for provider, weight, relation in zip(*columns, strict=True):
        yield Dependency(provider, item, "soft", weight, relation)


def to_listed(arrays: GraphArrays, subset: Iterable[ItemId] | None = None) -> ListedGraph:
    """Copy the graph, or its part between the items of `subset`, into light values.

    Groups come whole, for their terms depend on all members: members outside the subset are items
    of the result too, with no relations of their own. Names of groups are not kept here. A capacity
    group whose threshold is out of reach comes back as what it amounts to: at least all of its
    members. Raises ItemNotInGraph.
    """
    items = arrays.ids.tolist() if subset is None else sorted(set(subset))
    inside = frozenset(items)
    relations: list[Dependency] = []
    groups: list[RedundancyGroup] = []
    for item in items:
        vertex = arrays.vertex(item)
        needs = (*hard_needs(arrays, vertex), *soft_needs(arrays, vertex))
        relations += (need for need in needs if need.provider in inside)
        groups += (_group_at(arrays, group, item) for group in groups_at(arrays, vertex))
    return ListedGraph.of(relations, groups, items)


def _group_at(arrays: GraphArrays, group: int, dependant: ItemId) -> RedundancyGroup:
    terms, threshold = terms_at(arrays, group), float(arrays.group_threshold[group])
    rule = terms.rule
    if rule == "capacity" and not terms.reduces:
        rule, threshold = "at_least", terms.total
    slots = slots_at(arrays, group)
    providers = arrays.ids[arrays.slot_provider[slots]].tolist()
    weights = arrays.slot_weight[slots].tolist()
    relations = arrays.slot_relation[slots].tolist()
    members = tuple(zip(providers, weights, relations, strict=True))
    return RedundancyGroup(terms.group_id, dependant, rule, threshold, members)
