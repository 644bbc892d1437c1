"""What is held of a directory's people and groups, and whether a plan may be carried out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Person
from server.people.models import Directory, DirectoryEntry, PersonWord
from server.people.rules.mapping import PersonSeen
from server.people.rules.sync_plan import AS_SEEN, StoredEntry, SyncPlan, person_digest
from server.people.sources import Source
from server.people.sync_parties import ROWS_AT_ONCE, Work

_EXAMPLES = 50

#: Stands for everybody of whom there is nothing to write: of a large directory nearly all.
_SETTLED = StoredEntry(0, "", 0, AS_SEEN, active=True, dn="")

# Columns, not mapped rows: of a large directory those would not fit into memory.
_ENTRY = select(
    DirectoryEntry.id, DirectoryEntry.external_id, DirectoryEntry.digest, DirectoryEntry.dn
)


#: Somebody else says that they are gone: the directory, which has them still, does not change that.
_GONE = (
    select(PersonWord.id)
    .where(
        PersonWord.person_id == Person.id,
        PersonWord.gone,
        PersonWord.source != Directory.code,
    )
    .correlate(Person, Directory)
    .exists()
)


def told(work: Work, plan: SyncPlan, *, confirm: bool) -> bool:
    """Write into the report who leaves; say whether that has to wait for somebody's word."""
    work.report.doubt = plan.doubt
    work.report.leaving = [entry.party_id for entry in plan.leaving_persons[:_EXAMPLES]]
    held = bool(plan.doubt) and not confirm
    if held:
        work.report.state = "held"
    return held


def stored_persons(
    session: Session, source: Source, seen: Mapping[str, PersonSeen] | None = None
) -> dict[str, StoredEntry]:
    """Return what we hold of the directory's people, by unique id.

    What reads the same in ``seen`` is taken from there, and so is kept once; of those whom nothing
    has happened to, only that they are there.
    """
    return _stored(
        session,
        seen or {},
        _ENTRY.add_columns(Person.id, or_(Person.active, _GONE))
        .join(Person, Person.id == DirectoryEntry.person_id)
        .join(Directory, Directory.id == DirectoryEntry.directory_id)
        .where(DirectoryEntry.directory_id == source.directory_id),
    )


def stored_groups(session: Session, source: Source) -> dict[str, StoredEntry]:
    """Return what we hold of the directory's groups, by unique id."""
    return _stored(
        session,
        {},
        _ENTRY.add_columns(Group.id, Group.active)
        .join(Group, Group.id == DirectoryEntry.group_id)
        .where(DirectoryEntry.directory_id == source.directory_id),
    )


def _stored(
    session: Session, seen: Mapping[str, PersonSeen], query: Select[*tuple[Any, ...]]
) -> dict[str, StoredEntry]:
    found = {}
    rows = session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    for entry_id, external_id, digest, dn, party_id, active in rows:
        known = seen.get(external_id)
        as_seen = known is not None and digest == person_digest(known)
        if known is not None and as_seen and active and not known.disabled:
            found[known.external_id] = _SETTLED
            continue
        key = known.external_id if known else external_id
        name = known.dn if known and known.dn == dn else dn
        kept = AS_SEEN if as_seen else digest
        found[key] = StoredEntry(entry_id, key, party_id, kept, active, name)
    return found
