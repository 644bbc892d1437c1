"""What was not seen for long ends; what no rule stands behind any more is taken away."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cmdb.engine.derivation import DerivationRule
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.records.relations import Relation
from cmdb.vocabulary import DERIVED
from server.items.deriving.planning import LiveRow, live_rows


def faded_relations(
    session: Session, rules: Mapping[str, DerivationRule], now: datetime
) -> list[LiveRow]:
    """Return derived relations that ought to end: not seen for longer than their rule lets them.

    A relation whose rule is gone or switched off ought to end too, seen or not. ``rules`` are the
    working ones. One pass over the derived relations that hold.
    """
    soonest = min((r.fades_after_days for r in rules.values() if r.fades_after_days), default=0)
    older = live_rows(session, Relation.last_seen_at < now - timedelta(days=soonest))
    return [row for row in older if has_faded(row, rules, now)]


def has_faded(row: LiveRow, rules: Mapping[str, DerivationRule], now: datetime) -> bool:
    """Say whether a relation has outlived its last sighting, or its rule."""
    rule = rules.get(row.rule)
    if rule is None:
        return True
    until = fades_at(rule, row.last_seen_at)
    return until is not None and until < now


def fades_at(rule: DerivationRule, last_seen_at: datetime) -> datetime | None:
    """Return when a relation ends if it is not seen again; None when it ends by being missed."""
    if rule.fades_after_days == 0:
        return None
    return last_seen_at + timedelta(days=rule.fades_after_days)


def end_relations(session: Session, rows: list[LiveRow], now: datetime) -> int:
    """End relations, in history as what they were: derived. Return how many were live."""
    return Inventory(session, now, Author()).unrelate([row.id for row in rows], DERIVED)
