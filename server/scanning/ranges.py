"""Address ranges to sweep, and asking for a sweep."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, DuplicateName, InvalidValue
from cmdb.model.text import text_key
from discovery.targets.ranges import BadRange, Targets, parse_targets
from server.foundation import audit
from server.foundation.clock import utc_now
from server.foundation.jobs.models import Schedule
from server.foundation.jobs.queue import cancel, enqueue
from server.foundation.jobs.schedules import remove_schedule, set_schedule
from server.foundation.permissions import Actor, Permission
from server.items.organisations import require_organisation
from server.scanning.collectors.asking import NO_COLLECTOR, ask_errand, drop_errand, usable
from server.scanning.models import ScanRange, ScanRun
from server.scanning.queries import get_range, get_run, list_credentials

#: The kind, as in ``server.wiring.JOBS``. Payload: ``run_id``, or ``range_id`` from a schedule.
SWEEP_JOB = "scanning.sweep"
#: The same, done by a collector. Payload: ``run_id``.
SWEEP_ERRAND = "sweep"
_FASTEST = 20_000


@dataclass(frozen=True, slots=True)
class RangeDraft:
    """Which addresses to sweep with which credentials, and when (``cron``; empty: when asked)."""

    organisation_id: int
    name: str
    addresses: str
    credential_ids: tuple[int, ...]
    port: int = 161
    pace: int = 2_000
    cron: str = ""
    #: Who sweeps it; None: this server.
    collector_id: int | None = None


def create_range(session: Session, actor: Actor, draft: RangeDraft, now: datetime) -> ScanRange:
    """Keep a range. Raises ``InvalidValue``, ``DuplicateName``."""
    require_organisation(session, actor, Permission.DISCOVERY_RUN, draft.organisation_id)
    _check(session, actor, draft)
    row = ScanRange(organisation_id=draft.organisation_id, created_at=now)
    _fill(session, row, draft)
    session.add(row)
    session.flush()  # the schedule names it
    _schedule(session, row)
    audit.record(session, actor, "scan_range.created", f"scan_range:{row.id}")
    return row


def edit_range(session: Session, actor: Actor, range_id: int, draft: RangeDraft) -> ScanRange:
    """Change a range; its organisation stays. Raises ``NotFound``, ``InvalidValue``."""
    row = get_range(session, actor, range_id)
    actor.require(Permission.DISCOVERY_RUN, row.organisation_id)
    if draft.organisation_id != row.organisation_id:
        raise InvalidValue({"organisation_id": "a range stays in its organisation"})
    _check(session, actor, draft)
    _fill(session, row, draft)
    _schedule(session, row)
    audit.record(session, actor, "scan_range.edited", f"scan_range:{row.id}")
    return row


def delete_range(session: Session, actor: Actor, range_id: int) -> None:
    """Forget a range; its runs, and what they found, stay."""
    row = get_range(session, actor, range_id)
    actor.require(Permission.DISCOVERY_RUN, row.organisation_id)
    remove_schedule(session, _schedule_name(row.id))
    session.delete(row)
    audit.record(session, actor, "scan_range.deleted", f"scan_range:{range_id}")


def _check(session: Session, actor: Actor, draft: RangeDraft) -> None:
    problems = _misspelt(draft)
    known = {
        row.id
        for row in list_credentials(session, actor)
        if row.organisation_id == draft.organisation_id
    }
    if not draft.credential_ids:
        problems["credential_ids"] = "choose at least one credential"
    elif not set(draft.credential_ids) <= known:
        problems["credential_ids"] = "one of them is not there, or belongs to another organisation"
    if not usable(session, draft.collector_id, draft.organisation_id):
        problems["collector_id"] = NO_COLLECTOR
    if problems:
        raise InvalidValue(problems)


def _misspelt(draft: RangeDraft) -> dict[str, str]:
    """Return what is wrong with a draft, whatever else is there."""
    problems: dict[str, str] = {}
    if not 0 < len(" ".join(draft.name.split())) <= 100:
        problems["name"] = "must have 1 to 100 characters"
    try:
        targets_of(draft.addresses)
    except BadRange as error:
        problems["addresses"] = str(error)
    if not 1 <= draft.port <= 65535:
        problems["port"] = "must be from 1 to 65535"
    if not 1 <= draft.pace <= _FASTEST:
        problems["pace"] = f"must be from 1 to {_FASTEST} packets a second"
    return problems


def targets_of(addresses: str) -> Targets:
    """Read the addresses of a range, one range a line or between commas. Raises ``BadRange``."""
    return parse_targets(addresses.replace(",", "\n").splitlines())


def _fill(session: Session, row: ScanRange, draft: RangeDraft) -> None:
    name = " ".join(draft.name.split())
    taken = select(ScanRange.id).where(
        ScanRange.organisation_id == draft.organisation_id,
        ScanRange.name_key == text_key(name),
        ScanRange.id != (row.id or 0),
    )
    if session.scalar(taken) is not None:
        raise DuplicateName("range", "name", name)
    row.name, row.name_key = name, text_key(name)
    row.addresses = "\n".join(line.strip() for line in draft.addresses.splitlines()).strip()
    row.credential_ids = list(dict.fromkeys(draft.credential_ids))
    row.port, row.pace, row.cron = draft.port, draft.pace, " ".join(draft.cron.split())
    row.collector_id = draft.collector_id


def _schedule_name(range_id: int) -> str:
    return f"scan:{range_id}"


def _schedule(session: Session, row: ScanRange) -> None:
    """Let the range come by itself, or no longer. Raises ``InvalidValue`` for a bad ``cron``."""
    name = _schedule_name(row.id)
    if not row.cron:
        remove_schedule(session, name)
        return
    payload = {"range_id": row.id}
    set_schedule(session, Schedule(name=name, kind=SWEEP_JOB, payload=payload, cron=row.cron))


def ask_run(session: Session, actor: Actor, range_id: int, now: datetime) -> ScanRun:
    """Ask for a range to be swept soon. Raises ``Conflict`` while it is being swept."""
    row = get_range(session, actor, range_id)
    actor.require(Permission.DISCOVERY_RUN, row.organisation_id)
    if is_under_way(session, row):
        raise Conflict(f"{row.name} is being swept already")
    run = new_run(row, now)
    run.asked_by_id = actor.person_id
    session.add(run)
    session.flush()  # the job names it
    if run.collector_id is not None:
        ask_errand(session, run.collector_id, SWEEP_ERRAND, {"run_id": run.id}, now)
    else:
        run.job_id = enqueue(session, SWEEP_JOB, {"run_id": run.id}, key=f"run:{run.id}")
    return run


def is_under_way(session: Session, row: ScanRange) -> bool:
    """Say whether a range is being swept, or is about to be."""
    under_way = select(ScanRun.id).where(
        ScanRun.range_id == row.id, ScanRun.state.in_(("queued", "running"))
    )
    return session.scalar(under_way.limit(1)) is not None


def new_run(row: ScanRange, now: datetime) -> ScanRun:
    """Return a run of a range that has not begun."""
    return ScanRun(
        organisation_id=row.organisation_id,
        range_id=row.id,
        name=row.name,
        state="queued",
        collector_id=row.collector_id,
        asked_at=now,
        total=len(targets_of(row.addresses)),
    )


def stop_run(session: Session, actor: Actor, run_id: int) -> ScanRun:
    """Stop a run; what it has found stays. Raises ``NotFound``, ``Conflict`` when it has ended.

    A collector hears of it when it asks next; it may be away, so the run has ended here at once.
    """
    run = get_run(session, actor, run_id)
    actor.require(Permission.DISCOVERY_RUN, run.organisation_id)
    if run.state not in {"queued", "running"}:
        raise Conflict(f"run {run_id} is {run.state} already")
    if run.job_id is None:
        drop_errand(session, SWEEP_ERRAND, "run_id", run.id)
        run.state, run.finished_at = "stopped", utc_now()
        return run
    if run.state == "queued":
        run.state = "stopped"
    cancel(session, run.job_id)
    return run
