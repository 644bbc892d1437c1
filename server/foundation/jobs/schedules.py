"""Jobs that come by themselves: cron rows, and the one scheduler that reads them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.foundation.clock import utc_now
from server.foundation.jobs.handler import Jobs
from server.foundation.jobs.models import Lease, Schedule
from server.foundation.jobs.queue import enqueue

LEADER = "scheduler"
_DECLARED = "declared:"
#: The advisory lock of those who declare, on PostgreSQL.
_DECLARING = 0x0CADA575


def next_run(cron: str, time_zone: str, after: datetime) -> datetime:
    """Return the first moment after ``after`` that ``cron`` names in ``time_zone``.

    Raises ``InvalidValue`` for an expression or a zone that does not exist, or that never comes.
    """
    try:
        zone = ZoneInfo(time_zone)
        moment: datetime = next(CronSim(cron, after.astimezone(zone)))
    except (CronSimError, StopIteration) as error:
        raise InvalidValue({"cron": f"{cron!r} is not five cron fields that ever meet"}) from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidValue({"time_zone": f"{time_zone!r} is not known"}) from error
    return moment


def set_schedule(session: Session, schedule: Schedule) -> None:
    """Write a schedule, or change the one of that name; its next run is computed here."""
    known = session.get(Schedule, schedule.name)
    zone = schedule.time_zone or "UTC"
    schedule.time_zone = zone
    if known is None or (known.cron, known.time_zone) != (schedule.cron, zone):
        schedule.next_run_at = next_run(schedule.cron, zone, utc_now())
    else:
        schedule.next_run_at = known.next_run_at
    session.merge(schedule)


def remove_schedule(session: Session, name: str) -> None:
    """Forget a schedule; what it has asked for already still runs."""
    session.execute(delete(Schedule).where(Schedule.name == name))


def declare(session: Session, jobs: Jobs) -> None:
    """Bring the schedules of ``wiring.JOBS`` into the table and drop those no longer there.

    Processes that start together do so one after the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _DECLARING})
    wanted = {f"{_DECLARED}{kind}": kind for kind, handler in jobs.items() if handler.cron}
    for name, kind in wanted.items():
        set_schedule(
            session,
            Schedule(
                name=name,
                kind=kind,
                payload={},
                cron=jobs[kind].cron,
                time_zone="UTC",
                enabled=True,
            ),
        )
    stale = delete(Schedule).where(
        Schedule.name.startswith(_DECLARED), Schedule.name.not_in(sorted(wanted))
    )
    session.execute(stale)


def due_at(session: Session) -> datetime | None:
    """Return when the next schedule is due; None without any."""
    return session.scalar(select(func.min(Schedule.next_run_at)).where(Schedule.enabled))


def enqueue_due(session: Session, now: datetime) -> int:
    """Enqueue every schedule that is due, once however often it was missed; return how many."""
    due = session.scalars(
        select(Schedule)
        .where(Schedule.enabled, Schedule.next_run_at <= now)
        .with_for_update(skip_locked=True)
    ).all()
    for schedule in due:
        # The key makes two schedulers that read the same row write one job.
        enqueue(
            session,
            schedule.kind,
            schedule.payload,
            key=f"schedule:{schedule.name}",
            idempotency_key=f"schedule:{schedule.name}:{schedule.next_run_at.isoformat()}",
        )
        schedule.last_run_at = now
        schedule.next_run_at = next_run(schedule.cron, schedule.time_zone, now)
    return len(due)


def wants_leader(session: Session, holder: str, now: datetime, length: timedelta) -> bool:
    """Say whether ``holder`` has a reason to call ``lead``; cheap, and needs no write lock.

    The leader renews when half its time has gone or a schedule is due, anybody when nobody leads.
    """
    lease = session.get(Lease, LEADER)
    if lease is None or lease.until <= now:
        return True
    if lease.holder != holder:
        return False
    due = due_at(session)
    return lease.until <= now + length / 2 or (due is not None and due <= now)


def lead(session: Session, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or keep the scheduler's lease; False while another process holds it."""
    until = now + length
    taken = session.execute(
        update(Lease)
        .where(Lease.name == LEADER, (Lease.holder == holder) | (Lease.until < now))
        .values(holder=holder, until=until)
        .returning(Lease.name)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is not None:
        return True
    if session.get(Lease, LEADER, with_for_update=True) is not None:
        return False
    session.add(Lease(name=LEADER, holder=holder, until=until))
    return True


def resign(session: Session, holder: str) -> None:
    """Give the lease back, so that another process can take it without waiting."""
    session.execute(delete(Lease).where(Lease.name == LEADER, Lease.holder == holder))
