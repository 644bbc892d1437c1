"""What is held of a directory's people and groups, and whether a plan may be carried out."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Person
from server.people.models import DirectoryEntry
from server.people.rules.sync_plan import StoredEntry, SyncPlan
from server.people.sources import Source
from server.people.sync_parties import ROWS_AT_ONCE, Work

_EXAMPLES = 50

# Columns, not mapped rows: of a large directory those would not fit into memory.
_ENTRY = select(
    DirectoryEntry.id, DirectoryEntry.external_id, DirectoryEntry.digest, DirectoryEntry.dn
)


def told(work: Work, plan: SyncPlan, *, confirm: bool) -> bool:
    """Write into the report who leaves; say whether that has to wait for somebody's word."""
    work.report.doubt = plan.doubt
    work.report.leaving = [entry.party_id for entry in plan.leaving_persons[:_EXAMPLES]]
    held = bool(plan.doubt) and not confirm
    if held:
        work.report.state = "held"
    return held


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
        external_id: StoredEntry(entry_id, external_id, party_id, digest, active, dn)
        for entry_id, external_id, digest, dn, party_id, active in session.execute(
            query.execution_options(yield_per=ROWS_AT_ONCE)
        )
    }
