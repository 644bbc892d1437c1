"""Carrying rules out: around an item that has reported, or over a whole organisation."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.derivation import DerivationRule, Derived
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author, Outcome
from cmdb.observation import ItemReference, SeenRelation
from cmdb.records.facts import Connection
from cmdb.records.items import Item
from cmdb.vocabulary import DERIVED
from server.items.deriving.connections import clients_not_related
from server.items.deriving.planning import Plan, make_plan
from server.items.deriving.rulebook import working_rules
from server.items.deriving.scope import Scope, ends_of

#: How many machines' conversations are looked at in one transaction.
BATCH = 500


def derive_around(
    session: Session,
    item_ids: Sequence[int],
    organisation_id: int,
    now: datetime,
    *,
    changed: bool = True,
) -> None:
    """Carry out, for items that have reported, the rules that are looked at with each report.

    Conversations move all the time; what hosts what is looked at when the reports ``changed``
    something, and otherwise when the rules are run over everything.
    """
    around = Scope(organisation_id, tuple(item_ids))
    there = tuple(sorted(ends_of(session, around, item_ids)))
    if not there:
        return
    rules = {rule.code: rule for rule in working_rules(session)}
    known = around.known
    around = talking = Scope(organisation_id, there, known=known)
    if waiting := clients_not_related(session, around, there):
        talking = Scope(organisation_id, tuple(dict.fromkeys((*there, *waiting))), known=known)
    for rule in rules.values():
        if rule.live and (changed or rule.evidence == "connections"):
            scope = talking if rule.evidence == "connections" else around
            carry_out(session, make_plan(session, rule, scope, now, rules), organisation_id, now)


def carry_out(session: Session, plan: Plan, organisation_id: int, now: datetime) -> Counter[str]:
    """Write what a plan says; return how many relations were created, updated, ended and so on.

    What was not found ends at once where the rule says so; otherwise it fades.
    """
    done: Counter[str] = Counter()
    door = Inventory(session, now, Author())
    seen = [_seen(one) for one in plan.wanted]
    for result in door.relate(seen, DERIVED, organisation_id):
        done[result.outcome.value] += 1
    if plan.rule.fades_after_days == 0 and plan.gone:
        done["ended"] = door.unrelate([row.id for row in plan.gone], DERIVED)
    done["rejected"] = len(plan.rejected)
    return done


def _seen(one: Derived) -> SeenRelation:
    return SeenRelation(
        type=one.type,
        start=ItemReference(item_id=one.start),
        end=ItemReference(item_id=one.end),
        group=one.group,
        weight=one.weight,
        confidence=one.confidence,
        evidence=one.evidence,
    )


def scopes_of(session: Session, rule: DerivationRule, organisation_id: int) -> Iterator[Scope]:
    """Return the pieces in which a rule is carried out over a whole organisation."""
    if rule.evidence != "connections" or rule.fades_after_days == 0:
        yield Scope(organisation_id)
        return
    last = 0
    while ids := session.scalars(
        select(Connection.item_id)
        .join(Item, Item.id == Connection.item_id)
        .where(Connection.item_id > last, Item.organisation_id == organisation_id)
        .distinct()
        .order_by(Connection.item_id)
        .limit(BATCH)
    ).all():
        yield Scope(organisation_id, tuple(ids))
        last = ids[-1]


def organisations_with_items(session: Session) -> list[int]:
    """Return the organisations that have items."""
    return list(
        session.scalars(select(Item.organisation_id).distinct().order_by(Item.organisation_id))
    )


def outcomes_text(done: Mapping[str, int]) -> dict[str, int]:
    """Return what a job's row keeps as its result, without what did not happen."""
    names = [outcome.value for outcome in Outcome] + ["ended", "faded", "rejected"]
    return {name: done[name] for name in names if done.get(name)}
