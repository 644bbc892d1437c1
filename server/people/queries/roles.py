"""Roles, and who holds them where."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.models import Role, RoleGrant


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """Which grants; None means no matter."""

    person_id: int | None = None
    group_id: int | None = None
    role: str = ""


ROLE_SORTS = {"code": SortKey(Role.code)}

GRANT_SORTS = {
    "id": SortKey(RoleGrant.id),
    "created_at": SortKey(RoleGrant.created_at, datetime.fromisoformat),
}


def list_roles(session: Session, actor: Actor, page: PageRequest) -> Page[Role]:
    """Return one page of all roles; they belong to no organisation. Needs ``admin:read``."""
    actor.require(Permission.ADMIN_READ)
    return fetch_page(session, select(Role), page, ROLE_SORTS, Role.id)


def role(session: Session, actor: Actor, role_id: int) -> Role:
    """Return a role. Raises ``NotFound``; needs ``admin:read``."""
    actor.require(Permission.ADMIN_READ)
    found = session.get(Role, role_id)
    if found is None:
        raise NotFound("role", role_id)
    return found


def list_grants(
    session: Session, actor: Actor, wanted: GrantFilter, page: PageRequest
) -> Page[tuple[RoleGrant, str]]:
    """Return one page of (grant, code of its role) where the actor administers people."""
    actor.require(Permission.ADMIN_USERS)
    columns = ScopeColumns(organisation=RoleGrant.organisation_id)
    query = (
        select(RoleGrant, Role.code)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(visible(actor, Permission.ADMIN_USERS, columns))
    )
    if wanted.person_id is not None:
        query = query.where(RoleGrant.person_id == wanted.person_id)
    if wanted.group_id is not None:
        query = query.where(RoleGrant.group_id == wanted.group_id)
    if wanted.role:
        query = query.where(Role.code == wanted.role)
    return fetch_page(session, query, page, GRANT_SORTS, RoleGrant.id)


def grant(session: Session, actor: Actor, grant_id: int) -> RoleGrant:
    """Return a grant where the actor administers people; raises ``NotFound`` for others."""
    actor.require(Permission.ADMIN_USERS)
    columns = ScopeColumns(organisation=RoleGrant.organisation_id)
    found = session.scalars(
        select(RoleGrant).where(
            RoleGrant.id == grant_id, visible(actor, Permission.ADMIN_USERS, columns)
        )
    ).first()
    if found is None:
        raise NotFound("grant", grant_id)
    return found
