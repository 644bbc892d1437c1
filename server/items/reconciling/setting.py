"""Rules of precedence: listed, tried out over the register, set and taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.precedence_rules import (
    PrecedenceRule,
    precedence_with,
    read_rule,
    standing_precedence,
    stored_rule,
)
from cmdb.engine.reconciliation import Change, Precedence, plan
from cmdb.errors import NotFound
from cmdb.inventory.lookup import load_items
from cmdb.inventory.reconciling import words_of
from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from cmdb.records.precedence import StoredPrecedence, stored_precedence
from server.foundation import audit
from server.foundation.jobs.queue import enqueue
from server.foundation.permissions import Actor, Permission
from server.foundation.standing import model_changed
from server.items.queries import selected_items
from server.people.actions.rights import require_everywhere

#: The kind of job that decides the register anew, as in ``server.wiring.JOBS``.
REDECIDE = "items.redecide"
#: So many items a trial looks at, the last seen first.
TRIED = 2000
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One value that would change: who says so now, and who would."""

    item: Item
    change: Change
    now_said_by: str | None


@dataclass(frozen=True, slots=True)
class PrecedenceTrial:
    """What a rule would change among the items looked at."""

    looked_at: int
    changed_items: int
    by_attribute: Mapping[str, int]
    rows: Sequence[TrialRow] = field(default_factory=tuple)


def list_precedence(session: Session, actor: Actor) -> list[StoredPrecedence]:
    """Return the rules that people set."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    return stored_precedence(session)


def read_document(document: Mapping[str, Any]) -> PrecedenceRule:
    """Return the rule that somebody wrote. Raises ``InvalidValue`` naming each field."""
    return read_rule(document, standing_model())


def precedence_after(session: Session, rule: PrecedenceRule) -> Precedence:
    """Return the precedence there would be with a rule."""
    kept = [
        stored_rule(row.class_code, row.attribute, row.document)
        for row in stored_precedence(session)
        if (row.class_code, row.attribute) != (rule.class_code, rule.attribute)
    ]
    return precedence_with([*kept, rule], standing_model())


def source_first(source: str) -> PrecedenceRule:
    """Return the rule by which a source comes before all others."""
    order = (source, *(one for one in standing_precedence().order if one != source))
    return read_document({"order": list(order)})


def try_precedence(
    session: Session, actor: Actor, rule: PrecedenceRule, now: datetime
) -> PrecedenceTrial:
    """Return what would change if a rule held. Writes nothing.

    Looks at up to ``TRIED`` items that are in sight. O(items x attributes x sources).
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    wanted = precedence_after(session, rule)
    fitting = selected_items(session, actor, ItemFilter(class_code=rule.class_code))
    rows = {
        item.id: item
        for item in session.scalars(fitting.order_by(Item.last_seen_at.desc()).limit(TRIED))
    }
    counts: Counter[str] = Counter()
    found: list[TrialRow] = []
    touched = 0
    for known in load_items(session, rows).values():
        words = words_of(known)
        names = sorted({name for said in words.values() for name in said})
        names = [rule.attribute] if rule.attribute else names
        changes = plan(known.winners, words, names, wanted, known.class_code, now)
        # What nobody says any more stays: a rule takes nothing away.
        changes = tuple(one for one in changes if one.new is not None)
        touched += bool(changes)
        counts.update(one.attribute for one in changes)
        for change in changes[: max(0, _SHOWN - len(found))]:
            said_by = _speaker(words, change)
            found.append(TrialRow(rows[known.id], change, said_by))
    return PrecedenceTrial(len(rows), touched, dict(counts.most_common()), found)


def _speaker(words: Mapping[str, Mapping[str, Any]], change: Change) -> str | None:
    """Return a source that says what counts now."""
    said = (
        s
        for s, spoken in words.items()
        if getattr(spoken.get(change.attribute), "value", None) == change.old
    )
    return next(said, None)


def set_precedence(
    session: Session, actor: Actor, rule: PrecedenceRule, now: datetime
) -> StoredPrecedence:
    """Let a rule hold; the register is decided anew in the background."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = _stored(session, rule.class_code, rule.attribute)
    if row is None:
        row = StoredPrecedence(class_code=rule.class_code, attribute=rule.attribute)
        session.add(row)
    said: dict[str, Any] = {"order": list(rule.order), "strategy": rule.strategy}
    said |= {"among": list(rule.among), "fresh_days": dict(rule.fresh_days or {})}
    row.document = {name: value for name, value in said.items() if value}
    row.updated_at, row.updated_by_id = now, actor.person_id
    session.flush()
    _tell(session, actor, "precedence.set", rule.class_code, rule.attribute)
    return row


def withdraw_precedence(session: Session, actor: Actor, rule_id: int) -> None:
    """Take a rule back. Raises ``NotFound``."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    row = session.get(StoredPrecedence, rule_id)
    if row is None:
        raise NotFound("rule of precedence", rule_id)
    session.delete(row)
    session.flush()
    _tell(session, actor, "precedence.withdrawn", row.class_code, row.attribute)


def _stored(session: Session, class_code: str, attribute: str) -> StoredPrecedence | None:
    return session.scalar(
        select(StoredPrecedence).where(
            StoredPrecedence.class_code == class_code, StoredPrecedence.attribute == attribute
        )
    )


def _tell(session: Session, actor: Actor, act: str, class_code: str, attribute: str) -> None:
    subject = f"precedence:{class_code or 'all'}.{attribute or 'all'}"
    audit.record(session, actor, act, subject)
    model_changed(session)
    enqueue(session, REDECIDE, {"class": class_code}, key=f"redecide:{class_code}")
