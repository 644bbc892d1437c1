"""Keeping the clocks of a ticket true to what happened, and telling of each level once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.desk.sla.events import ClockReached
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreed_since, agreements_at, agreements_of
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.clocks import Reading, Stretch, next_level, read_clock
from server.desk.sla.rules.facts import Facts, Promise, promises_of
from server.foundation.events import publish

#: Clocks that one transaction of the sweep takes.
BATCH = 200
#: Made once, for every step of a ticket asks it.
_OF_TICKET = select(SlaClock).where(SlaClock.ticket_id == bindparam("ticket_id"))


def keep_clocks(session: Session, facts: Facts, now: datetime) -> list[SlaClock]:
    """Let the clocks of a ticket show what follows from ``facts``; return them.

    A level that was told is not told again, also when another target holds now. A promise that no
    longer fits goes. A ticket that is solved is held to what was agreed when it was: what was
    promised since is nothing to it, and where nobody knows any longer its clocks stay as they are.
    What had ended before something else was agreed, as a first answer, stays as it was promised.
    """
    agreements = agreements_at(session, facts.solved_at)
    found = session.scalars(_OF_TICKET, {"ticket_id": facts.ticket_id})
    rows = {(row.measure, row.holder): row for row in found}
    if agreements is None:
        return list(rows.values())
    since = agreed_since(session, facts.solved_at)
    kept: list[SlaClock] = []
    for promise in promises_of(agreements, facts):
        measure, holder = promise.key
        row = rows.pop(promise.key, None)
        if since is not None and promise.ended_at is not None and promise.ended_at < since:
            kept += [] if row is None else [_left(row, agreements, promise, now)]
            continue
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
        if since is not None and row.stopped_at is not None and row.stopped_at < since:
            kept.append(row)
        else:
            session.delete(row)
    session.flush()
    return kept


def _left(row: SlaClock, agreements: Agreements, promise: Promise, now: datetime) -> SlaClock:
    """Leave a clock as it was promised; an answer that is written down late still stops it."""
    if row.stopped_at != promise.stopped_at:
        row.stopped_at = promise.stopped_at
        if row.calendar in agreements.calendars:
            _show(row, agreements, promise.ran, now)
    return row


def agreed_about(session: Session, facts: Facts) -> Agreements:
    """Return what a ticket is held to; what is agreed now where nobody knows that any longer."""
    return agreements_at(session, facts.solved_at) or agreements_of(session)


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
    agreements = agreed_about(session, facts)
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
    agreements = agreed_about(session, facts)
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
