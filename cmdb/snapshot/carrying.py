"""How relations carry a failure: which end lives from the other, and how strongly."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.columns import (
    GraphColumns,
    GroupColumns,
    MemberColumns,
    RelationColumns,
)
from cmdb.model import Model
from cmdb.snapshot.rows import GroupRows, Numbers, RelationRows

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Carrying:
    """The types of relations that carry impact, by their place in ``codes``."""

    codes: tuple[str, ...]
    from_start: Flags  # the start is the provider
    soft: Flags

    @classmethod
    def of(cls, model: Model) -> Self:
        """Take the types of a model that have a provider."""
        kinds = sorted(
            (kind for kind in model.relation_types if kind.provider is not None),
            key=lambda kind: kind.code,
        )
        return cls(
            tuple(kind.code for kind in kinds),
            np.array([kind.provider == "start" for kind in kinds], np.bool_),
            np.array([kind.strength == "soft" for kind in kinds], np.bool_),
        )

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Return the place of each type among ``codes``."""
        return {code: place for place, code in enumerate(self.codes)}

    @property
    def mark(self) -> int:
        """Return a number that tells these types from others."""
        told = (self.codes, self.from_start.tolist(), self.soft.tolist())
        return crc32(repr(told).encode())

    def ends(self, rows: RelationRows) -> tuple[Numbers, Numbers]:
        """Return (providers, dependants) of rows that all carry impact."""
        near = self.from_start[rows.kind]
        return np.where(near, rows.start, rows.end), np.where(near, rows.end, rows.start)

    def columns(self, rows: RelationRows, groups: GroupRows, items: Numbers) -> GraphColumns:
        """Turn rows into what an engine is built from, provider first.

        A dependant that leans on its provider only in part (a weight below 1) does not fall with
        it, whatever the type says: the relation is soft. And where somebody has put a provider into
        a group, what was merely derived between the same two does not bring its failure in beside
        it; neither does a relation of the same type that is soft only for want of a group.
        """
        rows = rows.only(rows.kind >= 0)
        provider, dependant = self.ends(rows)
        member = rows.group != 0
        beside = rows.derived & ~member
        if beside.any():
            beside[beside] = _among_pairs(
                (provider[beside], dependant[beside]), (provider[member], dependant[member])
            )
        wanting = self.soft[rows.kind] & ~member & ~beside
        if wanting.any() and member.any():
            alike = provider * len(self.codes) + rows.kind
            beside[wanting] = _among_pairs(
                (alike[wanting], dependant[wanting]), (alike[member], dependant[member])
            )
        soft = (self.soft[rows.kind] | (rows.weight < 1)) & ~member & ~beside
        hard = ~(soft | member | beside)
        groups = groups.only(np.argsort(groups.id))
        return GraphColumns(
            items,
            RelationColumns(provider[hard], dependant[hard], rows.id[hard], rows.weight[hard]),
            RelationColumns(provider[soft], dependant[soft], rows.id[soft], rows.weight[soft]),
            GroupColumns(groups.id, groups.dependant, groups.rule, groups.threshold),
            MemberColumns(
                rows.group[member], provider[member], rows.capacity[member], rows.id[member]
            ),
        )


def _among_pairs(wanted: tuple[Numbers, Numbers], known: tuple[Numbers, Numbers]) -> Flags:
    """Say of each pair whether it is among the known ones."""
    numbers = np.unique(np.concatenate([*wanted, *known]))

    def keys(pairs: tuple[Numbers, Numbers]) -> Numbers:
        first, second = (np.searchsorted(numbers, side) for side in pairs)
        return np.asarray(first * len(numbers) + second)

    return np.isin(keys(wanted), keys(known))
