"""What happened upstream before a failure, and how much likelier that makes it the cause.

Nothing speaks as loudly as a change: most failures follow one. The newer it is the louder, and a
planned change weighs twice as much as a difference that was merely seen, for more was touched then
than sources show.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.history import HistoryEntry
from server.foundation.permissions import Actor

#: How far back a change is of late.
WINDOW = timedelta(hours=72)
#: How many times likelier an item is to have failed that changed just now, and how soon that
#: halves; it never sinks below the last.
SEEN, PLANNED = 10.0, 20.0
HALVES = timedelta(hours=24)
_LEAST = 2.0
_KINDS = ("changed", "section", "related", "unrelated")
#: The name under which the reader of changes is lent, as in ``server.wiring.LENT``.
CHANGES = "changes"


class UpstreamChange(Protocol):
    """A planned change whose window touched the time before a failure."""

    @property
    def item_id(self) -> int:
        """What it touches."""

    @property
    def at(self) -> datetime:
        """When its window ended, or the failure came."""

    @property
    def reference(self) -> str | None:
        """Its reference; None where it is out of sight."""

    @property
    def title(self) -> str:
        """What it is about; "" where it is out of sight."""


#: Returns the changes on items whose windows lie between two moments, in sight or not.
ChangeReader = Callable[
    [Session, Actor, Sequence[int], datetime, datetime], Sequence[UpstreamChange]
]


def no_changes(
    _session: Session, _actor: Actor, _items: Sequence[int], _since: datetime, _until: datetime
) -> Sequence[UpstreamChange]:
    """Know of no changes: for questions asked without them."""
    return ()


@dataclass(frozen=True, slots=True)
class Hint:
    """What happened on one item: differences seen, the last at ``seen_at``; planned changes."""

    differences: int = 0
    seen_at: datetime | None = None
    changes: tuple[UpstreamChange, ...] = ()

    def likelier(self, at: datetime) -> float:
        """Return how many times likelier the item is to have failed at a moment.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
        >>> Hint(3, noon - timedelta(days=1)).likelier(noon)
        5.0
        """
        told = [_louder(PLANNED, at - change.at) for change in self.changes]
        if self.seen_at is not None:
            told.append(_louder(SEEN, at - self.seen_at))
        return max(told, default=1.0)


NO_HINT = Hint()


def _louder(times: float, age: timedelta) -> float:
    halved: float = 2.0 ** (max(age, timedelta()) / HALVES)
    return max(_LEAST, times / halved)


def is_difference() -> ColumnElement[bool]:
    """Return the condition on ``HistoryEntry`` for what changed on an item."""
    # The first sight of something is no difference.
    seen_before = HistoryEntry.detail["first"].as_string().is_(None)
    return and_(HistoryEntry.kind.in_(_KINDS), seen_before)


def hints_about(
    session: Session, actor: Actor, item_ids: Sequence[int], at: datetime, changes_of: ChangeReader
) -> Mapping[int, Hint]:
    """Return what happened on each item in the 72 hours before. One statement, and the reader's."""
    seen_at = HistoryEntry.observed_at
    query = (
        select(HistoryEntry.item_id, func.count(), func.max(seen_at))
        .where(
            among(session, HistoryEntry.item_id, item_ids),
            is_difference(),
            seen_at >= at - WINDOW,
            seen_at <= at,
        )
        .group_by(HistoryEntry.item_id)
    )
    found = {item: Hint(count, last) for item, count, last in session.execute(query)}
    return _with_changes(found, changes_of(session, actor, item_ids, at - WINDOW, at))


def _with_changes(found: dict[int, Hint], changes: Iterable[UpstreamChange]) -> dict[int, Hint]:
    for change in changes:
        known = found.get(change.item_id, NO_HINT)
        found[change.item_id] = replace(known, changes=(*known.changes, change))
    return found
