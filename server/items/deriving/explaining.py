"""Why a derived relation is there: which rule, which evidence, since when, until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.records.relations import Relation
from cmdb.vocabulary import DERIVED
from server.foundation.permissions import Actor
from server.items.actions import get_relation
from server.items.deriving.fading import fades_at
from server.items.deriving.planning import rule_of
from server.items.deriving.rulebook import StandingRule, standing_rules


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a relation is there. ``rule`` is None for one that somebody told, or whose rule is gone.

    ``seen`` is the evidence as its kind tells it; ``more`` how much of it is not shown.
    """

    relation: Relation
    rule_code: str
    rule: StandingRule | None
    evidence: str
    seen: tuple[Mapping[str, Any], ...]
    more: int
    fades_at: datetime | None

    @property
    def derived(self) -> bool:
        """Say whether a rule derived the relation."""
        return self.relation.source == DERIVED


def explain_relation(session: Session, actor: Actor, relation_id: int) -> Explanation:
    """Return why a relation is there. Raises ``NotFound`` for one out of sight."""
    (found,) = explain_relations(session, [get_relation(session, actor, relation_id)])
    return found


def explain_relations(session: Session, relations: Iterable[Relation]) -> list[Explanation]:
    """Return why relations are there, for those whom the caller has found to be in sight."""
    rows = list(relations)
    rules = standing_rules(session) if any(row.source == DERIVED for row in rows) else {}
    return [_explained(row, rules) for row in rows]


def _explained(relation: Relation, rules: Mapping[str, StandingRule]) -> Explanation:
    if relation.source != DERIVED:
        return Explanation(relation, "", None, "", (), 0, None)
    code = rule_of(relation.evidence)
    standing = rules.get(code)
    evidence = standing.rule.evidence if standing else ""
    kinds = [evidence, *(name for name in relation.evidence if name not in {"rule", "more"})]
    kind = next((name for name in kinds if isinstance(relation.evidence.get(name), list)), evidence)
    seen = relation.evidence.get(kind, ())
    return Explanation(
        relation,
        code,
        standing,
        kind,
        tuple(one for one in seen if isinstance(one, Mapping)),
        int(relation.evidence.get("more") or 0),
        fades_at(standing.rule, relation.last_seen_at) if standing else None,
    )
