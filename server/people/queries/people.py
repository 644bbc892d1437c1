"""People, as the actor may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.parties import Group, Membership, OrganisationClosure, Person
from server.foundation.errors import PermissionDenied
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.people.queries.groups import seen_groups
from server.people.rules.logins import login_key, name_key


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """Which people; None and "" mean no matter."""

    q: str = ""
    group_id: int | None = None
    active: bool | None = None
    #: This organisation and all below it.
    organisation_id: int | None = None


PERSON_SORTS = {
    "name": SortKey(Person.name_key),
    "email": SortKey(Person.email_key),
    "updated_at": SortKey(Person.updated_at, datetime.fromisoformat),
}


def seen_people(
    actor: Actor, permission: Permission = Permission.PERSON_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Person`` under which the actor holds ``permission``."""
    colleagues = select(Membership.person_id).where(Membership.group_id.in_(actor.group_ids))
    return visible(
        actor,
        permission,
        ScopeColumns(
            organisation=Person.organisation_id,
            own=Person.id == actor.person_id,
            team=Person.id.in_(colleagues),
        ),
    )


def list_people(
    session: Session, actor: Actor, wanted: PersonFilter, page: PageRequest
) -> Page[Person]:
    """Return one page of the people the actor may see."""
    return fetch_page(session, _people(actor, wanted), page, PERSON_SORTS, Person.id)


def count_people(session: Session, actor: Actor, wanted: PersonFilter) -> int:
    """Count them, up to the limit of ``paging.COUNT_LIMIT``."""
    return count_up_to(session, _people(actor, wanted))


def person(session: Session, actor: Actor, person_id: int) -> Person:
    """Return somebody. Needs ``person:read``; raises ``NotFound`` for who is out of sight."""
    found = session.scalars(
        select(Person).where(Person.id == person_id, seen_people(actor))
    ).first()
    if found is None:
        actor.require(Permission.PERSON_READ)
        raise NotFound("person", person_id)
    return found


def person_for_writing(session: Session, actor: Actor, person_id: int) -> Person:
    """Return somebody the actor may change, locked until the end of the transaction.

    Raises ``NotFound`` when out of sight, ``PermissionDenied`` when in sight only.
    """
    may_write = seen_people(actor, Permission.PERSON_WRITE)
    found = session.scalars(
        select(Person).where(Person.id == person_id, may_write).with_for_update()
    ).first()
    if found is None:
        person(session, actor, person_id)
        raise PermissionDenied(Permission.PERSON_WRITE)
    return found


def groups_of_person(session: Session, actor: Actor, person_id: int) -> list[Group]:
    """Return the groups of a person that the actor may see, by name."""
    return list(
        session.scalars(
            select(Group)
            .join(Membership, Membership.group_id == Group.id)
            .where(Membership.person_id == person_id, seen_groups(actor))
            .order_by(Group.name_key, Group.id)
        )
    )


def names_of_people(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """Return the names of those among ``ids`` whom the actor may see."""
    rows = session.execute(
        select(Person.id, Person.display_name).where(Person.id.in_(ids), seen_people(actor))
    )
    return {row.id: row.display_name for row in rows}


def _people(actor: Actor, wanted: PersonFilter) -> Select[Person]:
    query = select(Person).where(seen_people(actor))
    if wanted.q:
        query = query.where(_matches(wanted.q))
    if wanted.group_id is not None:
        # A group out of sight filters like one that does not exist.
        members = (
            select(Membership.person_id)
            .join(Group, Group.id == Membership.group_id)
            .where(Group.id == wanted.group_id, seen_groups(actor))
        )
        query = query.where(Person.id.in_(members))
    if wanted.active is not None:
        query = query.where(Person.active == wanted.active)
    if wanted.organisation_id is not None:
        below = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == wanted.organisation_id
        )
        query = query.where(Person.organisation_id.in_(below))
    return query


def _matches(text: str) -> ColumnElement[bool]:
    return or_(
        Person.name_key.contains(name_key(text), autoescape=True),
        Person.email_key.contains(login_key(text), autoescape=True),
    )
