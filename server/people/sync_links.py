"""Writing what ties a directory's people together: managers, memberships, log-ins."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from cmdb.records.parties import Membership, Person
from server.people.models import Account, DirectoryEntry, PersonWord
from server.people.rules.login_plan import AccountState, LoginPlan, plan_logins
from server.people.rules.logins import login_key
from server.people.sync_parties import ROWS_AT_ONCE, Work, in_steps
from server.people.words import standing_rosters

#: Groups whose members are compared together.
_GROUPS_AT_ONCE = 200
_IN_PARTS = {"yield_per": ROWS_AT_ONCE}
#: So many are looked up by name; of more, everything there is is read.
_FEW = 2_000


def write_managers(work: Work, managers: Mapping[str, str | None]) -> None:
    """Set each person's manager."""
    with work.database.reading() as session:
        leading = _person_ids(session, work, {key for key in managers.values() if key is not None})
        kept = _kept_managers(session)
        changes = [
            (person_id, leading.get(managers[key] or ""))
            for key, person_id, manager_id in _managed(session, work, managers)
            if person_id not in kept and manager_id != leading.get(managers[key] or "")
        ]
    for step in in_steps(changes):
        rows = [{"id": p, "manager_id": m, "updated_at": work.now} for p, m in step]
        with work.database.writing() as session:
            session.execute(update(Person), rows)
    work.report.managers_changed += len(changes)


def _managed(
    session: Session, work: Work, managers: Mapping[str, str | None]
) -> Iterator[tuple[str, int, int | None]]:
    """Yield unique id, person and stored manager of each of ``managers`` that is held."""
    query = (
        select(DirectoryEntry.external_id, Person.id, Person.manager_id)
        .join(Person, Person.id == DirectoryEntry.person_id)
        .where(DirectoryEntry.directory_id == work.source.directory_id)
    )
    for row in _rows(session, query, DirectoryEntry.external_id, managers.keys()):
        if row.external_id in managers:
            yield row.external_id, row.id, row.manager_id


def _kept_managers(session: Session) -> set[int]:
    """Return whose managers a personnel list says, and wins."""
    wins = [code for code, fields in standing_rosters(session).items() if "manager" in fields]
    said = select(PersonWord.person_id).where(
        PersonWord.manager_id.is_not(None), PersonWord.source.in_(wins)
    )
    return set(session.scalars(said)) if wins else set()


def write_memberships(work: Work, members: Mapping[str, frozenset[str]]) -> None:
    """Add and remove the memberships that come from this directory; others are left alone.

    Some groups at a time: all the pairs of a large directory are many.
    """
    with work.database.reading() as session:
        persons = _person_ids(session, work)
        groups = _group_ids(session, work)
    known = [key for key in members if key in groups]
    for keys in in_steps(known, _GROUPS_AT_ONCE):
        wanted = {
            (persons[member], groups[key])
            for key in keys
            for member in members[key]
            if member in persons
        }
        _write_pairs(work, wanted, {groups[key] for key in keys})
    # What a group held that left is taken away too.
    for ids in in_steps(sorted(groups[key] for key in groups.keys() - members.keys())):
        _write_pairs(work, set(), set(ids))


def _write_pairs(work: Work, wanted: set[tuple[int, int]], groups: set[int]) -> None:
    with work.database.reading() as session:
        stored = _memberships(session, groups)
    missing = sorted(wanted - stored.keys())
    ours = {pair for pair, source in stored.items() if source == work.source.code}
    surplus = sorted(ours - wanted)
    for step in in_steps(missing):
        rows = [{"person_id": p, "group_id": g, "source": work.source.code} for p, g in step]
        with work.database.writing() as session:
            session.execute(insert(Membership), rows)
    for step in in_steps(surplus):
        pairs = tuple_(Membership.person_id, Membership.group_id).in_(step)
        with work.database.writing() as session:
            session.execute(delete(Membership).where(pairs))
    work.report.memberships_added += len(missing)
    work.report.memberships_removed += len(surplus)


def write_logins(work: Work, logins: Mapping[str, str]) -> None:
    """Link accounts, so that people sign in through this directory."""
    with work.database.reading() as session:
        persons = _person_ids(session, work, logins.keys())
        wanted = {persons[key]: login for key, login in logins.items() if login and key in persons}
        del persons
        accounts = _accounts(session, work, wanted)
    plan = plan_logins(wanted, accounts)
    for person_id, login in plan.clashes:
        work.report.note_conflict(f"the login {login!r} of person {person_id} is taken")
    _write_logins(work, plan)
    work.report.logins_changed += len(plan.changes) + len(plan.creations)


def _write_logins(work: Work, plan: LoginPlan) -> None:
    for aside in in_steps(plan.aside):
        # No typed login has this key: keys have no control characters.
        rows = [{"id": account, "login_key": f"\x01{account}"} for account in aside]
        with work.database.writing() as session:
            session.execute(update(Account), rows)
    for changes in in_steps(plan.changes):
        rows = [
            {"id": account, "login": login, "login_key": login_key(login)}
            for account, login in changes
        ]
        with work.database.writing() as session:
            session.execute(update(Account), rows)
    for creations in in_steps(plan.creations):
        ours = {"directory_id": work.source.directory_id, "created_at": work.now}
        made = [
            ours | {"person_id": person_id, "login": login, "login_key": login_key(login)}
            for person_id, login in creations
        ]
        with work.database.writing() as session:
            session.execute(insert(Account), made)


def _person_ids(
    session: Session, work: Work, keys: Collection[str] | None = None
) -> dict[str, int]:
    """Return unique id to person, of all there are or of ``keys``."""
    query = select(DirectoryEntry.external_id, DirectoryEntry.person_id).where(
        DirectoryEntry.directory_id == work.source.directory_id,
        DirectoryEntry.person_id.is_not(None),
    )
    rows = _rows(session, query, DirectoryEntry.external_id, keys)
    return {
        row.external_id: row.person_id for row in rows if keys is None or row.external_id in keys
    }


def _rows(
    session: Session, query: Select[*tuple[Any, ...]], column: Any, values: Collection[Any] | None
) -> Iterator[Any]:
    """Yield what a query finds: where there are few ``values``, only the rows that have them."""
    if values is None or len(values) > _FEW:
        yield from session.execute(query, execution_options=_IN_PARTS)
        return
    for step in in_steps(sorted(values)):
        yield from session.execute(query.where(column.in_(step)))


def _group_ids(session: Session, work: Work) -> dict[str, int]:
    rows = session.execute(
        select(DirectoryEntry.external_id, DirectoryEntry.group_id).where(
            DirectoryEntry.directory_id == work.source.directory_id,
            DirectoryEntry.group_id.is_not(None),
        )
    )
    return {row.external_id: row.group_id for row in rows if row.group_id is not None}


def _memberships(session: Session, groups: set[int]) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    for step in in_steps(sorted(groups)):
        rows = session.execute(
            select(Membership.person_id, Membership.group_id, Membership.source).where(
                Membership.group_id.in_(step)
            )
        )
        found |= {(row.person_id, row.group_id): row.source for row in rows}
    return found


def _accounts(session: Session, work: Work, wanted: Mapping[int, str]) -> list[AccountState]:
    """Return the accounts of these people, and those that have a login which one is to get."""
    query = select(
        Account.id, Account.person_id, Account.login, Account.login_key, Account.directory_id
    )

    def state(row: Any) -> AccountState:
        ours = row.directory_id == work.source.directory_id
        # Nearly all have what they are to have: one text for all three, or memory for two more.
        asked = wanted.get(row.person_id)
        login = asked if asked is not None and asked == row.login else row.login
        key = login if row.login_key == login else row.login_key
        return AccountState(row.id, row.person_id, login, key, ours=ours)

    if len(wanted) > _FEW:
        return [state(row) for row in _rows(session, query, Account.id, None)]
    keys = {login_key(login) for login in wanted.values()}
    found = {row.id: state(row) for row in _rows(session, query, Account.person_id, wanted)}
    found |= {row.id: state(row) for row in _rows(session, query, Account.login_key, keys)}
    return list(found.values())
