"""The pencil of `estate_graph`: layers of numbered items, and relations drawn between them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import RULES
from cmdb.engine.impact.compact.columns import (
    GraphColumns,
    GroupColumns,
    MemberColumns,
    RelationColumns,
)

Numbers = NDArray[np.int64]
Amounts = NDArray[np.float64]

AT_LEAST, PERCENT, CAPACITY = (RULES.index(rule) for rule in ("at_least", "percent", "capacity"))


class Dice:
    """Random numbers that are the same everywhere, for ever (numpy keeps its own right to change).

    SplitMix64 over a running counter: Steele, Lea, Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014.
    """

    def __init__(self, seed: int) -> None:
        self._next = seed << 40

    def _bits(self, count: int) -> NDArray[np.uint64]:
        bits = np.arange(self._next + 1, self._next + count + 1, dtype=np.uint64)
        self._next += count
        bits *= np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))

    def integers(self, below: int, count: int) -> Numbers:
        return (self._bits(count) % np.uint64(below)).astype(np.int64)

    def shares(self, count: int) -> Amounts:
        """Numbers from 0 up to but not including 1."""
        return (self._bits(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53


@dataclass
class Drawing:
    """The estate while it grows; items are numbered layer by layer, and within one, by site."""

    size: int
    count: dict[str, int]
    dice: Dice
    first: dict[str, int] = field(default_factory=dict)
    hard: list[tuple[Numbers, Numbers]] = field(default_factory=list)
    soft: list[tuple[Numbers, Numbers]] = field(default_factory=list)
    groups: list[tuple[Numbers, int, float]] = field(default_factory=list)
    members: list[tuple[Numbers, Numbers, NDArray[np.float64]]] = field(default_factory=list)
    group_count: int = 0
    _names: Numbers | None = None

    def __post_init__(self) -> None:
        at = 0
        for layer, count in self.count.items():
            self.first[layer] = at
            at += count
        self.first["island"], self.count["island"] = at, self.size - at

    def all(self, layer: str) -> Numbers:
        return np.arange(self.first[layer], self.first[layer] + self.count[layer])

    def near(self, layer: str, target: str, width: int = 1) -> Numbers:
        """For each item of `layer`, `width` items of `target` in its site: [count, width]."""
        sites = self.count["site"]
        site = np.arange(self.count[layer]) * sites // self.count[layer]
        low = -(-site * self.count[target] // sites)
        room = -(-(site + 1) * self.count[target] // sites) - low
        start = (self.dice.shares(len(site)) * room).astype(np.int64)
        turn = (start[:, None] + np.arange(width)) % room[:, None]
        return self.first[target] + low[:, None] + turn

    def anywhere(self, layer: str, target: str, width: int = 1) -> Numbers:
        """For each item of `layer`, `width` items of `target`, wherever they stand."""
        start = self.dice.integers(self.count[target], self.count[layer])
        turn = (start[:, None] + np.arange(width)) % self.count[target]
        return self.first[target] + turn

    def need(self, dependants: Numbers, providers: Numbers, share: float = 1.0) -> None:
        """A hard relation from each row's first provider, for a share of the rows."""
        chosen = self.dice.shares(len(dependants)) < share
        self.hard.append((providers.reshape(len(dependants), -1)[chosen, 0], dependants[chosen]))

    def need_softly(self, dependants: Numbers, providers: Numbers, share: float) -> None:
        chosen = self.dice.shares(len(dependants)) < share
        self.soft.append((providers.reshape(len(dependants), -1)[chosen, 0], dependants[chosen]))

    def need_some(
        self, dependants: Numbers, providers: Numbers, threshold: float, rule: int = AT_LEAST
    ) -> None:
        """One group for each row, of all providers in the row."""
        numbers = self.group_count + np.arange(len(dependants))
        self.group_count += len(dependants)
        self.groups.append((dependants, rule, threshold))
        flat = providers.reshape(-1)
        capacities = (self.dice.integers(4, len(flat)) * 10 + 10).astype(np.float64)
        self.members.append((np.repeat(numbers, providers.shape[1]), flat, capacities))

    def columns(self) -> GraphColumns:
        """The whole estate, under its shuffled numbers."""
        names = self.names()
        hard, soft = _stacked(self.hard), _stacked(self.soft)
        number, provider = _stacked([(group, member) for group, member, _ in self.members])
        ends = np.cumsum([0, len(hard[0]), len(soft[0]), len(number)])
        relations = [np.arange(ends[part], ends[part + 1]) + 1 for part in range(3)]
        weights = np.full(len(soft[0]), 0.5)
        return GraphColumns(
            np.sort(names),
            RelationColumns.of(names[hard[0]], names[hard[1]], relations[0]),
            RelationColumns.of(names[soft[0]], names[soft[1]], relations[1], weights),
            self._group_columns(names),
            MemberColumns(
                number + 1,
                names[provider],
                np.concatenate([capacity for _, _, capacity in self.members]),
                relations[2],
            ),
        )

    def _group_columns(self, names: Numbers) -> GroupColumns:
        owners = np.concatenate([owner for owner, _, _ in self.groups])
        sizes = [len(owner) for owner, _, _ in self.groups]
        rules = np.array([rule for _, rule, _ in self.groups], np.int8)
        thresholds = np.array([threshold for _, _, threshold in self.groups], np.float64)
        return GroupColumns(
            np.arange(len(owners)) + 1,
            names[owners],
            np.repeat(rules, sizes),
            np.repeat(thresholds, sizes),
        )

    def names(self) -> Numbers:
        """The number each item goes by: shuffled in blocks of 64, as discovery hands them out."""
        if self._names is None:
            block = np.argsort(self.dice.shares(-(-self.size // 64)), kind="stable")
            place = np.arange(self.size)
            self._names = block[place // 64] * 64 + place % 64 + 1
        return self._names


def _stacked(parts: list[tuple[Numbers, Numbers]]) -> tuple[Numbers, Numbers]:
    return np.concatenate([one for one, _ in parts]), np.concatenate([two for _, two in parts])
