"""The portable engine's answer: columns of the walk, read back through the compact graph."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.compact.arrays import GraphArrays
from cmdb.engine.impact.compact.losses import losses_at
from cmdb.engine.impact.compact.readback import (
    groups_at,
    hard_needs,
    slots_at,
    soft_needs,
    terms_at,
)
from cmdb.engine.impact.compact.spread import FAILED, HARD, SOFT, Spread
from cmdb.engine.impact.report import CauseColumns, ImpactReport, LossColumns
from cmdb.engine.impact.values import (
    GroupStanding,
    Ids,
    LostMember,
    ReasonKind,
    State,
    Step,
    reason_kind,
    standing_of,
)

FEW = 1_000
"""Rows up to which a report looks them up in a dictionary."""


class ArrayReport(ImpactReport):
    """`ImpactReport` over what a walk found."""

    def __init__(self, arrays: GraphArrays, failed: tuple[ItemId, ...], found: Spread) -> None:
        self.failed = failed
        self._arrays = arrays
        self._spread = found

    @cached_property
    def ids(self) -> Ids:
        """See `ImpactReport.ids`."""
        return self._arrays.ids[self._spread.vertices]

    @property
    def states(self) -> NDArray[np.int8]:
        """See `ImpactReport.states`."""
        return self._spread.states

    @property
    def distances(self) -> NDArray[np.int32]:
        """See `ImpactReport.distances`."""
        return self._spread.distances

    @cached_property
    def _rows(self) -> NDArray[np.int32]:
        """Each vertex's row in the answer plus one; 0 for those that are up."""
        rows = np.zeros(self._arrays.item_count, np.int32)
        rows[self._spread.vertices] = np.arange(1, len(self.ids) + 1, dtype=np.int32)
        return rows

    @cached_property
    def _few_rows(self) -> dict[int, int]:
        """Each vertex's row where there are only a few: quicker than a table of the whole graph."""
        vertices = self._spread.vertices.tolist() if len(self.ids) <= FEW else ()
        return {vertex: row for row, vertex in enumerate(vertices)}

    def _row(self, item: ItemId) -> int:
        vertex = self._arrays.vertex(item)
        if len(self.ids) <= FEW:
            return self._few_rows.get(vertex, -1)
        return int(self._rows[vertex]) - 1

    def causes(self) -> CauseColumns:
        """See `ImpactReport.causes`."""
        spread, arrays = self._spread, self._arrays
        failed, by_group = spread.carriers == FAILED, np.flatnonzero(spread.channels > 0)
        kinds = np.full(len(self.ids), ReasonKind.HARD_PROVIDER, np.int8)
        kinds[failed] = ReasonKind.FAILED
        kinds[spread.channels == SOFT] = ReasonKind.SOFT_PROVIDER
        providers = np.where(failed, -1, arrays.ids[spread.carriers])
        groups = np.full(len(self.ids), -1, np.int64)
        if len(by_group):
            kinds[by_group] = _GROUP_KINDS[self.states[by_group]]
            groups[by_group] = arrays.group_ids[spread.channels[by_group] - 1]
        return CauseColumns(kinds, providers, groups)

    def state(self, item: ItemId) -> State:
        """See `ImpactReport.state`."""
        row = self._row(item)
        return State.UP if row < 0 else State(int(self.states[row]))

    def states_of(self, items: Ids) -> NDArray[np.int8]:
        """See `ImpactReport.states_of`."""
        states = np.zeros(self._arrays.item_count, np.int8)
        states[self._spread.vertices] = self.states
        return states[self._arrays.vertices(items)]

    def distance(self, item: ItemId) -> int:
        """See `ImpactReport.distance`."""
        row = self._row(item)
        return -1 if row < 0 else int(self.distances[row])

    def step(self, item: ItemId) -> Step | None:
        """See `ImpactReport.step`."""
        row = self._row(item)
        carrier = FAILED if row < 0 else int(self._spread.carriers[row])
        if carrier == FAILED:
            return None
        provider, channel = ItemId(int(self._arrays.ids[carrier])), int(self._spread.channels[row])
        if channel > 0:
            return self._group_step(carrier, item, channel - 1)
        needs = hard_needs if channel == HARD else soft_needs
        numbers = (
            need.relation_id
            for need in needs(self._arrays, self._arrays.vertex(item))
            if need.provider == provider
        )
        return Step(provider, item, "hard" if channel == HARD else "soft", min(numbers))

    def _group_step(self, carrier: int, item: ItemId, group: int) -> Step:
        arrays, slots = self._arrays, slots_at(self._arrays, group)
        slot = slots.start + int(np.flatnonzero(arrays.slot_provider[slots] == carrier)[0])
        provider, relation = ItemId(int(arrays.ids[carrier])), int(arrays.slot_relation[slot])
        return Step(provider, item, "member", relation, int(arrays.group_ids[group]))

    def standings(self, item: ItemId) -> Sequence[GroupStanding]:
        """See `ImpactReport.standings`."""
        return [
            self._standing(group) for group in groups_at(self._arrays, self._arrays.vertex(item))
        ]

    def _standing(self, group: int) -> GroupStanding:
        arrays, slots = self._arrays, slots_at(self._arrays, group)
        rows = self._rows[arrays.slot_provider[slots]] - 1
        affected = np.flatnonzero(rows >= 0)
        fallen = affected[self.states[rows[affected]] == State.DOWN]
        columns = (
            arrays.ids[arrays.slot_provider[slots][fallen]].tolist(),
            arrays.slot_weight[slots][fallen].tolist(),
            self.distances[rows[fallen]].tolist(),
        )
        return standing_of(terms_at(arrays, group), map(LostMember, *columns))

    def losses(self, items: Ids) -> LossColumns:
        """See `ImpactReport.losses`."""
        spread = self._spread
        fallen = np.full(self._arrays.item_count, -1, np.int32)
        down = self.states == State.DOWN
        fallen[spread.vertices[down]] = spread.distances[down]
        return losses_at(self._arrays, fallen, self._arrays.vertices(items))

    def soft_providers(self, item: ItemId) -> Sequence[ItemId]:
        """See `ImpactReport.soft_providers`."""
        vertex = self._arrays.vertex(item)
        hard = {need.provider for need in hard_needs(self._arrays, vertex)}
        return sorted({need.provider for need in soft_needs(self._arrays, vertex)} - hard)


_GROUP_KINDS = np.zeros(len(State), np.int8)
for _state in (State.DOWN, State.DEGRADED, State.AT_RISK):
    _GROUP_KINDS[_state] = reason_kind(_state, "member")
