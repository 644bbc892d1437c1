"""Changing routing rules, and trying them on past tickets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model import standing_model
from cmdb.vocabulary import ClassCode
from server.desk.routing.models import RoutingRule
from server.desk.routing.queries import all_rules, rules_in_force, skill_names
from server.desk.routing.rules.conditions import (
    NUMBERS,
    Condition,
    Decision,
    Example,
    Rule,
    asked_fields,
    decide,
    matches,
)
from server.desk.routing.rules.reading import read_rule, rule_document
from server.desk.routing.rules.skills import unknown_skill
from server.desk.tickets.actions.checking import Problems, check_group, check_person
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import find_ticket, visible_tickets
from server.desk.tickets.queries.routing import facts_of_tickets
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.words import Words
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

MAX_RULES = 500
#: Past tickets on which a rule is tried at most.
MAX_TRIED = 2000


def list_rules(session: Session, actor: Actor) -> Sequence[RoutingRule]:
    """Return every rule in the order in which they are asked. Needs ``admin:rules``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    return all_rules(session)


def find_rule(session: Session, actor: Actor, rule_id: int) -> RoutingRule:
    """Return a rule. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(RoutingRule, rule_id)
    if row is None:
        raise NotFound("routing rule", rule_id)
    return row


def add_rule(
    session: Session,
    actor: Actor,
    document: Mapping[str, Any],
    now: datetime,
    *,
    enabled: bool = True,
) -> RoutingRule:
    """Add a rule after those there are. Raises ``InvalidValue`` naming each place."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    count, last = session.execute(
        select(func.count(), func.max(RoutingRule.position)).select_from(RoutingRule)
    ).one()
    if count >= MAX_RULES:
        raise InvalidValue({"name": f"there are {MAX_RULES} rules already"})
    rule = checked_rule(session, actor, document)
    row = RoutingRule(position=(last or 0) + 1, enabled=enabled)
    return _save(session, actor, row, rule, now)


def change_rule(
    session: Session,
    actor: Actor,
    rule_id: int,
    document: Mapping[str, Any],
    now: datetime,
    *,
    enabled: bool,
) -> RoutingRule:
    """Write a rule anew. Raises ``NotFound`` and ``InvalidValue``."""
    row = find_rule(session, actor, rule_id)
    rule = checked_rule(session, actor, document)
    row.enabled = enabled
    return _save(session, actor, row, rule, now)


def checked_rule(session: Session, actor: Actor, document: Mapping[str, Any]) -> Rule:
    """Return the rule of a document, of which all that it names exists."""
    rule = read_rule(document)
    problems = Problems()
    check_group(session, actor, problems, "group_id", rule.outcome.group_id)
    check_person(session, actor, problems, "assignee_id", rule.outcome.assignee_id)
    known = words_of(session).priorities
    if rule.outcome.priority is not None and rule.outcome.priority not in known:
        problems.add("priority", f"must be one of {', '.join(map(str, known))}")
    problems.add("skills", unknown_skill(rule.outcome.skills, skill_names(session)))
    for number, condition in enumerate(rule.conditions):
        fault = _value_fault(words_of(session), condition)
        problems.add(f"conditions.{number}.values", fault)
    problems.refuse()
    return rule


def _value_fault(words: Words, condition: Condition) -> str:
    """Return what is wrong with values that no ticket can have: such a rule would never match."""
    lists: Mapping[str, Collection[Any]] = {
        "kind": words.kinds,
        "category": words.categories,
        "channel": words.channels,
        "urgency": words.urgencies,
        "impact": words.impacts,
        "priority": [str(one) for one in words.priorities],
    }
    known = lists.get(condition.field)
    if known is not None and not set(condition.values) <= set(known):
        return f"must be one of {', '.join(known)}"
    if condition.field == "item_class":
        model = standing_model()
        unknown = [one for one in condition.values if model.find_class(ClassCode(one)) is None]
        return f"must be one of the classes; there is no {unknown[0]}" if unknown else ""
    numbers = condition.field in NUMBERS
    if numbers and not all(one.isascii() and one.isdigit() for one in condition.values):
        return "must be whole numbers"
    return ""


def _save(
    session: Session, actor: Actor, row: RoutingRule, rule: Rule, now: datetime
) -> RoutingRule:
    row.document = rule_document(rule)
    row.updated_at, row.updated_by_id = now, actor.person_id
    session.add(row)
    session.flush()
    told = {"name": rule.name, "enabled": row.enabled}
    audit.record(session, actor, "routing_rule.changed", f"routing_rule:{row.id}", told)
    return row


def remove_rule(session: Session, actor: Actor, rule_id: int) -> None:
    """Take a rule away; tickets stay where it sent them. Raises ``NotFound``."""
    row = find_rule(session, actor, rule_id)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "routing_rule.removed", f"routing_rule:{rule_id}")


def order_rules(session: Session, actor: Actor, rule_ids: Sequence[int]) -> None:
    """Ask the rules in another order. Raises ``InvalidValue`` unless each is named once."""
    rows = {row.id: row for row in list_rules(session, actor)}
    if sorted(rule_ids) != sorted(rows):
        raise InvalidValue({"ids": "must name every rule once"})
    for place, rule_id in enumerate(rule_ids, start=1):
        rows[rule_id].position = place
    session.flush()
    audit.record(session, actor, "routing_rule.ordered", "routing_rule", {"ids": list(rule_ids)})


def keep_example(
    session: Session, actor: Actor, rule_id: int, reference: str, now: datetime
) -> RoutingRule:
    """Keep a ticket's facts as an example of a rule, coming out as it does today."""
    row = find_rule(session, actor, rule_id)
    ticket = find_ticket(session, actor, reference)
    rule = read_rule(row.document, row.id)
    facts = facts_of_tickets(session, [ticket])[ticket.id]
    kept = {name: values for name, values in facts.items() if values}
    example = Example(ticket.reference, kept, matches(rule, facts))
    others = tuple(one for one in rule.examples if one.name != ticket.reference)
    document = rule_document(rule)
    extended = Rule(rule.name, rule.conditions, rule.outcome, rule.final, (*others, example))
    document["examples"] = rule_document(extended)["examples"]
    return _save(session, actor, row, read_rule(document, row.id), now)


@dataclass(frozen=True, slots=True)
class Tried:
    """A past ticket, and what the rules would give it."""

    ticket: Ticket
    matched: bool
    decision: Decision

    @property
    def differs(self) -> bool:
        """Say whether it would have gone elsewhere than it is."""
        given = self.decision.outcome
        elsewhere = given.group_id is not None and given.group_id != self.ticket.group_id
        other = given.assignee_id is not None and given.assignee_id != self.ticket.assignee_id
        pressing = given.priority is not None and given.priority != self.ticket.priority
        return elsewhere or other or pressing


def try_rule(
    session: Session,
    actor: Actor,
    document: Mapping[str, Any],
    rule_id: int | None = None,
    limit: int = 500,
) -> list[Tried]:
    """Try a rule on the newest tickets in sight, among those in force, in the place of its own.

    Nothing is written. Raises ``InvalidValue`` for a rule that cannot be.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    wanted = checked_rule(session, actor, document)
    rules = list(rules_in_force(session))
    ids = [rule.id for rule in rules]
    if rule_id in ids:
        rules[ids.index(rule_id)] = wanted
    else:
        rules.append(wanted)
    query = select(Ticket).where(visible_tickets(actor)).order_by(Ticket.id.desc())
    tickets = session.scalars(query.limit(min(limit, MAX_TRIED))).all()
    facts = facts_of_tickets(session, tickets, asked_fields(rules))
    return [
        Tried(one, matches(wanted, facts[one.id]), decide(rules, facts[one.id])) for one in tickets
    ]
