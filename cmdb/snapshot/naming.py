"""What a page shows of an item, kept beside the graph: name, class, organisation and criticality.

Names lie one after another in one array of bytes, each ended by a zero byte, so that thousands are
decoded in one go.

    >>> columns = ItemColumns.of([("web 1", "server", 7, 2), ("Zürich", "site", 7, None)])
    >>> found = columns.at(np.array([1, 0]))
    >>> found.name, found.class_code, found.criticality
    (['Zürich', 'web 1'], ['site', 'server'], [None, 2])
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.rows import places as stretches

NOBODY = 0
"""The organisation of a place that no item has yet."""
NO_TIER = -1
"""The criticality of an item that has none."""

ItemRow = tuple[str, str, int, int | None]
"""(name, class code, organisation, criticality) of one item."""


@dataclass(frozen=True, slots=True)
class NamedItems:
    """Items as parallel columns, in the order they were asked for."""

    name: list[str]
    class_code: list[str]
    organisation_id: list[int]
    criticality: list[int | None]

    def put(self, place: int, row: ItemRow) -> None:
        """Put one item in the place of another."""
        self.name[place], self.class_code[place] = row[0], row[1]
        self.organisation_id[place], self.criticality[place] = row[2], row[3]


@dataclass(frozen=True)
class ItemColumns:
    """One row for each vertex of the graph; the arrays may be read-only."""

    name_start: NDArray[np.int32]  # [N + 1] where each name begins in the bytes
    name_bytes: NDArray[np.uint8]  # UTF-8, a zero byte after each name
    class_place: NDArray[np.int16]  # [N] place in `class_codes`
    organisation: NDArray[np.int32] | NDArray[np.int64]  # [N]
    tier: NDArray[np.int8]  # [N] criticality, or NO_TIER
    class_codes: tuple[str, ...]

    @classmethod
    def of(cls, rows: Iterable[ItemRow]) -> Self:
        """Pack rows, given in the order of the vertices."""
        listed = list(rows)
        return cls.packed(
            [row[0] for row in listed],
            [row[1] for row in listed],
            np.array([row[2] for row in listed], np.int64),
            np.array([NO_TIER if row[3] is None else row[3] for row in listed], np.int64),
        )

    @classmethod
    def packed(
        cls,
        names: Sequence[str],
        classes: Sequence[str],
        organisations: NDArray[np.int64],
        tiers: NDArray[np.int64],
    ) -> Self:
        """Pack columns, given in the order of the vertices."""
        joined = "\0".join(names).encode()
        if joined.count(b"\0") >= max(len(names), 1):
            joined = "\0".join(name.replace("\0", " ") for name in names).encode()
        name_bytes = np.frombuffer(joined + b"\0" if names else b"", np.uint8)
        ends = np.flatnonzero(name_bytes == 0) + 1
        codes = sorted(set(classes))
        number = {code: place for place, code in enumerate(codes)}
        return cls(
            np.concatenate([[0], ends]).astype(np.int32),
            name_bytes,
            np.array([number[code] for code in classes], np.int16),
            _narrow(organisations),
            tiers.astype(np.int8),
            tuple(codes),
        )

    @property
    def is_somebody(self) -> NDArray[np.bool_]:
        """Say of each row whether it is an item's, and not a place for one to come."""
        found: NDArray[np.bool_] = self.organisation != NOBODY
        return found

    def placed(self, places: NDArray[np.int64], count: int) -> "ItemColumns":
        """Return `count` rows: these at the places given, in that order, and nobody's between."""
        lengths = np.ones(count, np.int32)
        lengths[places] = np.diff(self.name_start)
        start = _starts(lengths)
        names = np.zeros(start[-1], np.uint8)
        into, _ = stretches(start[places], start[places + 1])
        names[into] = self.name_bytes
        classes = np.zeros(count, np.int16)
        classes[places] = self.class_place
        organisations = np.full(count, NOBODY, self.organisation.dtype)
        organisations[places] = self.organisation
        tiers = np.full(count, NO_TIER, np.int8)
        tiers[places] = self.tier
        return ItemColumns(start, names, classes, organisations, tiers, self.class_codes)

    def only(self, places: NDArray[np.int64]) -> "ItemColumns":
        """Return some of the rows."""
        start = self.name_start
        taken, sizes = stretches(start[places], start[places + 1])
        return ItemColumns(
            _starts(sizes),
            self.name_bytes[taken],
            self.class_place[places],
            self.organisation[places],
            self.tier[places],
            self.class_codes,
        )

    def with_rows(self, rows: Mapping[int, ItemRow]) -> "ItemColumns":
        """Return these rows with others in some places."""
        if not rows:
            return self
        places = np.array(sorted(rows), np.int64)
        kept = np.setdiff1d(np.arange(len(self.tier)), places, assume_unique=True)
        old = self.only(kept)
        new = ItemColumns.of(rows[place] for place in places.tolist())
        codes = tuple(sorted({*old.class_codes, *new.class_codes}))
        joined = ItemColumns(
            np.concatenate([old.name_start, new.name_start[1:] + old.name_start[-1]]),
            np.concatenate([old.name_bytes, new.name_bytes]),
            np.concatenate([_recoded(old, codes), _recoded(new, codes)]),
            np.concatenate([old.organisation, new.organisation]),
            np.concatenate([old.tier, new.tier]),
            codes,
        )
        return joined.only(np.argsort(np.concatenate([kept, places])))

    def at(self, vertices: NDArray[np.int32] | NDArray[np.int64]) -> NamedItems:
        """Return the rows of some vertices; 5,000 take about a millisecond."""
        start = self.name_start
        place, _ = stretches(start[vertices], start[vertices + 1])
        names = self.name_bytes[place].tobytes().decode(errors="replace").split("\0")[:-1]
        codes = self.class_codes
        return NamedItems(
            names,
            [codes[place] for place in self.class_place[vertices].tolist()],
            self.organisation[vertices].tolist(),
            [None if tier == NO_TIER else tier for tier in self.tier[vertices].tolist()],
        )


def _starts(lengths: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.concatenate([[0], lengths.cumsum()]).astype(np.int32)


def _narrow(numbers: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.int64]:
    """Halve what fits into half, as ids of organisations nearly always do."""
    if len(numbers) and int(numbers.max()) >= 2**31:
        return numbers
    return numbers.astype(np.int32)


def _recoded(columns: ItemColumns, codes: tuple[str, ...]) -> NDArray[np.int16]:
    """Return the classes of the rows as places in another list, which holds them all."""
    places = np.array([codes.index(code) for code in columns.class_codes], np.int16)
    return places[columns.class_place] if len(places) else columns.class_place
