"""The rows of an impact report that an answer speaks of, as columns.

Rows become objects nowhere: `encoding` writes the answer from these columns, so that thousands of
rows with names and reasons take milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.rows import distinct
from cmdb.engine.impact.report import CauseColumns, ImpactReport, LossColumns
from cmdb.snapshot.live import Snapshot
from cmdb.snapshot.naming import NamedItems
from server.items.impacts.naming import group_names
from server.items.impacts.sight import Mask

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Spread:
    """What is told of a report.

    ``named_rows`` are the rows that the answer names, ascending, and ``names`` their columns;
    ``losses`` are None unless asked for.
    """

    telling: "Telling"
    report: ImpactReport
    causes: CauseColumns
    #: The row of the item each state came from; -1 for items that failed themselves.
    carriers: Rows
    finder: "RowFinder"
    named_rows: Rows
    names: NamedItems
    losses: LossColumns | None
    group_names: Mapping[int, str]


class RowFinder:
    """Places of items in the columns of a report."""

    def __init__(self, ids: NDArray[np.int64]) -> None:
        self._order = np.argsort(ids, kind="stable")
        self._ids = ids[self._order]

    def rows(self, items: NDArray[np.int64]) -> Rows:
        """Return the row of each item; -1 for those that are up."""
        place = np.minimum(np.searchsorted(self._ids, items), len(self._ids) - 1)
        return np.where(self._ids[place] == items, self._order[place], -1)


@dataclass(frozen=True, slots=True)
class Telling:
    """Which rows are told, and what is told of them.

    ``shown`` and ``services`` are rows of the report; ``seen`` says of every row whether the actor
    may see it.
    """

    seen: Mask
    shown: Rows
    services: Rows
    paths: bool
    groups: bool


def spread_of(
    session: Session, snapshot: Snapshot, report: ImpactReport, telling: Telling
) -> Spread:
    """Gather the columns of an answer. One statement, for the names of groups."""
    causes, finder = report.causes(), RowFinder(report.ids)
    carriers = finder.rows(causes.providers)
    wanted = np.zeros(len(carriers), np.bool_)
    wanted[telling.shown] = wanted[telling.services] = True
    told = np.flatnonzero(wanted)
    losses = report.losses(report.ids[told]) if telling.groups else None
    _mark_behind(wanted, carriers, told, far=telling.paths)
    if losses is not None:
        wanted[finder.rows(losses.members)] = True
    named = np.flatnonzero(wanted)
    groups = causes.groups[named]
    if losses is not None:
        groups = np.concatenate([groups, losses.groups])
    return Spread(
        telling=telling,
        report=report,
        causes=causes,
        carriers=carriers,
        finder=finder,
        named_rows=named,
        names=snapshot.named(report.ids[named]),
        losses=losses,
        group_names=group_names(session, distinct(groups[groups >= 0]).tolist(), snapshot.sequence),
    )


def _mark_behind(wanted: Mask, carriers: Rows, rows: Rows, *, far: bool) -> None:
    """Mark the rows that states came from: one step back, or all the way."""
    known = np.zeros(len(carriers), np.bool_)
    while len(rows):
        rows = carriers[rows]
        rows = distinct(rows[rows >= 0])
        rows = rows[~known[rows]]
        known[rows] = True
        if not far:
            break
    wanted |= known
