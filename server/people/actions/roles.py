"""Roles and who holds them, where."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.foundation.permissions import Reach
from server.people.models import Role, RoleGrant
from server.people.rules.roles import SHIPPED_ROLES


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a role: exactly one of the two."""

    person_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a role holds: an organisation and all below, one class of item, how far."""

    organisation_id: int
    class_code: str | None = None
    reach: Reach | None = None


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
        created_at=now,
    )
    session.add(grant)
    session.flush()
    return grant
