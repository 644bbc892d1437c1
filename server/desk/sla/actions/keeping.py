"""Keeping the clocks of a ticket true to what happened, and telling of each level once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.sla.events import ClockReached
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.agreements import MEASURES, Agreements, Case
from server.desk.sla.rules.clocks import Reading, Stretch, next_level, read_clock, stretches
from server.foundation.events import publish

#: Clocks that one transaction of the sweep takes.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened to a ticket, as far as its clocks are concerned.

    ``runs`` are (moment, whether clocks run from then on), in order. ``responded_at`` and
    ``solved_at`` stop the clocks; solved and reopened again, it is not solved. ``handed_at`` is
    when it was last handed over to another group, ``accepted_at`` when that group took it.
    ``updated_at`` is when the requester last heard from the desk.
    """

    ticket_id: int
    case: Case
    opened_at: datetime
    runs: tuple[tuple[datetime, bool], ...] = ()
    responded_at: datetime | None = None
    solved_at: datetime | None = None
    handed_at: datetime | None = None
    accepted_at: datetime | None = None
    updated_at: datetime | None = None

    def start(self, measure: str) -> datetime | None:
        """Return when the clock of a measure began; None: there is nothing to measure."""
        if measure == "update":
            return self.updated_at or self.opened_at
        return self.handed_at if measure == "handover" else self.opened_at

    def stop(self, measure: str) -> datetime | None:
        """Return what stops the clock of a measure, if anything did."""
        if measure == "handover":
            return self.accepted_at or self.solved_at
        if measure in ("resolve", "update") or self.responded_at is None:
            return self.solved_at
        return min(self.responded_at, self.solved_at or self.responded_at)

    def ran(self, measure: str) -> list[Stretch]:
        """Return when the clock of a measure ran."""
        start = self.start(measure)
        if start is None:
            return []
        runs = [one for one in self.runs if one[0] >= start]
        before = [runs_then for at, runs_then in self.runs if at < start]
        if before and not before[-1]:
            # It begins while the ticket waits.
            runs.insert(0, (start, False))
        return stretches(start, runs, self.stop(measure))


def keep_clocks(session: Session, facts: Facts, now: datetime) -> list[SlaClock]:
    """Let the clocks of a ticket show what follows from ``facts``; return them.

    A level that was told is not told again, also when another target holds now. A promise that no
    longer fits goes.
    """
    agreements = agreements_of(session)
    rows = {
        row.measure: row
        for row in session.scalars(select(SlaClock).where(SlaClock.ticket_id == facts.ticket_id))
    }
    kept: list[SlaClock] = []
    for measure in MEASURES:
        target = agreements.target_for(measure, facts.case)
        row = rows.get(measure)
        start = facts.start(measure)
        if target is None or start is None:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = SlaClock(ticket_id=facts.ticket_id, measure=measure, fired=0, reason="")
            session.add(row)
        row.calendar, row.target_minutes = target.calendar, target.minutes
        if row.started_at != start:
            # Handed over, or told, once more: a promise of its own.
            row.fired, row.reason, row.reason_by_id = 0, "", None
        row.started_at, row.stopped_at = start, facts.stop(measure)
        _show(row, agreements, facts.ran(measure), now)
        kept.append(row)
    session.flush()
    return kept


def _show(row: SlaClock, agreements: Agreements, ran: Sequence[Stretch], now: datetime) -> None:
    calendar, target = agreements.calendars[row.calendar], timedelta(minutes=row.target_minutes)
    reading = read_clock(calendar, ran, target, now)
    row.due_at, row.breached_at = reading.due_at, reading.breached_at
    following = next_level(calendar, ran, target, row.fired)
    # Also of a clock that has stopped: what it reached before is told, if late.
    row.next_at = following[1] if following else None


def reading_of(session: Session, row: SlaClock, facts: Facts, now: datetime) -> Reading | None:
    """Return what a clock shows now; None when its calendar is no longer there."""
    calendar = agreements_of(session).calendars.get(row.calendar)
    if calendar is None:
        return None
    target = timedelta(minutes=row.target_minutes)
    return read_clock(calendar, facts.ran(row.measure), target, now)


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
    ran, target = facts.ran(row.measure), timedelta(minutes=row.target_minutes)
    reached, at = 0, now
    following = next_level(calendar, ran, target, row.fired)
    while following is not None and following[1] <= now:
        reached, at = following
        row.fired = reached
        following = next_level(calendar, ran, target, row.fired)
    _show(row, agreements, ran, now)
    if reached:
        publish(session, ClockReached(row.ticket_id, row.measure, reached, at))
    return reached
