"""The answer to "what suffers when these fail", the same for every engine.

An engine knows the states and the last step into each item; everything a person reads (reason,
path, why not, pages of rows) is composed here from those, for the rows asked for and no others.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.values import (
    AffectedItem,
    GroupStanding,
    Ids,
    Reason,
    ReasonKind,
    State,
    Step,
    WhyNot,
    reason_kind,
)


@dataclass(frozen=True, slots=True)
class CauseColumns:
    """The reason of every affected item as columns, row for row with `ImpactReport.ids`.

    `kinds` holds `ReasonKind` numbers, `providers` the item the state came from and `groups` the
    redundancy group it came through; where there is none, both hold -1.
    """

    kinds: NDArray[np.int8]
    providers: Ids
    groups: Ids


@dataclass(frozen=True, slots=True)
class LossColumns:
    """Redundancy groups that lost members, as columns.

    `items[i]` owns the group `groups[i]`, which needs `required[i]` and has `remaining[i]` left;
    `holds` says whether that is enough. Its fallen members, nearest first, are those of `members`
    from `starts[i]` up to `starts[i + 1]`.
    """

    items: Ids
    groups: Ids
    required: NDArray[np.float64]
    remaining: NDArray[np.float64]
    holds: NDArray[np.bool_]
    starts: NDArray[np.int64]
    members: Ids


class ImpactReport(ABC):
    """What a set of failures does to an estate.

    `ids`, `states` (numbers of `State`) and `distances` are columns with one row for every item
    that is not up: worst state first, then nearest, then by id. Do not write to them. The distance
    is the number of steps of `path(item)`, which follows the reasons back to a failed item; an item
    that falls because a group fell short is one step beyond the member that tipped the group over.
    """

    failed: tuple[ItemId, ...]

    @property
    @abstractmethod
    def ids(self) -> Ids:
        """Affected items, the failed ones included."""

    @property
    @abstractmethod
    def states(self) -> NDArray[np.int8]:
        """Their states."""

    @property
    @abstractmethod
    def distances(self) -> NDArray[np.int32]:
        """Their distances."""

    @abstractmethod
    def causes(self) -> CauseColumns:
        """Give the reasons of all rows at once; `reason` says more about one."""

    @abstractmethod
    def state(self, item: ItemId) -> State:
        """State of any item of the graph; raises ItemNotInGraph for others."""

    def states_of(self, items: Ids) -> NDArray[np.int8]:
        """Give the states of many items, as of all services; raises ItemNotInGraph."""
        return np.array([self.state(ItemId(item)) for item in items.tolist()], np.int8)

    @abstractmethod
    def distance(self, item: ItemId) -> int:
        """Count the steps from a failed item; -1 for an item that is up."""

    @abstractmethod
    def step(self, item: ItemId) -> Step | None:
        """Give the last step of the failure's way; None for failed items and those that are up."""

    @abstractmethod
    def standings(self, item: ItemId) -> Sequence[GroupStanding]:
        """How each redundancy group of the item stands, whatever befell it."""

    def losses(self, items: Ids) -> LossColumns:
        """Give the groups of many items that lost a member; `standings` says more about one."""
        held = [
            (item, group)
            for item in items.tolist()
            for group in self.standings(ItemId(item))
            if group.lost
        ]
        members = [[lost.item for lost in group.lost] for _, group in held]
        return LossColumns(
            np.array([item for item, _ in held], np.int64),
            np.array([group.group_id for _, group in held], np.int64),
            np.array([group.required for _, group in held], np.float64),
            np.array([group.remaining for _, group in held], np.float64),
            np.array([group.holds for _, group in held], np.bool_),
            np.cumsum([0, *map(len, members)], dtype=np.int64),
            np.array([member for group in members for member in group], np.int64),
        )

    @abstractmethod
    def soft_providers(self, item: ItemId) -> Sequence[ItemId]:
        """List what the item needs softly."""

    def __len__(self) -> int:
        return len(self.ids)

    def count_by_state(self) -> dict[State, int]:
        """How many items stand in each state but up, worst first."""
        counts = np.bincount(self.states, minlength=len(State))
        worst_first = (State.DOWN, State.DEGRADED, State.AT_RISK)
        return {state: int(counts[state]) for state in worst_first}

    def affected(self, offset: int = 0, limit: int | None = None) -> list[AffectedItem]:
        """Rows `offset` to `offset + limit` of the answer, worst first, with reasons and paths."""
        page = self.ids[offset : None if limit is None else offset + limit].tolist()
        return [self.affected_item(ItemId(item)) for item in page]

    def affected_item(self, item: ItemId) -> AffectedItem:
        """One item as a full row; raises ValueError when the item is up."""
        reason = self.reason(item)
        if reason is None:
            raise ValueError(f"item {item} is up")
        return AffectedItem(item, reason.state, self.distance(item), reason, self.path(item))

    def path(self, item: ItemId) -> tuple[Step, ...]:
        """List the steps from a failed item to this one; none for failed items and those up."""
        return tuple(self._steps_back(item))[::-1]

    def _steps_back(self, item: ItemId) -> Iterator[Step]:
        step = self.step(item)
        while step is not None:
            yield step
            step = self.step(step.provider)

    def reason(self, item: ItemId) -> Reason | None:
        """Say which rule gave the item its state, on what evidence; None when it is up."""
        state, step = self.state(item), self.step(item)
        if step is None:
            failed = Reason(item, state, ReasonKind.FAILED, evidence=(item,))
            return failed if state is State.DOWN else None
        if step.group_id is not None:
            return self._group_reason(state, step)
        kind = reason_kind(state, step.kind)
        provider_state = self.state(step.provider)
        return Reason(item, state, kind, step, provider_state, evidence=(step.provider,))

    def _group_reason(self, state: State, step: Step) -> Reason:
        item = step.dependant
        group = next(held for held in self.standings(item) if held.group_id == step.group_id)
        evidence: tuple[ItemId, ...] = (step.provider,)
        if state is State.DOWN:
            nearer = (lost for lost in group.lost if lost.distance < self.distance(item))
            evidence = tuple(lost.item for lost in nearer)
        kind = reason_kind(state, step.kind)
        return Reason(item, state, kind, step, State.DOWN, group, evidence)

    def why_not(self, item: ItemId) -> WhyNot:
        """Say what keeps the item from a worse state."""
        holding = tuple(held for held in self.standings(item) if held.holds and held.lost)
        softened = (
            provider
            for provider in self.soft_providers(item)
            if self.state(provider) >= State.DEGRADED
        )
        return WhyNot(item, self.state(item), holding, tuple(softened))
