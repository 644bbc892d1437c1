"""Maintenance that was announced, and of which services."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.impact.values import State
from cmdb.records.among import among
from server.desk.announcements.models import Announcement, AnnouncementItem
from server.desk.availability.rules.spans import Span, joined
from server.items.blast import compute_impact

_KIND = "maintenance"
_TOLD = ("published", "ended")


def maintenance_among(
    session: Session, since: datetime, until: datetime
) -> Mapping[int, Sequence[Span]]:
    """Return the announced maintenance that reaches into a time, by item. Two statements.

    It counts from when it was published until the end that was announced, or its own if that came
    before; without an announced end it is no window. It is about the items named and about whatever
    goes down or is degraded with them, as the graph stands now.
    """
    windows = _windows(session, since, until)
    if not windows:
        return {}
    query = select(AnnouncementItem.announcement_id, AnnouncementItem.item_id).where(
        among(session, AnnouncementItem.announcement_id, sorted(windows))
    )
    named: dict[int, list[int]] = defaultdict(list)
    for announcement_id, item_id in session.execute(query):
        named[announcement_id].append(item_id)
    found: dict[int, list[Span]] = defaultdict(list)
    for announcement_id, item_ids in named.items():
        for item_id in _reached(session, item_ids):
            found[item_id].append(windows[announcement_id])
    return {item_id: joined(spans) for item_id, spans in found.items()}


def _windows(session: Session, since: datetime, until: datetime) -> dict[int, Span]:
    query = select(
        Announcement.id,
        Announcement.starts_at,
        Announcement.published_at,
        Announcement.expected_end_at,
        Announcement.ended_at,
    ).where(
        Announcement.kind == _KIND,
        Announcement.state.in_(_TOLD),
        Announcement.starts_at < until,
        Announcement.expected_end_at > since,
    )
    found: dict[int, Span] = {}
    for announcement_id, starts_at, published_at, expected, ended in session.execute(query):
        if published_at is None or expected is None:
            continue
        begins = max(starts_at, published_at)
        ends = min(one for one in (expected, ended) if one is not None)
        if begins < ends and ends > since and begins < until:
            found[announcement_id] = begins, ends
    return found


def _reached(session: Session, item_ids: Sequence[int]) -> set[int]:
    report, _, _ = compute_impact(session, item_ids)
    if report is None:
        return set(item_ids)
    return {*item_ids, *report.ids[report.states >= State.DEGRADED].tolist()}
