"""Rules that say who must approve, and deputies for those who are away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model import standing_model
from cmdb.records.parties import Person
from server.desk.changes.models import ApprovalDeputy, ApprovalRule
from server.desk.changes.rules.approval import QUORUMS
from server.desk.tickets.actions.checking import (
    Problems,
    check_group,
    check_organisation,
    check_person,
    title_of,
)
from server.foundation.audit import record
from server.foundation.permissions import Actor, Permission
from server.people.queries.people import seen_people

_MOST_HOURS = 24 * 90


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A reason for which somebody must approve; see ``ApprovalRule``."""

    name: str
    organisation_id: int | None = None
    class_code: str | None = None
    environment: str | None = None
    max_criticality: int | None = None
    min_risk: int = 0
    person_id: int | None = None
    group_id: int | None = None
    quorum: str = "any"
    number: int = 0
    hours: int = 0
    is_board: bool = False


def add_rule(session: Session, actor: Actor, draft: RuleDraft, now: datetime) -> ApprovalRule:
    """Let a rule count for every round of approval to come. Raises ``InvalidValue``."""
    actor.require(Permission.CHANGE_APPROVE)
    problems = Problems()
    organisation_id = draft.organisation_id or actor.organisation_id
    check_organisation(session, actor, problems, Permission.CHANGE_APPROVE, organisation_id)
    named = Problems()
    name = title_of(named, draft.name)
    problems.add("name", named.fields.get("title", ""))
    if (draft.person_id is None) == (draft.group_id is None):
        problems.add("group_id", "name a person or a group, and not both")
    check_person(session, actor, problems, "person_id", draft.person_id)
    check_group(session, actor, problems, "group_id", draft.group_id)
    if draft.class_code and standing_model().find_class(draft.class_code) is None:
        problems.add("class_code", f"there is no class {draft.class_code!r}")
    _check_quorum(problems, draft)
    problems.refuse()
    rule = ApprovalRule(
        organisation_id=organisation_id,
        name=name,
        class_code=draft.class_code or None,
        environment=draft.environment or None,
        max_criticality=draft.max_criticality,
        min_risk=draft.min_risk,
        person_id=draft.person_id,
        group_id=draft.group_id,
        quorum=draft.quorum,
        number=draft.number,
        hours=draft.hours,
        is_board=draft.is_board,
        created_at=now,
    )
    session.add(rule)
    session.flush()
    record(session, actor, "approval_rule_added", f"approval_rule:{rule.id}")
    return rule


def _check_quorum(problems: Problems, draft: RuleDraft) -> None:
    bounds = {"at_least": (1, 1000), "percent": (1, 100)}
    if draft.quorum not in QUORUMS:
        problems.add("quorum", f"must be one of {', '.join(QUORUMS)}")
    low, high = bounds.get(draft.quorum, (0, 1000))
    if not low <= draft.number <= high:
        problems.add("number", f"must be from {low} to {high}")
    if draft.quorum in bounds and draft.group_id is None:
        problems.add("group_id", "a quorum is one of a group")
    if not 0 <= draft.min_risk <= 100:
        problems.add("min_risk", "must be from 0 to 100")
    if not 0 <= draft.hours <= _MOST_HOURS:
        problems.add("hours", f"must be from 0 to {_MOST_HOURS}")


def remove_rule(session: Session, actor: Actor, rule_id: int) -> None:
    """Take a rule away; rounds that run keep what they demanded. Raises ``NotFound``."""
    rule = session.scalar(select(ApprovalRule).where(ApprovalRule.id == rule_id))
    if rule is None or not actor.may(Permission.CHANGE_READ, rule.organisation_id):
        actor.require(Permission.CHANGE_APPROVE)
        raise NotFound("approval rule", rule_id)
    actor.require(Permission.CHANGE_APPROVE, rule.organisation_id)
    session.delete(rule)
    session.flush()
    record(session, actor, "approval_rule_removed", f"approval_rule:{rule_id}")


@dataclass(frozen=True, slots=True)
class DeputyDraft:
    """Who answers for whom, from when to when; without a person it is oneself."""

    deputy_id: int
    starts_at: datetime
    ends_at: datetime
    person_id: int | None = None


def name_deputy(
    session: Session, actor: Actor, draft: DeputyDraft, now: datetime
) -> ApprovalDeputy:
    """Name one's own deputy, or with ``change:approve`` somebody's. Raises ``InvalidValue``."""
    person_id = draft.person_id or actor.person_id
    if person_id is None:
        raise InvalidValue({"person_id": "say who is away"})
    if person_id != actor.person_id:
        actor.require(Permission.CHANGE_APPROVE)
    problems = Problems()
    check_person(session, actor, problems, "person_id", person_id)
    check_person(session, actor, problems, "deputy_id", draft.deputy_id)
    if draft.deputy_id == person_id:
        problems.add("deputy_id", "must be somebody else")
    if draft.ends_at <= draft.starts_at:
        problems.add("ends_at", "must be later than starts_at")
    elif draft.ends_at <= now:
        problems.add("ends_at", "has passed")
    problems.refuse()
    deputy = ApprovalDeputy(
        person_id=person_id,
        deputy_id=draft.deputy_id,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
    )
    session.add(deputy)
    session.flush()
    detail = {"deputy": draft.deputy_id}
    record(session, actor, "approval_deputy_named", f"person:{person_id}", detail)
    return deputy


def dismiss_deputy(session: Session, actor: Actor, deputy_id: int) -> None:
    """Take a deputy's say away at once. Raises ``NotFound`` for one that is not the actor's."""
    row = session.scalar(
        select(ApprovalDeputy)
        .join(Person, Person.id == ApprovalDeputy.person_id)
        .where(
            ApprovalDeputy.id == deputy_id, or_(seen_people(actor), Person.id == actor.person_id)
        )
    )
    if row is None:
        actor.require(Permission.CHANGE_APPROVE)
        raise NotFound("deputy", deputy_id)
    if row.person_id != actor.person_id:
        actor.require(Permission.CHANGE_APPROVE)
    session.delete(row)
    session.flush()
    record(session, actor, "approval_deputy_dismissed", f"person:{row.person_id}")
