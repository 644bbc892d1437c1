"""Grants that sleep until there is an emergency, and what was done with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Membership, Organisation, OrganisationClosure, Person
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.models import EmergencyUse, Role, RoleGrant

USE_SORTS = {"taken_at": SortKey(EmergencyUse.taken_at, datetime.fromisoformat)}


@dataclass(frozen=True, slots=True)
class Sleeping:
    """A grant that its holder may wake."""

    grant_id: int
    role: str
    labels: dict[str, str]
    organisation_id: int
    organisation: str


def sleeping_grants(session: Session, actor: Actor) -> list[Sleeping]:
    """Return what the actor could take in an emergency, by themselves or through groups."""
    rows = session.execute(
        select(RoleGrant, Role, Organisation.name)
        .join(Role, Role.id == RoleGrant.role_id)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(RoleGrant.emergency, _held(actor))
        .order_by(Role.code, RoleGrant.id)
    )
    return [
        Sleeping(
            row.RoleGrant.id,
            row.Role.code,
            row.Role.labels,
            row.RoleGrant.organisation_id,
            row.name,
        )
        for row in rows
    ]


def sleeping_grant(session: Session, actor: Actor, grant_id: int) -> tuple[RoleGrant, Role]:
    """Return a grant that the actor may wake, and its role; raises ``NotFound`` for others."""
    row = session.execute(
        select(RoleGrant, Role)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(RoleGrant.id == grant_id, RoleGrant.emergency, _held(actor))
    ).first()
    if row is None:
        raise NotFound("grant for emergencies", grant_id)
    return row.RoleGrant, row.Role


def open_uses(session: Session, person_id: int, now: datetime) -> Sequence[EmergencyUse]:
    """Return the emergencies of a person that are not over."""
    return session.scalars(
        select(EmergencyUse)
        .where(
            EmergencyUse.person_id == person_id,
            EmergencyUse.ended_at.is_(None),
            EmergencyUse.ends_at > now,
        )
        .order_by(EmergencyUse.id)
    ).all()


def own_use(session: Session, actor: Actor, use_id: int) -> EmergencyUse:
    """Return an emergency of the actor's own; raises ``NotFound`` for others."""
    found = session.get(EmergencyUse, use_id, with_for_update=True)
    if found is None or found.person_id != actor.person_id:
        raise NotFound("emergency", use_id)
    return found


def list_uses(session: Session, actor: Actor, page: PageRequest) -> Page[EmergencyUse]:
    """Return one page of emergencies where the actor administers people."""
    actor.require(Permission.ADMIN_USERS)
    return fetch_page(
        session, select(EmergencyUse).where(_seen(actor)), page, USE_SORTS, EmergencyUse.id
    )


def use_to_review(session: Session, actor: Actor, use_id: int) -> EmergencyUse:
    """Return an emergency where the actor administers people; raises ``NotFound`` elsewhere."""
    actor.require(Permission.ADMIN_USERS)
    found = session.scalars(
        select(EmergencyUse).where(EmergencyUse.id == use_id, _seen(actor)).with_for_update()
    ).first()
    if found is None:
        raise NotFound("emergency", use_id)
    return found


def administrators_of(
    session: Session, organisation_id: int, permission: Permission = Permission.ADMIN_USERS
) -> set[int]:
    """Return the active people who administer people (or else) there, by lasting grants."""
    roles = session.execute(select(Role.id, Role.permissions))
    able = [row.id for row in roles if permission.value in row.permissions]
    above = select(OrganisationClosure.ancestor_id).where(
        OrganisationClosure.descendant_id == organisation_id
    )
    counts = (
        RoleGrant.role_id.in_(able),
        RoleGrant.organisation_id.in_(above),
        ~RoleGrant.emergency,
    )
    direct = select(RoleGrant.person_id).where(*counts, RoleGrant.person_id.is_not(None))
    through = (
        select(Membership.person_id)
        .join(RoleGrant, RoleGrant.group_id == Membership.group_id)
        .where(*counts)
    )
    found = select(Person.id).where(
        Person.active, or_(Person.id.in_(direct), Person.id.in_(through))
    )
    return set(session.scalars(found))


def _held(actor: Actor) -> ColumnElement[bool]:
    return or_(
        RoleGrant.person_id == actor.person_id, RoleGrant.group_id.in_(sorted(actor.group_ids))
    )


def _seen(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(organisation=EmergencyUse.organisation_id)
    return visible(actor, Permission.ADMIN_USERS, columns)
