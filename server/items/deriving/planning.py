"""What one rule would do now: read, decide, compare. Nothing is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation import DerivationRule, Derived, Sighting, decide
from cmdb.inventory.lookup import parts
from cmdb.model import standing_model
from cmdb.records.relations import Relation
from cmdb.vocabulary import DERIVED
from server.items.deriving.connections import port_key, read_connections
from server.items.deriving.guest_lists import read_guest_lists
from server.items.deriving.hosting import read_guest_interfaces, read_same_boot
from server.items.deriving.models import DerivationVerdict
from server.items.deriving.neighbours import read_neighbours
from server.items.deriving.scope import Scope, ends_of
from server.items.deriving.subnets import read_addresses, read_gateways
from server.items.deriving.values import (
    read_references,
    read_relations,
    read_same_place,
    read_same_value,
)

Key = tuple[int, int, str]
Reader = Callable[[Session, Scope, Mapping[str, Any]], Iterator[Sighting]]

#: evidence -> how it is read; ``cmdb.engine.derivation.EVIDENCE`` says what each one means.
READERS: Mapping[str, Reader] = {
    "connections": read_connections,
    "guest_interfaces": read_guest_interfaces,
    "guest_lists": read_guest_lists,
    "same_boot": read_same_boot,
    "neighbours": read_neighbours,
    "gateways": read_gateways,
    "addresses": read_addresses,
    "reference": read_references,
    "same_place": read_same_place,
    "relations": read_relations,
    "same_value": read_same_value,
}
#: Relations from before rules were data came of connections.
FIRST_RULE = "calls"


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A derived relation that holds."""

    id: int
    start_id: int
    end_id: int
    type_code: str
    confidence: float
    last_seen_at: datetime
    evidence: Mapping[str, Any]

    @property
    def key(self) -> Key:
        """Return what is unique among derived relations."""
        return (self.start_id, self.end_id, self.type_code)

    @property
    def rule(self) -> str:
        """Return the code of the rule it came from."""
        return rule_of(self.evidence)


@dataclass(slots=True)
class Plan:
    """What a rule would do. ``wanted`` holds what is ``fresh`` and what is merely seen again."""

    rule: DerivationRule
    wanted: list[Derived] = field(default_factory=list)
    fresh: list[Derived] = field(default_factory=list)
    #: Live relations of the rule that were looked for and not found.
    gone: list[LiveRow] = field(default_factory=list)
    #: Would follow, but a person said no.
    rejected: list[Derived] = field(default_factory=list)
    #: Would follow, but a surer rule says the same already.
    overruled: list[Derived] = field(default_factory=list)


def rule_of(evidence: Mapping[str, Any]) -> str:
    """Return the code of the rule that a derived relation came from."""
    return str(evidence.get("rule") or FIRST_RULE)


def make_plan(
    session: Session,
    rule: DerivationRule,
    scope: Scope,
    now: datetime,
    working: Mapping[str, DerivationRule],
) -> Plan:
    """Return what ``rule`` would do in ``scope``; ``working`` are the rules in force by code."""
    seen = list(READERS[rule.evidence](session, scope, rule.options))
    if not seen and not scope.whole:
        return Plan(rule)
    seen += _lately(session, rule, scope, now, seen)
    derived = decide(rule, seen, standing_model())
    live = {row.key: row for row in _live(session, rule, scope, derived)}
    refused = _refused(session, {one.start for one in derived})
    plan = Plan(rule)
    for one in derived:
        known = live.get(one.key)
        if one.key in refused:
            plan.rejected.append(one)
        elif known is not None and _surer(known, rule, now, working):
            plan.overruled.append(one)
        else:
            plan.wanted.append(one)
            if known is None:
                plan.fresh.append(one)
    if scope.whole:
        found = {one.key for one in plan.wanted}
        plan.gone = [r for k, r in live.items() if r.rule == rule.code and k not in found]
    return plan


def _lately(
    session: Session, rule: DerivationRule, scope: Scope, now: datetime, seen: Sequence[Sighting]
) -> list[Sighting]:
    """Return what the rule saw lately but not now: it still counts in a group, until it fades."""
    if rule.group is None or rule.fades_after_days == 0:
        return []
    near_is_start = rule.direction == "forward"
    column = Relation.start_id if near_is_start else Relation.end_id
    rows: list[LiveRow] = []
    for part in parts(sorted({one.near.item_id for one in seen})):
        rows += live_rows(
            session,
            column.in_(part),
            Relation.type_code == rule.type,
            Relation.last_seen_at >= now - timedelta(days=rule.fades_after_days),
        )
    mine = [row for row in rows if row.rule == rule.code]
    ends = ends_of(session, scope, {i for row in mine for i in (row.start_id, row.end_id)})
    found = []
    for row in mine:
        start, end = ends.get(row.start_id), ends.get(row.end_id)
        if start is not None and end is not None:
            near, far = (start, end) if near_is_start else (end, start)
            found += [Sighting(near, far, key, stale=True) for key in _keys(rule, row)]
    return found


def _keys(rule: DerivationRule, row: LiveRow) -> set[str]:
    if rule.group is None or not rule.group.by:
        return {""}
    told = row.evidence.get(rule.evidence)
    return {port_key(one) for one in told} if isinstance(told, list) else {""}


def _live(
    session: Session, rule: DerivationRule, scope: Scope, derived: Iterable[Derived]
) -> list[LiveRow]:
    of_type = Relation.type_code == rule.type
    if scope.whole:
        return live_rows(session, Relation.organisation_id == scope.organisation_id, of_type)
    found: list[LiveRow] = []
    for part in parts(sorted({one.start for one in derived})):
        found += live_rows(session, Relation.start_id.in_(part), of_type)
    return found


def live_rows(session: Session, *conditions: ColumnElement[bool]) -> list[LiveRow]:
    """Return the derived relations that hold and fit."""
    query = select(
        Relation.id,
        Relation.start_id,
        Relation.end_id,
        Relation.type_code,
        Relation.confidence,
        Relation.last_seen_at,
        Relation.evidence,
    ).where(Relation.source == DERIVED, Relation.valid_to.is_(None), *conditions)
    return [LiveRow(*row) for row in session.execute(query)]


def _refused(session: Session, starts: Iterable[int]) -> set[Key]:
    found: set[Key] = set()
    for part in parts(sorted(starts)):
        query = select(
            DerivationVerdict.start_id, DerivationVerdict.end_id, DerivationVerdict.type_code
        ).where(DerivationVerdict.start_id.in_(part))
        found |= {(start, end, code) for start, end, code in session.execute(query)}
    return found


def _surer(
    known: LiveRow, rule: DerivationRule, now: datetime, working: Mapping[str, DerivationRule]
) -> bool:
    """Say whether another rule in force saw the same lately, and is at least as sure of it."""
    other = working.get(known.rule)
    if known.rule == rule.code or other is None:
        return False
    lately = now - timedelta(days=max(other.fades_after_days, 1))
    return known.confidence >= rule.confidence and known.last_seen_at >= lately
