"""Groups and their members, as the actor may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Group, Membership, OrganisationClosure
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.rules.logins import name_key


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """Which groups; None and "" mean no matter."""

    q: str = ""
    active: bool | None = None
    #: This organisation and all below it.
    organisation_id: int | None = None
    member_id: int | None = None


GROUP_SORTS = {
    "name": SortKey(Group.name_key),
    "updated_at": SortKey(Group.updated_at, datetime.fromisoformat),
}


def seen_groups(
    actor: Actor, permission: Permission = Permission.GROUP_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Group`` under which the actor holds ``permission``."""
    mine = Group.id.in_(actor.group_ids)
    return visible(
        actor, permission, ScopeColumns(organisation=Group.organisation_id, own=mine, team=mine)
    )


def list_groups(
    session: Session, actor: Actor, wanted: GroupFilter, page: PageRequest
) -> Page[Group]:
    """Return one page of the groups the actor may see."""
    return fetch_page(session, _groups(actor, wanted), page, GROUP_SORTS, Group.id)


def count_groups(session: Session, actor: Actor, wanted: GroupFilter) -> int:
    """Count them, up to the limit of ``paging.COUNT_LIMIT``."""
    return count_up_to(session, _groups(actor, wanted))


def group(session: Session, actor: Actor, group_id: int) -> Group:
    """Return a group. Needs ``group:read``; raises ``NotFound`` for one that is out of sight."""
    found = session.scalars(select(Group).where(Group.id == group_id, seen_groups(actor))).first()
    if found is None:
        actor.require(Permission.GROUP_READ)
        raise NotFound("group", group_id)
    return found


def group_for_writing(session: Session, actor: Actor, group_id: int) -> Group:
    """Return a group the actor may change, locked until the end of the transaction.

    Raises ``NotFound`` when out of sight, ``PermissionDenied`` when in sight only.
    """
    may_write = seen_groups(actor, Permission.GROUP_WRITE)
    found = session.scalars(
        select(Group).where(Group.id == group_id, may_write).with_for_update()
    ).first()
    if found is None:
        group(session, actor, group_id)
        raise PermissionDenied(Permission.GROUP_WRITE)
    return found


def names_of_groups(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """Return the names of those among ``ids`` that the actor may see."""
    rows = session.execute(
        select(Group.id, Group.name).where(Group.id.in_(ids), seen_groups(actor))
    )
    return {row.id: row.name for row in rows}


def _groups(actor: Actor, wanted: GroupFilter) -> Select[Group]:
    query = select(Group).where(seen_groups(actor))
    if wanted.q:
        query = query.where(Group.name_key.contains(name_key(wanted.q), autoescape=True))
    if wanted.active is not None:
        query = query.where(Group.active == wanted.active)
    if wanted.organisation_id is not None:
        below = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == wanted.organisation_id
        )
        query = query.where(Group.organisation_id.in_(below))
    if wanted.member_id is not None:
        theirs = select(Membership.group_id).where(Membership.person_id == wanted.member_id)
        query = query.where(Group.id.in_(theirs))
    return query
