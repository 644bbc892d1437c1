"""Changing the rules at run time. They are one for the whole register: a right everywhere."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.derivation import (
    DerivationRule,
    InvalidRule,
    document_of,
    read_rule,
    read_rules_text,
    shipped_rules,
)
from cmdb.errors import DuplicateName, NotFound
from cmdb.model import standing_model
from server.foundation import audit
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.items.deriving.models import StoredRule
from server.items.deriving.rulebook import StandingRule, standing_rules
from server.people.actions.rights import require_everywhere

#: The kind of job that carries rules out, as in ``server.wiring.JOBS``.
DERIVE = "items.derive"


def list_rules(session: Session, actor: Actor) -> list[StandingRule]:
    """Return every rule, working or not, the shipped ones first."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    return list(standing_rules(session).values())


def get_rule(session: Session, actor: Actor, code: str) -> StandingRule:
    """Return one rule. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    found = standing_rules(session).get(code)
    if found is None:
        raise NotFound("rule", code)
    return found


def read_one(text: str) -> DerivationRule:
    """Return the rule that a person wrote as TOML. Raises ``InvalidRule`` with line and field."""
    rules = read_rules_text(text, standing_model())
    if len(rules) != 1:
        raise InvalidRule({"text": f"must hold exactly one rule, not {len(rules)}"})
    return rules[0]


def read_document(code: str, document: Mapping[str, Any]) -> DerivationRule:
    """Return the rule that a program sent. Raises ``InvalidRule`` naming each wrong field."""
    return read_rule(code, document, standing_model())


def add_rule(session: Session, actor: Actor, rule: DerivationRule, now: datetime) -> StandingRule:
    """Add a rule of one's own. Raises ``DuplicateName`` when there is one of that code."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    if rule.code in standing_rules(session):
        raise DuplicateName("rule", "code", rule.code)
    return save_rule(session, actor, rule, now)


def change_rule(
    session: Session, actor: Actor, rule: DerivationRule, now: datetime
) -> StandingRule:
    """Change a rule, a shipped one too. Raises ``NotFound`` when there is none of that code."""
    get_rule(session, actor, rule.code)
    return save_rule(session, actor, rule, now)


def switch_rule(
    session: Session, actor: Actor, code: str, *, on: bool, now: datetime
) -> StandingRule:
    """Switch a rule on or off. Raises ``NotFound``."""
    standing = get_rule(session, actor, code)
    return save_rule(session, actor, replace(standing.rule, enabled=on), now)


def refuse_other_code(code: str) -> NoReturn:
    """Raise ``InvalidRule``: a rule keeps its code, whatever else changes."""
    raise InvalidRule({"text": f"the rule must stay [{code}]; write another one as a new rule"})


def save_rule(session: Session, actor: Actor, rule: DerivationRule, now: datetime) -> StandingRule:
    """Add a rule, or change the one of its code; its relations are derived anew in the background.

    A shipped rule in its shipped form is no change: what was made of it is forgotten.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = _stored(session, rule.code)
    if shipped_rules().get(rule.code) == rule:
        if row is not None:
            session.delete(row)
    else:
        row = row or StoredRule(code=rule.code)
        row.document, row.updated_at, row.updated_by_id = document_of(rule), now, actor.person_id
        session.add(row)
    session.flush()
    subject = f"derivation_rule:{rule.code}"
    audit.record(session, actor, "derivation_rule.changed", subject, {"enabled": rule.enabled})
    ask_for_derivation(session, rule.code)
    return standing_rules(session)[rule.code]


def withdraw_rule(session: Session, actor: Actor, code: str) -> None:
    """Take back a rule of one's own, or what was made of a shipped one. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = _stored(session, code)
    if row is None:
        raise NotFound("rule of one's own", code)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "derivation_rule.withdrawn", f"derivation_rule:{code}")
    ask_for_derivation(session, code)


def run_rules(session: Session, actor: Actor) -> int:
    """Ask for all rules to be carried out now; return the job's number."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    return ask_for_derivation(session)


def ask_for_derivation(session: Session, code: str = "") -> int:
    """Write the job that carries out one rule, or all of them."""
    return enqueue(session, DERIVE, {"rule": code} if code else {}, key=f"derive:{code}")


def _stored(session: Session, code: str) -> StoredRule | None:
    return session.scalar(select(StoredRule).where(StoredRule.code == code))
