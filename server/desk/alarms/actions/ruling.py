"""Changing rules of alarms, and trying them on the past."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, NotFound
from cmdb.model import standing_model
from server.desk.alarms.models import Alarm, StoredAlarmRule
from server.desk.alarms.queries.looking import ancestry, look_back
from server.desk.alarms.queries.standing import StandingRule, find_rule, list_rules
from server.desk.alarms.rules.reading import read_rule, rule_document, shipped_rules
from server.desk.alarms.rules.replaying import Episode, replay
from server.desk.alarms.rules.values import AlarmRule, broken_examples
from server.desk.tickets.actions.checking import (
    Problems,
    check_group,
    check_organisation,
    check_words,
    own_fields,
)
from server.desk.tickets.queries.words import words_of
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

MAX_RULES = 200
#: How far back a rule may be tried.
MAX_DAYS = 90


def add_rule(
    session: Session, actor: Actor, code: str, document: Mapping[str, Any], now: datetime
) -> StandingRule:
    """Add a rule of one's own. Raises ``DuplicateName``, ``InvalidValue``."""
    rules = list_rules(session, actor)
    if any(one.rule.code == code for one in rules):
        raise DuplicateName("alarm rule", "code", code)
    problems = Problems()
    if len(rules) >= MAX_RULES:
        problems.add("code", f"there are {MAX_RULES} rules already")
    problems.refuse()
    return _save(session, actor, checked_rule(session, actor, code, document), now)


def change_rule(
    session: Session, actor: Actor, code: str, document: Mapping[str, Any], now: datetime
) -> StandingRule:
    """Write a rule anew, a shipped one too. Raises ``NotFound``, ``InvalidValue``."""
    find_rule(session, actor, code)
    return _save(session, actor, checked_rule(session, actor, code, document), now)


def switch_rule(
    session: Session, actor: Actor, code: str, *, on: bool, now: datetime
) -> StandingRule:
    """Switch a rule on or off; its tickets stay as they are. Raises ``NotFound``."""
    rule = find_rule(session, actor, code).rule
    return _save(session, actor, replace(rule, enabled=on), now)


def remove_rule(session: Session, actor: Actor, code: str) -> None:
    """Take away a rule of one's own, or what was made of a shipped one. Raises ``NotFound``.

    Its tickets stay, and belong to people from now on.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(StoredAlarmRule, code)
    if row is None:
        raise NotFound("alarm rule of one's own", code)
    session.delete(row)
    if code not in shipped_rules():
        session.execute(delete(Alarm).where(Alarm.rule_code == code))
    session.flush()
    audit.record(session, actor, "alarm_rule.removed", f"alarm_rule:{code}")


def checked_rule(
    session: Session, actor: Actor, code: str, document: Mapping[str, Any]
) -> AlarmRule:
    """Return the rule of a document, of which all that it names exists. Raises ``InvalidValue``.

    An example that does not come out as it says is wrong, so that a rule cannot break what it was
    made for; so is a category that asks for what no machine can fill in.
    """
    rule = read_rule(code, document)
    words, problems = words_of(session), Problems()
    given = {"kind": rule.kind, "category": rule.category, "urgency": rule.urgency}
    check_words(problems, words, given)
    own_fields(problems, words, rule.category, {})
    if rule.signal == "service_level" and words.is_failure(rule.kind):
        # Its ticket would keep the service down, and so miss the promise that it is about.
        problems.add("kind", "must be no kind that stands for a failure")
    if rule.priority is not None and rule.priority not in words.priorities:
        problems.add("priority", f"must be one of {', '.join(map(str, words.priorities))}")
    check_group(session, actor, problems, "group_id", rule.group_id)
    if rule.organisation_id is not None:
        needed, place = Permission.ADMIN_RULES, rule.organisation_id
        check_organisation(session, actor, problems, needed, place)
    for place_number, one in enumerate(rule.class_codes):
        if standing_model().find_class(one) is None:
            problems.add(f"class_codes.{place_number}", f"there is no class {one}")
    for number, came_out in broken_examples(rule, ancestry):
        problems.add(
            f"examples.{number}",
            "the rule matches this case, and should not"
            if came_out
            else "the rule does not match this case, and should",
        )
    problems.refuse()
    return rule


def _save(session: Session, actor: Actor, rule: AlarmRule, now: datetime) -> StandingRule:
    """Store a rule; a shipped one in its shipped form is no change and nothing is kept."""
    shipped = shipped_rules().get(rule.code)
    row = session.get(StoredAlarmRule, rule.code)
    document = rule_document(rule)
    if shipped is not None and document == rule_document(shipped):
        if row is not None:
            session.delete(row)
    else:
        row = row or StoredAlarmRule(code=rule.code)
        row.document, row.updated_at, row.updated_by_id = document, now, actor.person_id
        session.add(row)
    session.flush()
    told = {"name": rule.name, "enabled": rule.enabled}
    audit.record(session, actor, "alarm_rule.changed", f"alarm_rule:{rule.code}", told)
    return find_rule(session, actor, rule.code)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have done. ``from_history``: over the past, else only as things stand."""

    since: datetime
    from_history: bool
    episodes: tuple[Episode, ...]


def try_rule(session: Session, actor: Actor, rule: AlarmRule, days: int, now: datetime) -> Trial:
    """Try a rule on what was recorded in the last days; nothing is written."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    since = now - timedelta(days=min(max(days, 1), MAX_DAYS))
    spells = look_back(session, rule, since, now)
    return Trial(since, rule.needs_history, tuple(replay(spells, rule.reopen_hours)))
