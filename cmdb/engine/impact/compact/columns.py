"""What the portable engine is built from: one array per column, as a register would read them.

>>> from cmdb.engine.graph import Dependency, ListedGraph
>>> columns = columns_of(ListedGraph.of([Dependency(ItemId(1), ItemId(2), relation_id=8)]))
>>> columns.hard.provider.tolist(), columns.hard.relation_id.tolist()
([1], [8])
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cmdb.engine.graph import Dependency, DependencyGraph, ItemId, RedundancyGroup
from cmdb.engine.impact.compact.arrays import RULES, Amounts, Ids


def _ids(values: ArrayLike = ()) -> Ids:
    return np.ascontiguousarray(values, dtype=np.int64)


def _amounts(values: ArrayLike = ()) -> Amounts:
    return np.ascontiguousarray(values, dtype=np.float64)


@dataclass(frozen=True)
class RelationColumns:
    """Relations of one kind, provider first; `weight` matters for soft ones."""

    provider: Ids = field(default_factory=_ids)
    dependant: Ids = field(default_factory=_ids)
    relation_id: Ids = field(default_factory=_ids)
    weight: Amounts = field(default_factory=_amounts)

    @classmethod
    def of(
        cls,
        provider: ArrayLike,
        dependant: ArrayLike,
        relation_id: ArrayLike | None = None,
        weight: ArrayLike | None = None,
    ) -> Self:
        """Take columns of any integer type; relation numbers default to 0, weights to 1."""
        providers = _ids(provider)
        return cls(
            providers,
            _ids(dependant),
            np.zeros_like(providers) if relation_id is None else _ids(relation_id),
            np.ones(len(providers)) if weight is None else _amounts(weight),
        )


@dataclass(frozen=True)
class GroupColumns:
    """Redundancy groups; `rule` is a place in `arrays.RULES`."""

    group_id: Ids = field(default_factory=_ids)
    dependant: Ids = field(default_factory=_ids)
    rule: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    threshold: Amounts = field(default_factory=_amounts)


@dataclass(frozen=True)
class MemberColumns:
    """Members of the groups, one row for each membership, in any order."""

    group_id: Ids = field(default_factory=_ids)
    provider: Ids = field(default_factory=_ids)
    capacity: Amounts = field(default_factory=_amounts)
    relation_id: Ids = field(default_factory=_ids)


@dataclass(frozen=True)
class GraphColumns:
    """A whole dependency graph as columns."""

    items: Ids
    hard: RelationColumns = field(default_factory=RelationColumns)
    soft: RelationColumns = field(default_factory=RelationColumns)
    groups: GroupColumns = field(default_factory=GroupColumns)
    members: MemberColumns = field(default_factory=MemberColumns)


def columns_of(graph: DependencyGraph) -> GraphColumns:
    """Turn light values into columns."""
    relations, groups = list(graph.dependencies), list(graph.groups)
    return GraphColumns(
        _ids(list(graph.items)),
        _relations([relation for relation in relations if relation.kind == "hard"]),
        _relations([relation for relation in relations if relation.kind == "soft"]),
        _groups(groups),
        _members(groups),
    )


def _transposed(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    listed = [list(column) for column in zip(*rows, strict=True)]
    return listed or [[] for _ in range(width)]


def _relations(relations: Iterable[Dependency]) -> RelationColumns:
    rows = ((edge.provider, edge.dependant, edge.relation_id, edge.weight) for edge in relations)
    return RelationColumns.of(*_transposed(rows, 4))


def _groups(groups: Iterable[RedundancyGroup]) -> GroupColumns:
    rows = (
        (group.group_id, group.dependant, RULES.index(group.rule), group.threshold)
        for group in groups
    )
    numbers, dependants, rules, thresholds = _transposed(rows, 4)
    return GroupColumns(
        _ids(numbers), _ids(dependants), np.array(rules, np.int8), _amounts(thresholds)
    )


def _members(groups: Iterable[RedundancyGroup]) -> MemberColumns:
    rows: list[tuple[int, ItemId, float, int]] = [
        (group.group_id, provider, capacity, relation_id)
        for group in groups
        for provider, capacity, relation_id in group.members
    ]
    numbers, providers, capacities, relation_ids = _transposed(rows, 4)
    return MemberColumns(_ids(numbers), _ids(providers), _amounts(capacities), _ids(relation_ids))
