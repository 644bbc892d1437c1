"""Rules that say who must approve."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.model import standing_model
from server.desk.changes.models import ApprovalRule
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
