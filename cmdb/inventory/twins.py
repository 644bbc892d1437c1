"""Items of which another item looks like the same thing."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.engine.identity import Holder, Outcome, Question, decide, relevant
from cmdb.inventory.carriers import find_carriers
from cmdb.inventory.families import same_family
from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import load_items
from cmdb.inventory.questions import declared_junk
from cmdb.model import Model
from cmdb.observation import Identifier
from cmdb.vocabulary import LifeStage


def find_twins(
    session: Session, model: Model, items: Mapping[int, KnownItem], now: datetime
) -> dict[int, tuple[int, ...]]:
    """Return, of ``items`` that have any, the others that a report of them would fit as well.

    The same engine decides that decides on reports: what is shared by half the estate, declared
    junk, or outweighed by other hardware makes no twins.
    """
    junk = declared_junk(session)

    def evidence(item: KnownItem) -> tuple[Identifier, ...]:
        return tuple(junk.without(relevant(item.class_code, item.evidence())))

    told = {item.id: evidence(item) for item in items.values()}
    carriers = find_carriers(session, {one for said in told.values() for one in said})
    shared = {one: ids for one, ids in carriers.items.items() if len(ids) > 1}
    others = {item_id for ids in shared.values() for item_id in ids} - items.keys()
    known = dict(items) | load_items(session, others)
    found: dict[int, tuple[int, ...]] = {}
    for item_id, said in told.items():
        holders = {
            one: [
                _holder(known[other], evidence(known[other]))
                for other in shared[one]
                if other != item_id and _comparable(model, items[item_id], known.get(other))
            ]
            for one in said
            if one in shared
        }
        if any(holders.values()):
            twins = _decided(items[item_id], said, holders, now)
            if twins:
                found[item_id] = twins
    return found


def _decided(
    item: KnownItem,
    said: tuple[Identifier, ...],
    holders: Mapping[Identifier, list[Holder]],
    now: datetime,
) -> tuple[int, ...]:
    asked = Question(said, item.class_code, item.organisation_id, now=now)
    decision = decide(asked, holders)
    if decision.outcome is Outcome.MATCH:
        return (decision.item_id,) if decision.item_id is not None else ()
    if decision.outcome is Outcome.REVIEW:
        return tuple(candidate.item_id for candidate in decision.candidates)
    return ()


def _comparable(model: Model, item: KnownItem, other: KnownItem | None) -> bool:
    return (
        other is not None
        and other.merged_into is None
        and other.winners.get("stage") != LifeStage.RETIRED
        and same_family(model, item.class_code, other.class_code)
    )


def _holder(item: KnownItem, evidence: tuple[Identifier, ...]) -> Holder:
    return Holder(
        *(item.id, item.organisation_id, item.class_code, frozenset(evidence), item.last_seen_at),
        account=item.has_account,
    )
