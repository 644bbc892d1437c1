"""What items were at a past moment, so far as it differs from today: read once for a whole query.

Name, class, stage, criticality and organisation have terms of their own in the graph's past; other
values are what the first difference after the moment says was there before it. Both reads are
bounded: where too much has changed since, a query is refused rather than answered late.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from cmdb.query.language.faults import QueryFault
from cmdb.records.among import among
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.records.past import ItemPast

#: So many differences since the moment are read for one query at most, of either kind.
MOST_DIFFERENCES = 200_000

#: Values by what the graph's past calls them, beside the column of today.
TERMS: Mapping[str, tuple[Any, Any]] = {
    "name": (ItemPast.name, Item.name),
    "class": (ItemPast.class_code, Item.class_code),
    "stage": (ItemPast.stage, Item.stage),
    "criticality": (ItemPast.criticality, Item.criticality),
    "organisation": (ItemPast.organisation_id, Item.organisation_id),
}

#: Value by item, of the items whose value was another one at the moment.
Bygone = Mapping[int, Any]


class Told(NamedTuple):
    """A row of history: what one source told of one item."""

    at: datetime
    item_id: int
    source: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """The moment of which a query is asked; ``sequence`` is that of the graph's log then."""

    session: Session
    moment: datetime
    sequence: int

    def terms(self, names: Collection[str]) -> dict[str, Bygone]:
        """Return what differed then of some of ``TERMS``. Raises ``QueryFault``: too much did."""
        asked = sorted(names)
        if not asked:
            return {}
        differs = [TERMS[name][0].is_distinct_from(TERMS[name][1]) for name in asked]
        query = (
            select(ItemPast.item_id, *(TERMS[name][0] for name in asked))
            .join(Item, Item.id == ItemPast.item_id)
            .where(
                ItemPast.valid_to > self.sequence,
                ItemPast.valid_from <= self.sequence,
                or_(*differs),
            )
        )
        rows = self.session.execute(query.limit(MOST_DIFFERENCES + 1)).all()
        _bound(len(rows))
        return {name: {row[0]: row[at] for row in rows} for at, name in enumerate(asked, start=1)}

    def values(
        self, names: Collection[str], within: Sequence[int] | None
    ) -> dict[str, dict[int, Any]]:
        """Return what differed then of values that history alone tells; None where there was none.

        ``within`` are the items that matter; None means all of them. Raises ``QueryFault`` when
        more was recorded since than is read.
        """
        found: dict[str, dict[int, Any]] = {name: {} for name in names}
        if not names:
            return found
        since = self._since(within)
        query = (
            select(HistoryEntry.item_id, HistoryEntry.subject, HistoryEntry.detail)
            .where(
                *since,
                HistoryEntry.kind == "changed",
                among(self.session, HistoryEntry.subject, sorted(names)),
            )
            .order_by(HistoryEntry.id)
        )
        for item_id, name, detail in self.session.execute(query):
            found[name].setdefault(item_id, detail.get("old"))
        return found

    def told(
        self, kind: str, subject: str, within: Collection[int] | None, *, before: timedelta
    ) -> list[Told]:
        """Return rows of history of one kind and subject, the newest first.

        They reach back to ``before`` the moment. Raises ``QueryFault`` as ``values`` does.
        """
        query = (
            select(HistoryEntry.at, HistoryEntry.item_id, HistoryEntry.source, HistoryEntry.detail)
            .where(
                *self._since(within, before),
                HistoryEntry.kind == kind,
                HistoryEntry.subject == subject,
            )
            .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
        )
        return [Told(*row) for row in self.session.execute(query)]

    def _since(
        self, within: Collection[int] | None, before: timedelta = timedelta()
    ) -> list[ColumnElement[bool]]:
        """Return the conditions on what was recorded since; raises ``QueryFault`` for too much."""
        since: list[ColumnElement[bool]] = [HistoryEntry.at > self.moment - before]
        if within is not None:
            since.append(among(self.session, HistoryEntry.item_id, sorted(within)))
        recorded = select(HistoryEntry.id).where(*since).limit(MOST_DIFFERENCES + 1).subquery()
        _bound(self.session.scalar(select(func.count()).select_from(recorded)) or 0)
        return since


def _bound(differences: int) -> None:
    if differences > MOST_DIFFERENCES:
        raise QueryFault(
            f"more than {MOST_DIFFERENCES} differences were recorded since then; narrow the list"
            " by class, stage, tier, organisation or name, or ask for a later moment"
        )
