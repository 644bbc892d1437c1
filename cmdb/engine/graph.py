"""The estate as the engines see it: items, dependencies and redundancy groups, as light values.

The register stores a relation in its reading direction ("the VM *runs on* the host"); whoever reads
it for an engine turns it so that the **provider** comes first: a failure travels provider to
dependant. Nothing here knows of rows, names or times.

    >>> estate = ListedGraph.of(
    ...     dependencies=[Dependency(ItemId(4), ItemId(5))],
    ...     groups=[
    ...         RedundancyGroup(1, ItemId(4), "at_least", 1, ((ItemId(2), 1, 0), (ItemId(3), 1, 0)))
    ...     ],
    ... )
    >>> estate.items
    (2, 3, 4, 5)

How odd input is read (every engine reads it the same way, and reports what it passed over):

* a relation of an item to itself is ignored, also inside a group;
* a relation with an end that is not among the items (retired, filtered out) is ignored;
* parallel relations count once; a provider standing twice in one group is one member, with its
  largest capacity and its smallest relation number;
* an empty group holds: there is nothing to lose;
* a threshold above what all members give together means that every single member is needed.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NewType, Protocol, Self

ItemId = NewType("ItemId", int)

DependencyKind = Literal["hard", "soft"]
GroupRule = Literal["at_least", "percent", "capacity"]
GroupMember = tuple[ItemId, float, int]
"""(provider, capacity, relation number); only the rule *capacity* looks at the capacity."""

CAPACITY_TOLERANCE = 1e-9
"""Part of a group's total below which two sums of capacities are the same."""
PERCENT_TOLERANCE = 5e-5
"""Percentages are read to two decimals: 66.67 % of three members is two, not three."""


class ItemNotInGraph(LookupError):
    """A question names an item the graph does not hold: unknown, retired, or newer than it."""

    def __init__(self, item: int) -> None:
        super().__init__(f"item {item} is not in the dependency graph")
        self.item = item


class Finding(StrEnum):
    """What a graph was built without; the first four name relations, the others groups."""

    SELF_LOOP = "self_loop"
    UNKNOWN_END = "unknown_end"
    PARALLEL_MEMBER = "parallel_member"
    UNKNOWN_GROUP = "unknown_group"
    UNKNOWN_DEPENDANT = "unknown_dependant"
    EMPTY_GROUP = "empty_group"
    THRESHOLD_ABOVE_TOTAL = "threshold_above_total"


@dataclass(frozen=True, slots=True)
class Dependency:
    """`dependant` needs `provider`; a soft need passes at most the state *degraded*.

    `weight` (0 to 1) says how strongly a soft need binds. It ranks causes; it decides no state.
    """

    provider: ItemId
    dependant: ItemId
    kind: DependencyKind = "hard"
    weight: float = 1.0
    relation_id: int = 0


@dataclass(frozen=True, slots=True)
class RedundancyGroup:
    """Providers of which `dependant` needs only some.

    `threshold` is, by rule: the number of members (`at_least`), the share of the members in percent
    (`percent`), or the capacity in the unit of the members' own (`capacity`) that must stay up.
    Raises ValueError for a threshold or capacity that is negative, infinite or not a number.
    """

    group_id: int
    dependant: ItemId
    rule: GroupRule
    threshold: float
    members: tuple[GroupMember, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        amounts = [self.threshold, *(capacity for _, capacity, _ in self.members)]
        if not all(math.isfinite(amount) and amount >= 0 for amount in amounts):
            raise ValueError(f"group {self.group_id}: an amount is negative or not a number")


class DependencyGraph(Protocol):
    """What an engine is built from; each iterable may be walked more than once."""

    @property
    def items(self) -> Iterable[ItemId]:
        """All items; relations and members that name others are passed over."""

    @property
    def dependencies(self) -> Iterable[Dependency]:
        """Hard and soft relations, without those that are memberships of groups."""

    @property
    def groups(self) -> Iterable[RedundancyGroup]:
        """Redundancy groups; an item may have any number and needs all of them to hold."""


@dataclass(frozen=True)
class ListedGraph:
    """A dependency graph held as plain lists: for small ones, parts of large ones, and tests."""

    items: tuple[ItemId, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    groups: tuple[RedundancyGroup, ...] = ()

    @classmethod
    def of(
        cls,
        dependencies: Iterable[Dependency] = (),
        groups: Iterable[RedundancyGroup] = (),
        items: Iterable[ItemId] = (),
    ) -> Self:
        """Gather a graph whose items are those named anywhere, plus `items` that stand alone."""
        edges, owned = tuple(dependencies), tuple(groups)
        named = set(items) | {end for edge in edges for end in (edge.provider, edge.dependant)}
        for group in owned:
            named |= {group.dependant, *(provider for provider, _, _ in group.members)}
        return cls(tuple(sorted(named)), edges, owned)


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """A redundancy group boiled down to arithmetic, in members or in units of capacity.

    The group falls short when the weights of its fallen members sum to more than `spare`.
    `reduces` says that a loss which the group survives still degrades its dependant.
    """

    group_id: int
    rule: GroupRule
    total: float
    required: float
    members: Sequence[GroupMember] = field(repr=False)
    reduces: bool = False

    @property
    def spare(self) -> float:
        """How much weight may fall while the group holds."""
        tolerance = CAPACITY_TOLERANCE * self.total if self.reduces else 0.0
        return max(self.total - self.required, 0.0) + tolerance


def terms_of(group: RedundancyGroup, known: AbstractSet[ItemId]) -> GroupTerms:
    """Read one group by the rules at the top of this page; `known` are the items of the graph.

    >>> pair = ((ItemId(2), 1, 0), (ItemId(3), 1, 0))
    >>> terms_of(RedundancyGroup(1, ItemId(4), "percent", 50, pair), {2, 3, 4}).spare
    1.0
    """
    members = list(_distinct(group, known))
    count = float(len(members))
    if group.rule == "capacity":
        total = sum(capacity for _, capacity, _ in members)
        if group.threshold <= total * (1 + CAPACITY_TOLERANCE):
            required = min(group.threshold, total)
            return GroupTerms(group.group_id, group.rule, total, required, members, reduces=True)
        required = count
    elif group.rule == "percent":
        rounding = min(0.5, count * PERCENT_TOLERANCE)
        required = _whole(count * min(group.threshold, 100) / 100 - rounding, count)
    else:
        required = _whole(group.threshold - CAPACITY_TOLERANCE, count)
    counted = [(provider, 1.0, relation) for provider, _, relation in members]
    return GroupTerms(group.group_id, group.rule, count, required, counted)


def _whole(amount: float, most: float) -> float:
    return most if amount >= most else float(max(math.ceil(amount), 0))


def _distinct(group: RedundancyGroup, known: AbstractSet[ItemId]) -> Iterator[GroupMember]:
    best: dict[ItemId, tuple[float, int]] = {}
    for provider, capacity, relation in group.members:
        if provider in known and provider != group.dependant:
            most, least = best.get(provider, (capacity, relation))
            best[provider] = (max(most, capacity), min(least, relation))
    for provider in sorted(best):
        yield provider, *best[provider]
