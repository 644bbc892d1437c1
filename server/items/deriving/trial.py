"""A dry run: what a rule would derive, keep and take away, before anybody switches it on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.engine.derivation import DerivationRule
from cmdb.query.items import find_items
from cmdb.records.items import Item
from server.foundation.permissions import Actor, Permission
from server.items.deriving.planning import Plan, live_rows, make_plan
from server.items.deriving.rulebook import working_rules
from server.items.deriving.running import organisations_with_items
from server.items.deriving.scope import Scope
from server.items.scope import visible_items
from server.people.actions.rights import require_everywhere

#: How many relations of each kind are named; counts always count everything.
NAMED = 50


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One relation that would come or go; None for an item outside the asker's sight."""

    type: str
    start: Item | None
    end: Item | None
    group: str
    threshold: float | None


@dataclass(slots=True)
class Trial:
    """What a rule would do now."""

    derives: int = 0
    keeps: int = 0
    takes_away: int = 0
    rejected: int = 0
    overruled: int = 0
    fresh: list[TrialRow] = field(default_factory=list)
    gone: list[TrialRow] = field(default_factory=list)


def try_rule(session: Session, actor: Actor, rule: DerivationRule, now: datetime) -> Trial:
    """Return what ``rule`` would do if it were saved as it is; nothing is written.

    Relations of the stored rule of this code that would not follow from it any more are taken
    away. Complexity: that of carrying it out.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    working = {known.code: known for known in working_rules(session)} | {rule.code: rule}
    plans = [
        make_plan(session, rule, Scope(organisation_id), now, working)
        for organisation_id in (organisations_with_items(session) if rule.enabled else ())
    ]
    return _told(session, actor, rule, plans)


def _told(session: Session, actor: Actor, rule: DerivationRule, plans: Iterable[Plan]) -> Trial:
    trial = Trial()
    fresh: list[tuple[int, int, str, str, float | None]] = []
    found: set[tuple[int, int, str]] = set()
    for plan in plans:
        found |= {one.key for one in plan.wanted}
        trial.derives += len(plan.fresh)
        trial.keeps += len(plan.wanted) - len(plan.fresh)
        trial.rejected += len(plan.rejected)
        trial.overruled += len(plan.overruled)
        fresh += [
            (
                one.start,
                one.end,
                one.type,
                one.group.name if one.group else "",
                one.group.threshold if one.group else None,
            )
            for one in plan.fresh[:NAMED]
        ]
    gone = [row for row in live_rows(session) if row.rule == rule.code and row.key not in found]
    trial.takes_away = len(gone)
    trial.fresh = _named(session, actor, fresh[:NAMED])
    trial.gone = _named(session, actor, [(*row.key, "", None) for row in gone[:NAMED]])
    return trial


def _named(
    session: Session, actor: Actor, rows: list[tuple[int, int, str, str, float | None]]
) -> list[TrialRow]:
    ids = sorted({item_id for start, end, *_ in rows for item_id in (start, end)})
    items = find_items(session, ids, visible_items(actor)) if ids else {}
    return [
        TrialRow(type_code, items.get(start), items.get(end), group, threshold)
        for start, end, type_code, group, threshold in rows
    ]
