"""From role grants as stored to ``Grant``: subtrees of organisations and of classes resolved."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Executable,
    bindparam,
    cast,
    false,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from cmdb.model import UnknownClass, standing_model
from cmdb.records.parties import Group, Membership, Organisation, OrganisationClosure
from server.foundation.clock import utc_now
from server.foundation.permissions import Grant, Permission, Reach
from server.people.models import EmergencyUse, Role, RoleGrant

_GROUPS = (
    select(Membership.group_id)
    .join(Group, Group.id == Membership.group_id)
    .where(Membership.person_id == bindparam("person_id"), Group.active)
)

_GRANTED = (
    Role.permissions,
    RoleGrant.organisation_id,
    Organisation.parent_id,
    RoleGrant.class_code,
    RoleGrant.reach,
)
_GRANTS_OF = (
    select(*_GRANTED, cast(null(), BigInteger).label("group_id"))
    .join(Role, Role.id == RoleGrant.role_id)
    .join(Organisation, Organisation.id == RoleGrant.organisation_id)
)
_GRANTS = _GRANTS_OF.where(
    or_(
        RoleGrant.person_id == bindparam("person_id"),
        RoleGrant.group_id.in_(bindparam("group_ids", expanding=True)),
    )
)

#: What counts now: a grant for emergencies only while its holder uses it, signed in themselves.
_AWAKE = or_(
    RoleGrant.emergency == false(),
    select(EmergencyUse.id)
    .where(
        EmergencyUse.grant_id == RoleGrant.id,
        EmergencyUse.person_id == bindparam("waking"),
        EmergencyUse.ended_at.is_(None),
        EmergencyUse.ends_at > bindparam("now"),
    )
    .exists(),
)

#: Both at once, for every request: groups as rows without a grant.
_STANDING = union_all(
    _GRANTS_OF.where(
        or_(RoleGrant.person_id == bindparam("person_id"), RoleGrant.group_id.in_(_GROUPS)),
        _AWAKE,
    ),
    _GROUPS.with_only_columns(
        *(cast(null(), column.type) for column in _GRANTED), Membership.group_id
    ),
)

_SUBTREES = select(OrganisationClosure.ancestor_id, OrganisationClosure.descendant_id).where(
    OrganisationClosure.ancestor_id.in_(bindparam("roots", expanding=True))
)


def rows_of(session: Session, columns: Executable, asked: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of a statement that names columns alone.

    They need nothing of what the ORM does with entities, which takes as long as the look-up.
    """
    session.flush()
    return session.connection().execute(columns, asked).all()


def groups_of(session: Session, person_id: int) -> frozenset[int]:
    """Return the ids of the active groups the person belongs to."""
    return frozenset(session.scalars(_GROUPS, {"person_id": person_id}))


def grants_of(
    session: Session, person_id: int | None, group_ids: Collection[int]
) -> tuple[Grant, ...]:
    """Return what the person and the groups have been given. Two look-ups by index at most."""
    asked = {"person_id": person_id, "group_ids": sorted(group_ids)}
    return _grants(session, session.execute(_GRANTS, asked).all())


def standing_of(
    session: Session, person_id: int, *, in_person: bool = True
) -> tuple[frozenset[int], tuple[Grant, ...]]:
    """Return (active groups, grants) of a person, with one statement and one look-up at most.

    Grants for emergencies count while they are in use, and only ``in_person``: not for tokens.
    """
    asked = {
        "person_id": person_id,
        "waking": person_id if in_person else None,
        "now": utc_now(),
    }
    rows = rows_of(session, _STANDING, asked)
    groups = frozenset(row.group_id for row in rows if row.group_id is not None)
    return groups, _grants(session, [row for row in rows if row.group_id is None])


def grants_of_person(session: Session, person_id: int) -> tuple[Grant, ...]:
    """Return all that a person may do or, breaking the glass, could; also through groups."""
    return grants_of(session, person_id, groups_of(session, person_id))


def grants_of_group(session: Session, group_id: int) -> tuple[Grant, ...]:
    """Return what every member of the group may do."""
    return grants_of(session, None, (group_id,))


def grant_of(session: Session, role: Role, given: RoleGrant) -> Grant:
    """Return one grant, resolved; it need not be stored yet."""
    organisation = session.get_one(Organisation, given.organisation_id)
    subtrees = {}
    if organisation.parent_id is not None:
        subtrees = _subtrees(session, {organisation.id})
    return Grant(
        permissions=permissions_of(role.permissions),
        organisation_id=organisation.id,
        organisation_ids=subtrees.get(organisation.id),
        class_codes=_classes(given.class_code),
        reach=Reach(given.reach),
    )


def permissions_of(codes: Iterable[str]) -> frozenset[Permission]:
    """Turn stored codes into permissions; one from another version of Cadastre gives nothing."""
    return _permissions(tuple(codes))


def _grants(session: Session, rows: Sequence[Any]) -> tuple[Grant, ...]:
    below_root = {row.organisation_id for row in rows if row.parent_id is not None}
    subtrees = _subtrees(session, below_root) if below_root else {}
    return tuple(
        Grant(
            permissions=permissions_of(row.permissions),
            organisation_id=row.organisation_id,
            organisation_ids=subtrees.get(row.organisation_id),
            class_codes=_classes(row.class_code),
            reach=Reach(row.reach),
        )
        for row in rows
    )


def _subtrees(session: Session, roots: Collection[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for ancestor, descendant in rows_of(session, _SUBTREES, {"roots": sorted(roots)}):
        found.setdefault(ancestor, set()).add(descendant)
    return {ancestor: frozenset(below) for ancestor, below in found.items()}


@lru_cache(maxsize=256)
def _permissions(codes: tuple[str, ...]) -> frozenset[Permission]:
    known = set(Permission)
    return frozenset(Permission(code) for code in codes if code in known)


def _classes(code: str | None) -> frozenset[str] | None:
    """Return the class and all below it, None for every class; an unknown one gives nothing."""
    if code is None:
        return None
    try:
        return frozenset(standing_model().descendants(code))
    except UnknownClass:
        return frozenset()
