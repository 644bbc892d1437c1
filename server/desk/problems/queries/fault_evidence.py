"""What the register and the desk know of the items of a fault tree."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.values import State
from cmdb.records.among import among
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.snapshot.live import Snapshot
from cmdb.vocabulary import LifeStage
from server.assets.rules.reliability import Failure, Reliability, reliability
from server.desk.tickets.models import AffectedItem, Ticket
from server.desk.tickets.queries import visible_tickets
from server.desk.tickets.queries.words import words_of
from server.foundation.permissions import Actor
from server.items.blast import compute_impact
from server.items.impacts.hints import WINDOW, ChangeReader, UpstreamChange, is_difference

#: Tickets that are read, the newest; who has more has no use for the exact number.
_MOST = 20_000
#: Incidents whose times are looked before, the newest.
INCIDENTS = 20
#: Open tickets that an item names.
_NAMED = 5

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class FaultEvidence:
    """What is known of an item, as far as the reader may know it.

    ``state`` is what open incidents in sight make of it now. ``tickets`` are the newest open ones
    about it, of ``open_tickets``. ``differences`` were recorded in the 72
    hours before any of the incidents, the last at ``changed_at``; ``changes`` are planned ones
    whose windows touched them.
    """

    state: State
    last_seen_at: datetime
    reliability: Reliability
    open_tickets: int
    tickets: Sequence[str]
    differences: int = 0
    changed_at: datetime | None = None
    changes: Sequence[UpstreamChange] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """What time it is, and the times before the incidents in which what changed is of interest."""

    now: datetime
    spans: Sequence[Span]


@dataclass(slots=True)
class _Told:
    """What tickets tell of one item."""

    failures: list[Failure] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def evidence_about(
    session: Session,
    actor: Actor,
    item_ids: Sequence[int],
    snapshot: Snapshot,
    times: Times,
    changes_of: ChangeReader,
) -> dict[int, FaultEvidence]:
    """Return what is known of items that are known to be in sight, by id.

    Three statements, and the reader's one for each span.
    """
    told, failing = _tickets(session, actor, item_ids)
    report, _, _ = compute_impact(session, sorted(failing), snapshot)
    seen = _differences(session, item_ids, times.spans)
    changes: defaultdict[int, list[UpstreamChange]] = defaultdict(list)
    for since, until in times.spans:
        for change in changes_of(session, actor, item_ids, since, until):
            changes[change.item_id].append(change)
    query = select(
        Item.id, Item.first_seen_at, Item.updated_at, Item.last_seen_at, Item.stage
    ).where(among(session, Item.id, item_ids))
    found = {}
    for item_id, first, updated, last, stage in session.execute(query):
        until = updated if stage == LifeStage.RETIRED else times.now
        count, at = seen.get(item_id, (0, None))
        found[item_id] = FaultEvidence(
            state=State.UP if report is None else report.state(ItemId(item_id)),
            last_seen_at=last,
            reliability=reliability([(item_id, first, until)], told[item_id].failures),
            open_tickets=len(told[item_id].open),
            tickets=told[item_id].open[:_NAMED],
            differences=count,
            changed_at=at,
            changes=_once(changes[item_id]),
        )
    return found


def _once(changes: Iterable[UpstreamChange]) -> list[UpstreamChange]:
    """Leave out what is out of sight, and what touched two spans."""
    return list({one.reference: one for one in changes if one.reference is not None}.values())


def _tickets(
    session: Session, actor: Actor, item_ids: Sequence[int]
) -> tuple[defaultdict[int, _Told], set[int]]:
    """Return what tickets in sight tell of each item, and which items an open failure names."""
    words = words_of(session)
    failures = {code for code, kind in words.kinds.items() if kind.failure}
    query = (
        select(
            AffectedItem.item_id,
            AffectedItem.is_cause,
            Ticket.reference,
            Ticket.kind,
            Ticket.is_open,
            Ticket.occurred_at,
            Ticket.created_at,
        )
        .join(Ticket, Ticket.id == AffectedItem.ticket_id)
        .where(
            among(session, AffectedItem.item_id, item_ids),
            Ticket.state != "cancelled",
            visible_tickets(actor),
        )
        .order_by(Ticket.id.desc())
        .limit(_MOST)
    )
    told: defaultdict[int, _Told] = defaultdict(_Told)
    failing: set[int] = set()
    for row in session.execute(query):
        here = told[row.item_id]
        if row.kind in failures:
            at = row.occurred_at or row.created_at
            here.failures.append(Failure(row.item_id, at, row.is_cause))
        if row.is_open:
            here.open.append(row.reference)
            if row.kind in failures:
                failing.add(row.item_id)
    return told, failing


def _differences(
    session: Session, item_ids: Sequence[int], spans: Sequence[Span]
) -> dict[int, tuple[int, datetime]]:
    """Return (how many, the last) of the differences seen on each item within the spans."""
    if not spans:
        return {}
    at = HistoryEntry.observed_at
    query = (
        select(HistoryEntry.item_id, func.count(), func.max(at))
        .where(
            among(session, HistoryEntry.item_id, item_ids),
            is_difference(),
            or_(*(and_(at >= since, at <= until) for since, until in spans)),
        )
        .group_by(HistoryEntry.item_id)
    )
    return {item: (count, last) for item, count, last in session.execute(query)}


def spans_before(moments: Iterable[datetime]) -> list[Span]:
    """Return the 72 hours before each moment, those that overlap as one, oldest first.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 11, 9, 12, tzinfo=UTC)
    >>> [(until - since).days for since, until in spans_before([noon, noon - timedelta(days=1)])]
    [4]
    """
    spans: list[Span] = []
    for moment in sorted(moments)[-INCIDENTS:]:
        since = moment - WINDOW
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], moment)
        else:
            spans.append((since, moment))
    return spans
