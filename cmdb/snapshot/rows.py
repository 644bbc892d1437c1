"""Rows of the graph as columns: what was read, before anything is decided about it."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cmdb.records.sums import group_hashes, item_hashes, relation_hashes, text_marks, total
from cmdb.snapshot.naming import NO_TIER, ItemRow

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
        place = np.minimum(np.searchsorted(self.id, ids), max(len(self.id) - 1, 0))
        known = self.id[place] == ids if len(self.id) else np.zeros(len(ids), np.bool_)
        place = place[known]
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
        columns = (getattr(self, name) for name in self.__dataclass_fields__)
        return RelationRows(*(column[kept] for column in columns))


@dataclass
class GroupRows:
    """Redundancy groups by id; rules are words."""

    id: Numbers
    dependant: Numbers
    rule: list[str]
    threshold: Amounts

    @classmethod
    def none(cls) -> Self:
        """Return no rows."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), [], np.empty(0))

    @property
    def sum(self) -> int:
        """The part of these rows in the sum of the graph."""
        return total(group_hashes(self.id, self.dependant, self.rule, self.threshold))


@dataclass
class ItemRows:
    """Items by id, those that take no part in impact included."""

    id: Numbers
    row: list[ItemRow]
    active: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Self:
        """Return no rows."""
        return cls(np.empty(0, np.int64), [], np.empty(0, np.bool_))

    @property
    def sum(self) -> int:
        """The part of these rows in the sum of the graph."""
        marks: dict[str, Any] = {}
        classes = [row[1] for row in self.row]
        marks = dict(zip(sorted(set(classes)), text_marks(sorted(set(classes))), strict=True))
        return total(
            item_hashes(
                self.id,
                text_marks(row[0] for row in self.row),
                [marks[code] for code in classes],
                [row[2] for row in self.row],
                [NO_TIER if row[3] is None else row[3] for row in self.row],
                self.active,
            )
        )
