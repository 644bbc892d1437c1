"""What membership in a directory's groups gives; carried out by the next synchronisation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, NotFound
from server.foundation.audit import record
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import refuse_beyond, require_over
from server.people.grants import grant_of
from server.people.models import Directory, DirectoryRule, DirectoryRuleGrant, Role, RoleGrant
from server.people.queries.organisations import organisation

#: More than this nobody can oversee, and every synchronisation compares each with every group.
MOST_RULES = 200


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule to be made. ``role``: a role's code; None says where the members belong."""

    group_pattern: str
    role: str | None
    organisation_id: int


def add_rule(
    session: Session, actor: Actor, directory: Directory, draft: RuleDraft, now: datetime
) -> DirectoryRule:
    """Add a rule to a directory from ``queries.directories.directory``, after those there are.

    Whoever edits the directory's groups hands out what it gives, so its maker needs
    ``admin:users`` in the organisation and everything the role gives there. Raises
    ``InvalidValue``, and ``Conflict`` for a rule too many.
    """
    require_over(actor, Permission.ADMIN_DIRECTORY, directory.organisation_id)
    role = _check(session, actor, draft)
    count, last = session.execute(
        select(func.count(), func.coalesce(func.max(DirectoryRule.position), 0)).where(
            DirectoryRule.directory_id == directory.id
        )
    ).one()
    if count >= MOST_RULES:
        raise Conflict(f"a directory has at most {MOST_RULES} rules")
    rule = DirectoryRule(
        directory_id=directory.id,
        position=last + 1,
        group_pattern=draft.group_pattern,
        role_id=role.id if role else None,
        organisation_id=draft.organisation_id,
        created_at=now,
    )
    session.add(rule)
    session.flush()
    record(session, actor, "directory_rule_added", f"directory_rule:{rule.id}", _told(rule))
    return rule


def remove_rule(session: Session, actor: Actor, rule: DirectoryRule) -> None:
    """Remove a rule from ``queries.directories.rule_of_directory``; what it gave goes with it."""
    directory = session.get_one(Directory, rule.directory_id)
    require_over(actor, Permission.ADMIN_DIRECTORY, directory.organisation_id)
    require_over(actor, Permission.ADMIN_USERS, rule.organisation_id)
    given = select(DirectoryRuleGrant.grant_id).where(DirectoryRuleGrant.rule_id == rule.id)
    session.execute(delete(RoleGrant).where(RoleGrant.id.in_(given)))
    record(session, actor, "directory_rule_removed", f"directory_rule:{rule.id}", _told(rule))
    session.delete(rule)
    session.flush()


def _check(session: Session, actor: Actor, draft: RuleDraft) -> Role | None:
    if not draft.group_pattern.strip("* "):
        raise InvalidValue({"group_pattern": "must name a group, or part of its name"})
    try:
        organisation(session, actor, draft.organisation_id)
    except NotFound as error:
        raise InvalidValue({"organisation_id": "there is no such organisation"}) from error
    require_over(actor, Permission.ADMIN_USERS, draft.organisation_id)
    if draft.role is None:
        return None
    role = session.scalars(select(Role).where(Role.code == draft.role)).first()
    if role is None:
        raise InvalidValue({"role": "there is no such role"})
    given = RoleGrant(organisation_id=draft.organisation_id, reach=role.reach)
    refuse_beyond(actor, [grant_of(session, role, given)])
    return role


def _told(rule: DirectoryRule) -> dict[str, object]:
    return {
        "directory": rule.directory_id,
        "groups": rule.group_pattern,
        "role": rule.role_id,
        "organisation": rule.organisation_id,
    }
