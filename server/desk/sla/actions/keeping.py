"""Keeping the clocks of a ticket true to what happened, and telling of each level once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.sla.events import ClockReached
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.clocks import Reading, Stretch, next_level, read_clock
from server.desk.sla.rules.facts import Facts, promises_of
from server.foundation.events import publish

#: Clocks that one transaction of the sweep takes.
BATCH = 200


def keep_clocks(session: Session, facts: Facts, now: datetime) -> list[SlaClock]:
    """Let the clocks of a ticket show what follows from ``facts``; return them.

    A level that was told is not told again, also when another target holds now. A promise that no
    longer fits goes.
    """
    agreements = agreements_of(session)
    query = select(SlaClock).where(SlaClock.ticket_id == facts.ticket_id)
    rows = {(row.measure, row.holder): row for row in session.scalars(query)}
    kept: list[SlaClock] = []
    for promise in promises_of(agreements, facts):
        measure, holder = promise.key
        row = rows.pop(promise.key, None)
        if row is None:
            row = SlaClock(
                ticket_id=facts.ticket_id, measure=measure, holder=holder, fired=0, reason=""
            )
            session.add(row)
        row.calendar, row.target_minutes = promise.target.calendar, promise.target.minutes
        if row.started_at != promise.started_at:
            # Handed over, or told, once more: a promise of its own.
            row.fired, row.reason, row.reason_by_id = 0, "", None
        row.started_at, row.stopped_at = promise.started_at, promise.stopped_at
        _show(row, agreements, promise.ran, now)
        kept.append(row)
    for row in rows.values():
        session.delete(row)
    session.flush()
    return kept


def ran_of(agreements: Agreements, row: SlaClock, facts: Facts) -> Sequence[Stretch]:
    """Return when a clock ran; a holder's never where nothing is asked of it any longer."""
    if not row.holder:
        return facts.ran(row.measure)
    key = (row.measure, row.holder)
    return next((one.ran for one in promises_of(agreements, facts) if one.key == key), ())


def _show(row: SlaClock, agreements: Agreements, ran: Sequence[Stretch], now: datetime) -> None:
    calendar, target = agreements.calendars[row.calendar], timedelta(minutes=row.target_minutes)
    reading = read_clock(calendar, ran, target, now)
    row.due_at, row.breached_at = reading.due_at, reading.breached_at
    following = next_level(calendar, ran, target, row.fired)
    # Also of a clock that has stopped: what it reached before is told, if late.
    row.next_at = following[1] if following else None


def reading_of(session: Session, row: SlaClock, facts: Facts, now: datetime) -> Reading | None:
    """Return what a clock shows now; None when its calendar is no longer there."""
    agreements = agreements_of(session)
    calendar = agreements.calendars.get(row.calendar)
    if calendar is None:
        return None
    target = timedelta(minutes=row.target_minutes)
    return read_clock(calendar, ran_of(agreements, row, facts), target, now)


def due_clocks(session: Session, now: datetime) -> Sequence[SlaClock]:
    """Return the next clocks that have reached a level, locked; others' are left to them."""
    query = (
        select(SlaClock)
        .where(SlaClock.next_at <= now)
        .order_by(SlaClock.next_at, SlaClock.ticket_id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def fire(session: Session, row: SlaClock, facts: Facts, now: datetime) -> int:
    """Tell of the level that a clock has reached, once; return it, or 0 for none.

    Of several levels passed meanwhile only the highest is told: the lower ones are no news.
    """
    agreements = agreements_of(session)
    calendar = agreements.calendars.get(row.calendar)
    if calendar is None:
        row.next_at = None
        return 0
    ran, target = ran_of(agreements, row, facts), timedelta(minutes=row.target_minutes)
    reached, at = 0, now
    following = next_level(calendar, ran, target, row.fired)
    while following is not None and following[1] <= now:
        reached, at = following
        row.fired = reached
        following = next_level(calendar, ran, target, row.fired)
    _show(row, agreements, ran, now)
    if reached:
        publish(session, ClockReached(row.ticket_id, row.measure, reached, at, row.holder))
    return reached
