"""Synchronising people and groups with a directory: read, decide, write in small steps.

The directory is read outside any transaction, and the plan is pure (``rules.sync_plan``). Every
step compares what is with what should be, so a run that is killed half-way is finished by the next.
"""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Group, Person
from server.foundation.audit import record
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.errors import DirectoryUnavailable, SecretUnreadable
from server.foundation.permissions import system_actor
from server.foundation.secrets import SecretBox
from server.people.models import Directory, DirectoryEntry, DirectoryRun
from server.people.rules.sync_plan import (
    Snapshot,
    StoredEntry,
    SyncPlan,
    SyncReport,
    managers_of,
    members_of,
    plan_sync,
)
from server.people.sources import Source, read_snapshot, source_of
from server.people.sync_links import write_logins, write_managers, write_memberships
from server.people.sync_parties import Work, write_groups, write_persons

log = structlog.get_logger(__name__)

_EXAMPLES = 50

# Columns, not mapped rows: of a large directory those would not fit into memory.
_ENTRY = select(DirectoryEntry.id, DirectoryEntry.external_id, DirectoryEntry.digest)


def sync_directory(
    database: Database,
    secrets: SecretBox,
    directory_id: int,
    now: datetime,
    *,
    confirm: bool = False,
) -> SyncReport:
    """Bring people, groups, memberships, managers and log-ins to what the directory says.

    Opens its own transactions, of at most 1,000 entries each. When too many would be disabled it
    writes nothing and answers with the state "held"; ``confirm`` carries it out all the same. A
    directory that does not answer gives the state "failed", and nobody is disabled for it.
    Raises ``NotFound`` for an unknown or switched-off directory.
    """
    run_id = _begin(database, directory_id, now)
    report = SyncReport()
    try:
        _carry_out(database, secrets, directory_id, report, now=now, confirm=confirm)
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
    database: Database,
    secrets: SecretBox,
    directory_id: int,
    report: SyncReport,
    *,
    now: datetime,
    confirm: bool,
) -> None:
    with database.reading() as session:
        source = source_of(session.get_one(Directory, directory_id), secrets)
    seen = read_snapshot(source)
    report.persons_seen, report.groups_seen = len(seen.persons), len(seen.groups)
    with database.reading() as session:
        plan = plan_sync(seen, stored_persons(session, source), stored_groups(session, source))
    report.doubt = plan.doubt
    report.leaving = [entry.party_id for entry in plan.leaving_persons[:_EXAMPLES]]
    if plan.doubt and not confirm:
        report.state = "held"
        return
    _write(Work(database, source, now, report), seen, plan)
    report.state = "finished"


def _write(work: Work, seen: Snapshot, plan: SyncPlan) -> None:
    write_persons(work, plan)
    write_groups(work, plan)
    write_managers(work, managers_of(seen))
    write_memberships(work, members_of(seen))
    write_logins(
        work, {key: person.login for key, person in seen.persons.items() if not person.disabled}
    )


def stored_persons(session: Session, source: Source) -> dict[str, StoredEntry]:
    """Return what we hold of the directory's people, by unique id."""
    return _stored(
        session,
        _ENTRY.add_columns(Person.id, Person.active)
        .join(Person, Person.id == DirectoryEntry.person_id)
        .where(DirectoryEntry.directory_id == source.directory_id),
    )


def stored_groups(session: Session, source: Source) -> dict[str, StoredEntry]:
    """Return what we hold of the directory's groups, by unique id."""
    return _stored(
        session,
        _ENTRY.add_columns(Group.id, Group.active)
        .join(Group, Group.id == DirectoryEntry.group_id)
        .where(DirectoryEntry.directory_id == source.directory_id),
    )


def _stored(session: Session, query: Select[*tuple[Any, ...]]) -> dict[str, StoredEntry]:
    return {
        external_id: StoredEntry(entry_id, external_id, party_id, digest, active)
        for entry_id, external_id, digest, party_id, active in session.execute(query)
    }


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
        run.state, run.report, run.finished_at = report.state, report.document(), utc_now()
        record(
            session,
            system_actor("directory sync"),
            f"directory_sync_{report.state}",
            f"directory:{run.directory_id}",
            {"run": run_id, "disabled": report.persons_deactivated},
        )
