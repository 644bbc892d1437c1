"""Who may do what, for a review of access: every grant of every person, by whatever way it came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, literal, select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Membership, Organisation, Person
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.models import Account, Passkey, Role, RoleGrant, SecondFactor


@dataclass(frozen=True, slots=True)
class Access:
    """One role that somebody holds. ``through``: the group that gives it, "" for their own.

    ``second_factor``: a code or a passkey; ``emergency``: it counts only while one is declared.
    """

    person: str
    email: str
    active: bool
    login: str
    login_closed: bool
    second_factor: bool
    last_sign_in_at: datetime | None
    role: str
    organisation: str
    class_code: str
    reach: str
    emergency: bool
    through: str
    permissions: tuple[str, ...]
    granted_at: datetime


def access_review(session: Session, actor: Actor) -> Iterator[Access]:
    """Yield what everybody holds where the actor administers people, ordered by person and role.

    Needs ``admin:users``. People who are inactive are told too: a grant outlives its holder.
    """
    actor.require(Permission.ADMIN_USERS)
    seen = visible(
        actor, Permission.ADMIN_USERS, ScopeColumns(organisation=RoleGrant.organisation_id)
    )
    facts = (
        Person.display_name,
        Person.email,
        Person.active,
        Account.login,
        Account.disabled,
        SecondFactor.confirmed_at,
        Account.last_sign_in_at,
        Role.code,
        Organisation.code.label("organisation"),
        RoleGrant.class_code,
        RoleGrant.reach,
        RoleGrant.emergency,
        exists().where(Passkey.person_id == Person.id).label("has_passkey"),
        Role.permissions,
        RoleGrant.created_at,
        Person.name_key,
        RoleGrant.id,
    )
    own = select(*facts, literal("").label("through")).join(
        Person, Person.id == RoleGrant.person_id
    )
    by_group = (
        select(*facts, Group.name.label("through"))
        .join(Group, Group.id == RoleGrant.group_id)
        .join(Membership, Membership.group_id == Group.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Group.active)
    )
    rows = [
        row
        for query in (own, by_group)
        for row in session.execute(
            query.join(Role, Role.id == RoleGrant.role_id)
            .join(Organisation, Organisation.id == RoleGrant.organisation_id)
            .outerjoin(Account, Account.person_id == Person.id)
            .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
            .where(seen)
        )
    ]
    for row in sorted(rows, key=lambda row: (row.name_key, row.code, row.through, row.id)):
        yield Access(
            person=row.display_name,
            email=row.email,
            active=row.active,
            login=row.login or "",
            login_closed=bool(row.disabled),
            second_factor=row.confirmed_at is not None or row.has_passkey,
            last_sign_in_at=row.last_sign_in_at,
            role=row.code,
            organisation=row.organisation,
            class_code=row.class_code or "",
            reach=row.reach,
            emergency=row.emergency,
            through=row.through,
            permissions=tuple(sorted(row.permissions)),
            granted_at=row.created_at,
        )
