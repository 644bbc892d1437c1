"""Synchronising people and groups with a directory: read, decide, write in small steps.

The directory is read outside any transaction, and the plan is pure (``rules.sync_plan``). Every
step compares what is with what should be, so a run that is killed half-way is finished by the next.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import update

from cmdb.errors import NotFound
from server.foundation.audit import record
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import DirectoryUnavailable, SecretUnreadable
from server.foundation.permissions import system_actor
from server.people.directory import OpenDirectory, open_directory
from server.people.models import Directory, DirectoryRun
from server.people.rules.deltas import (
    Watermark,
    changed_since,
    next_watermark,
    stored_watermark,
)
from server.people.rules.mapping import ACTIVE_DIRECTORY
from server.people.rules.sync_plan import (
    SyncReport,
    drop_details,
    managers_of,
    members_of,
    plan_sync,
)
from server.people.sources import Access, Source, read_snapshot, source_of
from server.people.sources_changed import position_of, reading_fingerprint
from server.people.sync_computers import synchronise_computers
from server.people.sync_delta import carry_out_delta
from server.people.sync_links import write_logins, write_managers, write_memberships
from server.people.sync_parties import Work, write_groups, write_persons
from server.people.sync_photos import write_photos
from server.people.sync_rules import apply_rules
from server.people.sync_stored import stored_groups, stored_persons, told

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody asked for."""

    now: datetime
    confirm: bool
    delta: bool


def sync_directory(
    database: Database,
    access: Access,
    directory_id: int,
    now: datetime,
    *,
    confirm: bool = False,
    delta: bool = False,
) -> SyncReport:
    """Bring people, groups, memberships, managers and log-ins to what the directory says.

    A full read also hands in its accounts of computers, where it is told to read any.

    ``delta``: read only what changed, where the last read left a mark and the directory can tell.
    Entries deleted from an OpenLDAP directory are only noticed by a full read; of Active Directory
    only where whoever reads it may see deleted objects.

    Opens its own transactions, of at most 1,000 entries each. When too many would be disabled it
    writes nothing and answers with the state "held"; ``confirm`` carries it out all the same. A
    directory that does not answer gives the state "failed", and nobody is disabled for it.
    Raises ``NotFound`` for an unknown or switched-off directory.
    """
    run_id = _begin(database, directory_id, now)
    report = SyncReport()
    try:
        _carry_out(database, access, directory_id, report, _Wish(now, confirm, delta))
    except (DirectoryUnavailable, SecretUnreadable) as error:
        report.state, report.error = "failed", str(error)
        log.warning("directory synchronisation failed", directory_id=directory_id, why=str(error))
    except BaseException:
        report.state, report.error = "failed", "it broke off; the log says why"
        raise
    finally:
        _end(database, run_id, report)
    return report


def _carry_out(
    database: Database, access: Access, directory_id: int, report: SyncReport, wish: _Wish
) -> None:
    with database.reading() as session:
        row = session.get_one(Directory, directory_id)
        source, state = source_of(row, access), dict(row.state)
    work = Work(database, source, wish.now, report)
    former = stored_watermark(state, reading_fingerprint(source))
    with open_directory(source.endpoint) as directory:
        reached = None
        if wish.delta and not wish.confirm and former is not None:
            reached = carry_out_delta(work, directory, former)
        if reached is None:
            reached = _carry_out_full(work, directory, former, confirm=wish.confirm)
        if reached is not None:
            report.way, report.why = reached.way, reached.why
        if report.state == "held":
            return
        if reached is not None:
            _remember(work, reached)
        if report.mode == "full":
            # Last, so that whatever is wrong with computers keeps nobody's people waiting.
            synchronise_computers(work, directory, confirm=wish.confirm)


def _remember(work: Work, reached: Watermark) -> None:
    with work.database.writing() as session:
        looked_at = {"looked_at": work.now.isoformat()}
        row = session.get_one(Directory, work.source.directory_id)
        row.state = reached.document() | looked_at


def _carry_out_full(
    work: Work, directory: OpenDirectory, former: Watermark | None, *, confirm: bool
) -> Watermark | None:
    report, source = work.report, work.source
    report.mode = "full"
    reached = position_of(source, directory, former, work.now)
    seen, stamp = read_snapshot(source, directory)
    report.persons_seen, report.groups_seen = len(seen.persons), len(seen.groups)
    with work.database.reading() as session:
        stored = stored_persons(session, source, seen.persons)
        plan = plan_sync(seen, stored, stored_groups(session, source))
    if told(work, plan, confirm=confirm):
        return None
    write_persons(work, plan)
    write_groups(work, plan)
    # From here on only ties are needed, and memory for them.
    del plan, stored
    drop_details(seen.persons)
    write_managers(work, managers_of(seen))
    members = members_of(seen)
    logins = {key: one.login for key, one in seen.persons.items() if not one.disabled}
    # Names of entries have said all they had to: half of what is held.
    del seen
    write_memberships(work, members)
    del members
    write_logins(work, logins)
    apply_rules(work)
    write_photos(work, directory, _photos_since(source, former, reached))
    report.state = "finished"
    if reached is None or reached.value:
        return reached
    return next_watermark(former, replace(reached, value=stamp)) if stamp else None


def _photos_since(source: Source, former: Watermark | None, reached: Watermark | None) -> str:
    """Return the filter for entries whose photo may have changed; "" for all.

    The numbers of one controller mean nothing to another.
    """
    numbered = source.flavour == ACTIVE_DIRECTORY
    if former is None or (numbered and (reached is None or reached.server != former.server)):
        return ""
    return changed_since(former, numbered=numbered)


def _begin(database: Database, directory_id: int, now: datetime) -> int:
    with database.writing() as session:
        directory = session.get(Directory, directory_id)
        if directory is None or not directory.enabled:
            raise NotFound("directory", directory_id)
        # Whoever left these behind was killed: the job's own key lets only one run at a time.
        session.execute(
            update(DirectoryRun)
            .where(DirectoryRun.directory_id == directory_id, DirectoryRun.state == "running")
            .values(state="failed", finished_at=now)
        )
        run = DirectoryRun(directory_id=directory_id, started_at=now, state="running", report={})
        session.add(run)
        session.flush()
        return run.id


def _end(database: Database, run_id: int, report: SyncReport) -> None:
    with database.writing() as session:
        run = session.get_one(DirectoryRun, run_id)
        if report.mode == "delta" and report.state == "finished" and report.is_empty:
            # A look every few minutes that found nothing is not worth a line.
            session.delete(run)
            return
        run.state, run.report, run.finished_at = report.state, report.document(), utc_now()
        record(
            session,
            system_actor("directory sync"),
            f"directory_sync_{report.state}",
            f"directory:{run.directory_id}",
            {"run": run_id, "disabled": report.persons_deactivated},
        )
