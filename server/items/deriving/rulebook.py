"""The rules in force: those that ship, as people changed them, and those of people's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Executable, Row, select
from sqlalchemy.orm import Session

from cmdb.engine.derivation import DerivationRule, InvalidRule, read_rule, shipped_rules
from cmdb.model import standing_model
from cmdb.records.asking import asked
from server.items.deriving.models import StoredRule

Origin = Literal["shipped", "changed", "own"]


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A rule, and whose it is. ``problem``: the stored rule no longer fits the model and rests."""

    rule: DerivationRule
    origin: Origin = "shipped"
    problem: str = ""
    updated_at: datetime | None = None
    updated_by_id: int | None = None

    @property
    def code(self) -> str:
        """Return the rule's code."""
        return self.rule.code

    @property
    def works(self) -> bool:
        """Say whether anything is derived by it now."""
        return self.rule.enabled and not self.problem


def standing_rules(session: Session) -> dict[str, StandingRule]:
    """Return every rule by code, the shipped ones first."""
    found = {code: StandingRule(rule) for code, rule in shipped_rules().items()}
    for row in _stored(session):
        origin: Origin = "changed" if row.code in found else "own"
        try:
            rule, problem = read_rule(row.code, row.document, standing_model()), ""
        except InvalidRule as error:
            rule, problem = _resting(row), str(error)
        found[row.code] = StandingRule(rule, origin, problem, row.updated_at, row.updated_by_id)
    return found


@asked
def _stored(_dialect: str) -> Executable:
    return select(*StoredRule.__table__.columns).order_by(StoredRule.code)


def _resting(row: Row[Any]) -> DerivationRule:
    """Return something to show for a rule whose document no longer fits."""
    shipped: Mapping[str, DerivationRule] = shipped_rules()
    model = shipped.get(row.code) or next(iter(shipped.values()))
    return replace(model, code=row.code, enabled=False)


def working_rules(session: Session) -> list[DerivationRule]:
    """Return the rules by which something is derived now."""
    return [standing.rule for standing in standing_rules(session).values() if standing.works]
