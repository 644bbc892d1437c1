"""Carrying out a directory's rules: roles its groups get, organisations people belong to."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Membership, Person
from server.foundation.audit import record
from server.foundation.permissions import system_actor
from server.people.models import DirectoryEntry, DirectoryRule, DirectoryRuleGrant, Role, RoleGrant
from server.people.rules.group_rules import (
    GroupRule,
    KnownGroup,
    organisations_due,
    roles_due,
)
from server.people.sync_parties import Work, in_steps


def apply_rules(work: Work) -> None:
    """Give and take what the rules say, after people, groups and memberships are written.

    Only grants that a rule gave are taken. Where any rule names organisations, whoever none of
    them names belongs to the directory's own; where none does, nobody is moved.
    """
    with work.database.writing() as session:
        rules = _rules(session, work.source.directory_id)
        if not rules:
            return
        members = any(rule.role_id is None for rule in rules)
        groups = _groups(session, work.source.directory_id, with_members=members)
        _apply_roles(session, work, rules, groups)
        moves = _moves(session, work, rules, groups) if members else {}
    for step in in_steps(sorted(moves.items())):
        rows = [{"id": p, "organisation_id": o, "updated_at": work.now} for p, o in step]
        with work.database.writing() as session:
            session.execute(update(Person), rows)
    work.report.organisations_changed += len(moves)


def _rules(session: Session, directory_id: int) -> list[GroupRule]:
    rows = session.scalars(
        select(DirectoryRule)
        .where(DirectoryRule.directory_id == directory_id)
        .order_by(DirectoryRule.position, DirectoryRule.id)
    )
    return [GroupRule(row.id, row.group_pattern, row.role_id, row.organisation_id) for row in rows]


def _groups(session: Session, directory_id: int, *, with_members: bool) -> list[KnownGroup]:
    found = session.execute(
        select(Group.id, Group.name, DirectoryEntry.dn)
        .join(DirectoryEntry, DirectoryEntry.group_id == Group.id)
        .where(DirectoryEntry.directory_id == directory_id, Group.active)
    ).all()
    members: dict[int, set[int]] = {}
    for step in in_steps([row.id for row in found] if with_members else []):
        pairs = session.execute(
            select(Membership.group_id, Membership.person_id).where(Membership.group_id.in_(step))
        )
        for group_id, person_id in pairs:
            members.setdefault(group_id, set()).add(person_id)
    return [
        KnownGroup(row.id, row.name, row.dn, frozenset(members.get(row.id, ()))) for row in found
    ]


def _apply_roles(
    session: Session, work: Work, rules: Sequence[GroupRule], groups: Sequence[KnownGroup]
) -> None:
    due = roles_due(rules, groups)
    standing = {
        (row.rule_id, row.group_id): row.grant_id
        for row in session.execute(
            select(DirectoryRuleGrant.rule_id, RoleGrant.group_id, RoleGrant.id.label("grant_id"))
            .join(RoleGrant, RoleGrant.id == DirectoryRuleGrant.grant_id)
            .where(DirectoryRuleGrant.rule_id.in_([rule.rule_id for rule in rules]))
        )
    }
    surplus = [grant for pair, grant in standing.items() if pair not in due]
    if surplus:
        session.execute(delete(RoleGrant).where(RoleGrant.id.in_(surplus)))
    by_id = {rule.rule_id: rule for rule in rules}
    missing = sorted(due - standing.keys())
    for rule_id, group_id in missing:
        _give(session, work, by_id[rule_id], group_id)
    for grant_id in surplus:
        record(session, _ACTOR, "role_withdrawn", f"role_grant:{grant_id}", {"by": "rule"})
    work.report.roles_given += len(missing)
    work.report.roles_taken += len(surplus)


_ACTOR = system_actor("directory sync")


def _give(session: Session, work: Work, rule: GroupRule, group_id: int) -> None:
    role = session.get_one(Role, rule.role_id)
    grant = RoleGrant(
        role_id=role.id,
        group_id=group_id,
        organisation_id=rule.organisation_id,
        reach=role.reach,
        created_at=work.now,
    )
    session.add(grant)
    session.flush()
    session.execute(insert(DirectoryRuleGrant), {"rule_id": rule.rule_id, "grant_id": grant.id})
    told = {"role": role.code, "group": group_id, "organisation": rule.organisation_id}
    record(session, _ACTOR, "role_granted", f"role_grant:{grant.id}", {**told, "by": "rule"})


def _moves(
    session: Session, work: Work, rules: Sequence[GroupRule], groups: Sequence[KnownGroup]
) -> Mapping[int, int]:
    due = organisations_due(rules, groups)
    rows = session.execute(
        select(Person.id, Person.organisation_id)
        .join(DirectoryEntry, DirectoryEntry.person_id == Person.id)
        .where(DirectoryEntry.directory_id == work.source.directory_id, Person.active)
    )
    wanted = {row.id: (due.get(row.id, work.source.organisation_id), row[1]) for row in rows}
    return {person_id: new for person_id, (new, old) in wanted.items() if new != old}
