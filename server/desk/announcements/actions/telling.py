"""Telling whom an announcement concerns: the audience is kept, and a job tells it in batches."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Person
from server.desk.announcements.models import (
    Announcement,
    AnnouncementPerson,
    AnnouncementUpdate,
)
from server.desk.announcements.queries.announcements import items_named
from server.desk.announcements.queries.audience import audience_of
from server.foundation.jobs.queue import enqueue
from server.notify.actions import Notice, tell

#: The kind of job that tells, as in ``server.wiring.JOBS``.
TELL = "announcements.tell"
#: People told in one transaction.
BATCH = 500
_EXCERPT = 2000


def let_tell(session: Session, announcement_id: int, update_id: int = 0) -> None:
    """Ask for the telling of an announcement, or of an update of it; it runs after the commit."""
    payload = {"announcement_id": announcement_id, "update_id": update_id}
    key = f"{TELL}:{announcement_id}:{update_id}"
    enqueue(session, TELL, payload, idempotency_key=key)


def widen_audience(session: Session, row: Announcement) -> None:
    """Add whom it concerns today: nobody who was told once is left out of what follows."""
    fresh = audience_of(session, row, items_named(session, row.id))
    columns = ["announcement_id", "person_id"]
    session.execute(insert(AnnouncementPerson).from_select(columns, fresh))
    count = select(func.count()).where(AnnouncementPerson.announcement_id == row.id)
    row.people_count = session.scalar(count) or 0
    session.flush()


def tell_some(
    session: Session, announcement_id: int, update_id: int, after: int, now: datetime
) -> int | None:
    """Tell the people of the audience whose ids follow ``after``; return the last, None at the end.

    Nobody hears the same twice: a notification is one for each person and thing told.
    """
    row = session.get(Announcement, announcement_id)
    update = session.get(AnnouncementUpdate, update_id) if update_id else None
    if row is None:
        return None
    query = (
        select(Person.id, Person.time_zone)
        .join(AnnouncementPerson, AnnouncementPerson.person_id == Person.id)
        .where(AnnouncementPerson.announcement_id == row.id, Person.id > after)
        .order_by(Person.id)
        .limit(BATCH)
    )
    people = session.execute(query).all()
    zones: dict[str, list[int]] = defaultdict(list)
    for person_id, zone in people:
        zones[zone].append(person_id)
    for zone, ids in zones.items():
        tell(session, ids, _notice(row, update, zone), now)
    return people[-1][0] if len(people) == BATCH else None


def _notice(row: Announcement, update: AnnouncementUpdate | None, zone: str) -> Notice:
    """Return what people of one time zone are told: times are on their own clock."""
    kind = "announcement" if update is None else "announcement_news"
    # What was said before the end is no word of it, also when it is told late.
    if update is not None and row.ended_at is not None and update.at >= row.ended_at:
        kind = "announcement_over"
    parts = (row.text, row.concerned, row.workaround) if update is None else (update.text,)
    detail = {
        "title": row.title,
        "text": "\n\n".join(part for part in parts if part)[:_EXCERPT],
        "when": _when(row, zone),
        "who": row.contact,
    }
    key = f"announcement:{row.id}:{update.id if update else 0}"
    return Notice(kind, key, f"/announcements/{row.id}", detail)


def _when(row: Announcement, zone: str) -> str:
    times: Sequence[datetime | None] = (row.starts_at, row.expected_end_at)
    return " \N{EN DASH} ".join(_local(one, zone) for one in times if one is not None)


def _local(moment: datetime, zone: str) -> str:
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        there = ZoneInfo("UTC")
    return moment.astimezone(there).strftime("%Y-%m-%d %H:%M")
