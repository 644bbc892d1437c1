"""Rows of the graph as columns: what was read, before anything is decided about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import RULES
from cmdb.records.sums import group_hashes, item_hashes, relation_hashes, text_marks, total
from cmdb.snapshot.naming import NO_TIER, ItemColumns, ItemRow

Numbers = NDArray[np.int64]
Amounts = NDArray[np.float64]


@dataclass
class RelationRows:
    """Relations by id; ``kind`` is a place among the types that carry impact, or -1."""

    id: Numbers
    start: Numbers
    end: Numbers
    kind: Numbers
    derived: NDArray[np.bool_]
    group: Numbers
    weight: Amounts
    capacity: Amounts

    @classmethod
    def none(cls) -> Self:
        """Return no rows."""
        no, amounts = np.empty(0, np.int64), np.empty(0)
        return cls(no, no, no, no, np.empty(0, np.bool_), no, amounts, amounts)

    @property
    def sum(self) -> int:
        """The part of these rows in the sum of the graph."""
        terms = (self.group, self.weight, self.capacity)
        return total(relation_hashes(self.id, self.start, self.end, *terms))

    def put(self, ids: Numbers, group: Numbers, weight: Amounts, capacity: Amounts) -> None:
        """Put terms in the place of those that stand there; others' ids are passed over."""
        place, known = _places_of(ids, self.id)
        self.group[place] = group[known]
        self.weight[place] = weight[known]
        self.capacity[place] = capacity[known]

    def with_others(self, others: "RelationRows") -> "RelationRows":
        """Return these rows and others, each once, by id."""
        pairs = ((getattr(self, n), getattr(others, n)) for n in self.__dataclass_fields__)
        rows = RelationRows(*(np.concatenate(pair) for pair in pairs))
        _, first = np.unique(rows.id, return_index=True)
        return rows.only(first)

    def only(self, kept: NDArray[Any]) -> "RelationRows":
        """Return some of the rows."""
        if kept.dtype == np.bool_ and kept.all():
            return self
        columns = (getattr(self, name) for name in self.__dataclass_fields__)
        return RelationRows(*(column[kept] for column in columns))


@dataclass
class GroupRows:
    """Redundancy groups; ``rule`` is a place among ``RULES``."""

    id: Numbers
    dependant: Numbers
    rule: NDArray[np.int8]
    threshold: Amounts

    @classmethod
    def none(cls) -> Self:
        """Return no rows."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0))

    def put(self, ids: Numbers, rule: Numbers, threshold: Amounts) -> None:
        """Put terms in the place of those that stand there; others' ids are passed over."""
        place, known = _places_of(ids, self.id)
        self.rule[place] = rule[known]
        self.threshold[place] = threshold[known]

    def only(self, kept: NDArray[Any]) -> "GroupRows":
        """Return some of the rows."""
        columns = (getattr(self, name) for name in self.__dataclass_fields__)
        return GroupRows(*(column[kept] for column in columns))

    @property
    def sum(self) -> int:
        """The part of these rows in the sum of the graph."""
        marks = text_marks(RULES)[self.rule]
        return total(group_hashes(self.id, self.dependant, marks, self.threshold))


@dataclass
class ItemRows:
    """Items by id, those that take no part in impact included; no criticality is NO_TIER."""

    id: Numbers
    name: Sequence[str]
    class_code: Sequence[str]
    organisation: Numbers
    tier: Numbers
    active: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Self:
        """Return no rows."""
        no = np.empty(0, np.int64)
        return cls(no, (), (), no, no, np.empty(0, np.bool_))

    @classmethod
    def of(cls, rows: Sequence[tuple[Any, ...]]) -> Self:
        """Take rows of (id, name, class code, organisation, criticality, takes part)."""
        if not rows:
            return cls.none()
        ids, names, codes, organisations, tiers, active = zip(*rows, strict=True)
        known = [NO_TIER if tier is None else tier for tier in tiers]
        return cls(
            np.array(ids, np.int64),
            names,
            codes,
            np.array(organisations, np.int64),
            np.array(known, np.int64),
            np.array(active, np.bool_),
        )

    @property
    def sum(self) -> int:
        """The part of these rows in the sum of the graph."""
        codes = sorted(set(self.class_code))
        marks = dict(zip(codes, text_marks(codes).tolist(), strict=True))
        classes = [marks[code] for code in self.class_code]
        told = (self.organisation, self.tier, self.active)
        return total(item_hashes(self.id, text_marks(self.name), classes, *told))

    @property
    def columns(self) -> ItemColumns:
        """Return what pages show of them, packed."""
        return ItemColumns.packed(self.name, self.class_code, self.organisation, self.tier)

    def rows(self) -> Iterator[ItemRow]:
        """Return what pages show of them, one by one."""
        tiers = (None if tier == NO_TIER else tier for tier in self.tier.tolist())
        organisations = self.organisation.tolist()
        return zip(self.name, self.class_code, organisations, tiers, strict=True)

    def only_active(self) -> "ItemRows":
        """Return those that take part in impact."""
        kept = np.flatnonzero(self.active)
        places = kept.tolist()
        return ItemRows(
            self.id[kept],
            [self.name[place] for place in places],
            [self.class_code[place] for place in places],
            self.organisation[kept],
            self.tier[kept],
            self.active[kept],
        )


def _places_of(wanted: Numbers, ids: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return where those of the wanted ids lie that are known, and which they are."""
    place = np.minimum(np.searchsorted(ids, wanted), max(len(ids) - 1, 0))
    known = ids[place] == wanted if len(ids) else np.zeros(len(wanted), np.bool_)
    return place[known], known
