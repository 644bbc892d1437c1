"""Writing a synchronisation's persons and groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Person
from server.foundation.database import Database
from server.foundation.events import publish
from server.people.events import PersonDeactivated, PersonReactivated
from server.people.models import DirectoryEntry, PersonWord, WebSession
from server.people.rules.logins import login_key, name_key
from server.people.rules.mapping import DETAILS, GroupSeen, PersonSeen
from server.people.rules.sync_plan import (
    StoredEntry,
    SyncPlan,
    SyncReport,
    group_digest,
    person_digest,
)
from server.people.rules.words import Rosters
from server.people.sources import Source
from server.people.words import let_count, standing_rosters, voices_of
from server.people.words_of_directories import adoptable, say_of_directory

#: Entries in one transaction: other writers get their turn in between.
STEP = 500
#: Rows read from the database at once: all those of a large directory are not needed together.
ROWS_AT_ONCE = 2_000

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Work:
    """What every step of one synchronisation works with."""

    database: Database
    source: Source
    now: datetime
    report: SyncReport


def in_steps(things: Sequence[Thing], size: int = STEP) -> Iterator[Sequence[Thing]]:
    """Cut ``things`` into what one transaction takes.

    >>> [list(step) for step in in_steps([1, 2, 3], 2)]
    [[1, 2], [3]]
    """
    for start in range(0, len(things), size):
        yield things[start : start + size]


def write_persons(work: Work, plan: SyncPlan) -> None:
    """Create, change and deactivate."""
    for new in in_steps(plan.new_persons):
        with work.database.writing() as session:
            _create_persons(session, work, new)
        work.report.persons_created += len(new)
    for changed in in_steps(plan.changed_persons):
        with work.database.writing() as session:
            _change_persons(session, work, changed)
        work.report.persons_changed += len(changed)
    for leaving in in_steps(plan.leaving_persons):
        with work.database.writing() as session:
            ids = [entry.party_id for entry in leaving]
            deactivate_persons(session, work.source.code, ids, work.now)
        work.report.persons_deactivated += len(leaving)


def write_groups(work: Work, plan: SyncPlan) -> None:
    """Create, change and deactivate; a name that is taken gets the directory's code behind it."""
    with work.database.reading() as session:
        names = _group_names(session, work.source.organisation_id)
    for new in in_steps(plan.new_groups):
        with work.database.writing() as session:
            _create_groups(session, work, new, names)
        work.report.groups_created += len(new)
    for changed in in_steps(plan.changed_groups):
        with work.database.writing() as session:
            _change_groups(session, work, changed, names)
        work.report.groups_changed += len(changed)
    for leaving in in_steps(plan.leaving_groups):
        ids = [entry.party_id for entry in leaving]
        with work.database.writing() as session:
            session.execute(
                update(Group)
                .where(Group.id.in_(ids))
                .values(active=False, updated_at=work.now, version=Group.version + 1)
            )
        work.report.groups_deactivated += len(leaving)


def deactivate_persons(
    session: Session, source: str, person_ids: Sequence[int], now: datetime
) -> None:
    """Disable people and end their sessions; their tokens are dead while they are disabled."""
    session.execute(
        update(PersonWord)
        .where(PersonWord.source == source, PersonWord.person_id.in_(person_ids))
        .values(gone=True, said_at=now)
    )
    session.execute(
        update(Person)
        .where(Person.id.in_(person_ids))
        .values(active=False, updated_at=now, version=Person.version + 1)
    )
    session.execute(
        update(WebSession)
        .where(WebSession.person_id.in_(person_ids), WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    for person_id in person_ids:
        publish(session, PersonDeactivated(person_id))


def _create_persons(session: Session, work: Work, seen: Sequence[PersonSeen]) -> None:
    rosters = standing_rosters(session)
    known = adoptable(session, work.source.organisation_id, rosters, seen)
    new = [one for one in seen if one.external_id not in known]
    source = {"organisation_id": work.source.organisation_id, "source": work.source.code}
    rows = [source | _particulars(one, work.now) | {"created_at": work.now} for one in new]
    ids = (
        session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows)
        if rows
        else ()
    )
    found = known | dict(zip((one.external_id for one in new), ids, strict=True))
    entry = {"directory_id": work.source.directory_id, "seen_at": work.now}
    session.execute(
        insert(DirectoryEntry),
        [
            entry
            | {"external_id": one.external_id, "person_id": found[one.external_id]}
            | {"dn": one.dn, "digest": person_digest(one), "principal_key": _principal_key(one)}
            for one in seen
        ],
    )
    if known:
        _adopt(
            session,
            work,
            rosters,
            {known[one.external_id]: one for one in seen if one.external_id in known},
        )


def _adopt(session: Session, work: Work, rosters: Rosters, seen: Mapping[int, PersonSeen]) -> None:
    """Let the directory speak of people whom a personnel list knew first."""
    people = _by_id(session, Person, list(seen))
    voices = voices_of(session, list(seen), rosters)
    for person_id, one in seen.items():
        person = people[person_id]
        say_of_directory(session, voices, person, work.source.code, one, work.now)
        person.source = work.source.code
        let_count(session, voices, person, work.now)


def _change_persons(
    session: Session, work: Work, changed: Sequence[tuple[StoredEntry, PersonSeen]]
) -> None:
    people = _by_id(session, Person, [stored.party_id for stored, _ in changed])
    entries = _by_id(session, DirectoryEntry, [stored.entry_id for stored, _ in changed])
    voices = voices_of(session, list(people), standing_rosters(session))
    for stored, one in changed:
        person = people[stored.party_id]
        if voices.of(person.id):
            say_of_directory(session, voices, person, work.source.code, one, work.now)
            let_count(session, voices, person, work.now)
        else:
            _fill_person(session, person, one, work.now)
        entry = entries[stored.entry_id]
        entry.dn, entry.digest, entry.seen_at = one.dn, person_digest(one), work.now
        entry.principal_key = _principal_key(one)


def _principal_key(seen: PersonSeen) -> str | None:
    return login_key(seen.principal) or None


def _fill_person(session: Session, person: Person, seen: PersonSeen, now: datetime) -> None:
    for column, value in _particulars(seen, now).items():
        setattr(person, column, value)
    person.version += 1
    if not person.active:
        person.active = True
        publish(session, PersonReactivated(person.id))


def _particulars(seen: PersonSeen, now: datetime) -> dict[str, Any]:
    """Return the columns of a person that a directory fills."""
    texts = dict(zip(DETAILS, seen.details, strict=True))
    keys = {"name_key": name_key(texts["display_name"]), "email_key": login_key(texts["email"])}
    return {**texts, **keys, "updated_at": now}


def _create_groups(
    session: Session, work: Work, seen: Sequence[GroupSeen], names: dict[str, int]
) -> None:
    for one in seen:
        row = Group(
            organisation_id=work.source.organisation_id,
            source=work.source.code,
            active=True,
            created_at=work.now,
        )
        _fill_group(row, one, _free_name(one.name, None, names, work), work.now)
        session.add(row)
        session.flush()
        names[row.name_key] = row.id
        session.add(
            DirectoryEntry(
                directory_id=work.source.directory_id,
                external_id=one.external_id,
                group_id=row.id,
                dn=one.dn,
                digest=group_digest(one),
                seen_at=work.now,
            )
        )


def _change_groups(
    session: Session,
    work: Work,
    changed: Sequence[tuple[StoredEntry, GroupSeen]],
    names: dict[str, int],
) -> None:
    groups = _by_id(session, Group, [stored.party_id for stored, _ in changed])
    entries = _by_id(session, DirectoryEntry, [stored.entry_id for stored, _ in changed])
    for stored, one in changed:
        group = groups[stored.party_id]
        name = _free_name(one.name, group.id, names, work)
        names.pop(group.name_key, None)
        _fill_group(group, one, name, work.now)
        group.active = True
        group.version += 1
        names[group.name_key] = group.id
        # One by one, so that a name freed here can be taken by the next.
        session.flush()
        entry = entries[stored.entry_id]
        entry.dn, entry.digest, entry.seen_at = one.dn, group_digest(one), work.now


def _fill_group(row: Group, seen: GroupSeen, name: str, now: datetime) -> None:
    row.name, row.name_key = name, name_key(name)
    row.description, row.email = seen.description, seen.email
    row.updated_at = now


def _free_name(name: str, own_id: int | None, names: dict[str, int], work: Work) -> str:
    candidate, number = name, 1
    while names.get(name_key(candidate), own_id) != own_id:
        candidate = f"{name} ({work.source.code}{'' if number == 1 else f' {number}'})"
        number += 1
    if candidate != name:
        work.report.note_conflict(f"the group name {name!r} is taken; it is called {candidate!r}")
    return candidate


def _group_names(session: Session, organisation_id: int) -> dict[str, int]:
    rows = session.execute(
        select(Group.name_key, Group.id).where(Group.organisation_id == organisation_id)
    )
    return {row.name_key: row.id for row in rows}


def _by_id(session: Session, model: type[Thing], ids: Sequence[int]) -> dict[int, Thing]:
    key = model.id  # type: ignore[attr-defined]  # every model here is Identified
    return {row.id: row for row in session.scalars(select(model).where(key.in_(ids)))}  # type: ignore[attr-defined]  # as above
