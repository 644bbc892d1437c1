"""Roles and who holds them, where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from cmdb.model import standing_model
from server.foundation.audit import record
from server.foundation.duplicates import refusing_duplicates
from server.foundation.permissions import Actor, Grant, Permission, Reach
from server.people.actions.rights import refuse_beyond, require_everywhere, require_over
from server.people.grants import grant_of, permissions_of
from server.people.models import Role, RoleGrant
from server.people.queries.groups import group
from server.people.queries.organisations import organisation
from server.people.queries.people import person
from server.people.rules.roles import SHIPPED_ROLES


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a role: exactly one of the two."""

    person_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a role holds: an organisation and all below, one class of item, how far.

    ``emergency``: only while its holder has broken the glass.
    """

    organisation_id: int
    class_code: str | None = None
    reach: Reach | None = None
    emergency: bool = False


def ensure_shipped_roles(session: Session) -> None:
    """Bring the shipped roles to what this version of Cadastre says; others stay as they are."""
    stored = {role.code: role for role in session.scalars(select(Role).where(Role.builtin))}
    for shipped in SHIPPED_ROLES:
        role = stored.get(shipped.code)
        if role is None:
            role = Role(code=shipped.code, builtin=True)
            session.add(role)
        role.labels = dict(shipped.labels)
        role.permissions = sorted(shipped.permissions)
        role.reach = shipped.reach
    session.flush()


def give_role(
    session: Session, code: str, holder: Holder, scope: Scope, now: datetime
) -> RoleGrant:
    """Write a grant without asking anybody: for the installation, rules and tests.

    People go through ``grant_role``.
    """
    role = session.scalars(select(Role).where(Role.code == code)).one()
    grant = RoleGrant(
        role_id=role.id,
        person_id=holder.person_id,
        group_id=holder.group_id,
        organisation_id=scope.organisation_id,
        class_code=scope.class_code,
        reach=scope.reach or Reach(role.reach),
        emergency=scope.emergency,
        created_at=now,
    )
    session.add(grant)
    session.flush()
    return grant


def create_role(
    session: Session,
    actor: Actor,
    code: str,
    labels: Mapping[str, str],
    permissions: Collection[Permission],
) -> Role:
    """Make a role of one's own. Needs ``admin:users`` on the whole tree, and all it gives.

    Raises ``DuplicateName`` for a taken code.
    """
    _refuse_role(actor, permissions)
    role = Role(code=code, labels=dict(labels), permissions=sorted(permissions), reach=Reach.ALL)
    with refusing_duplicates(session, "role", "code", code):
        session.add(role)
    record(session, actor, "role_created", f"role:{role.id}", {"gives": sorted(permissions)})
    return role


def change_role(
    session: Session,
    actor: Actor,
    role: Role,
    labels: Mapping[str, str] | None,
    permissions: Collection[Permission] | None,
) -> Role:
    """Change a role of one's own; raises ``Conflict`` for a shipped one."""
    _refuse_role(actor, {*permissions_of(role.permissions), *(permissions or ())})
    if role.builtin:
        raise Conflict("a shipped role cannot be changed; make one of your own")
    if labels is not None:
        role.labels = dict(labels)
    if permissions is not None:
        role.permissions = sorted(permissions)
    role.version += 1
    session.flush()
    record(session, actor, "role_changed", f"role:{role.id}", {"gives": list(role.permissions)})
    return role


def grant_role(
    session: Session, actor: Actor, code: str, holder: Holder, scope: Scope, now: datetime
) -> RoleGrant:
    """Give a role. Needs ``admin:users`` in the organisation, and everything the role gives there.

    Raises ``InvalidValue`` naming what does not exist or is out of sight.
    """
    actor.require(Permission.ADMIN_USERS)
    role = _check_grant(session, actor, code, holder, scope)
    require_over(actor, Permission.ADMIN_USERS, scope.organisation_id)
    given = RoleGrant(
        organisation_id=scope.organisation_id,
        class_code=scope.class_code,
        reach=scope.reach or Reach(role.reach),
    )
    refuse_beyond(actor, [grant_of(session, role, given)])
    _refuse_double(session, role, holder, scope)
    grant = give_role(session, code, holder, scope, now)
    record(session, actor, "role_granted", f"role_grant:{grant.id}", _told(role, grant))
    return grant


def withdraw_grant(session: Session, actor: Actor, grant: RoleGrant) -> None:
    """Take a role back, from the next request on. ``grant`` comes from ``queries.roles.grant``.

    Raises ``PermissionDenied`` when the role gives more than the actor has, and ``Conflict`` for
    what lets the actor administer: the last administrator must not shut the door from inside.
    """
    role = session.get_one(Role, grant.role_id)
    if grant.person_id is not None and grant.person_id == actor.person_id:
        _keep_administering(role)
    require_over(actor, Permission.ADMIN_USERS, grant.organisation_id)
    refuse_beyond(actor, [grant_of(session, role, grant)])
    record(session, actor, "role_withdrawn", f"role_grant:{grant.id}", _told(role, grant))
    session.delete(grant)
    session.flush()


def _keep_administering(role: Role) -> None:
    if Permission.ADMIN_USERS in permissions_of(role.permissions):
        raise Conflict("you cannot take your own administration away; somebody else must")


def _refuse_role(actor: Actor, permissions: Collection[Permission]) -> None:
    require_everywhere(actor, Permission.ADMIN_USERS)
    refuse_beyond(actor, [Grant(frozenset(permissions))])


def _check_grant(session: Session, actor: Actor, code: str, holder: Holder, scope: Scope) -> Role:
    role = session.scalars(select(Role).where(Role.code == code)).first()
    if role is None:
        raise InvalidValue({"role": "there is no such role"})
    if (holder.person_id is None) == (holder.group_id is None):
        raise InvalidValue({"person_id": "name a person or a group, one of the two"})
    try:
        organisation(session, actor, scope.organisation_id)
        if holder.person_id is not None:
            person(session, actor, holder.person_id)
        if holder.group_id is not None:
            group(session, actor, holder.group_id)
    except NotFound as error:
        raise InvalidValue({f"{error.kind}_id": f"there is no such {error.kind}"}) from error
    if scope.class_code is not None:
        standing_model().item_class(scope.class_code)
    return role


def _refuse_double(session: Session, role: Role, holder: Holder, scope: Scope) -> None:
    same = select(RoleGrant.id).where(
        RoleGrant.role_id == role.id,
        RoleGrant.person_id.is_not_distinct_from(holder.person_id),
        RoleGrant.group_id.is_not_distinct_from(holder.group_id),
        RoleGrant.organisation_id == scope.organisation_id,
        RoleGrant.class_code.is_not_distinct_from(scope.class_code),
        RoleGrant.reach == (scope.reach or Reach(role.reach)),
        RoleGrant.emergency.is_(scope.emergency),
    )
    if session.scalar(same) is not None:
        raise Conflict("this has been granted already")


def _told(role: Role, grant: RoleGrant) -> dict[str, object]:
    return {
        "role": role.code,
        "person": grant.person_id,
        "group": grant.group_id,
        "organisation": grant.organisation_id,
        "class": grant.class_code,
        "reach": grant.reach,
        "emergency": grant.emergency,
    }
