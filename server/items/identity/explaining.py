"""Why is this item what it is: its evidence with weights, and what people decided about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from cmdb.engine.identity.junk import Junk
from cmdb.engine.identity.knowledge import Weight, knowledge
from cmdb.engine.identity.weighing import Worth, worth_of
from cmdb.inventory.questions import declared_junk
from cmdb.model import standing_model
from cmdb.observation import Identifier
from cmdb.records.identity import IdentityAct, IdentityReview
from cmdb.records.items import Item
from cmdb.records.sources import ItemIdentifier, ItemSource
from cmdb.vocabulary import IdentifierKind
from server.foundation.permissions import Actor, Permission
from server.items.modelling.evidence import ClassEvidence, evidence_rules
from server.items.queries import get_item
from server.items.scope import visible_items


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One identifier of an item: who told it, since when, what it is worth and why not more."""

    identifier: Identifier
    source: str
    first_seen_at: datetime | None
    last_seen_at: datetime
    #: How many items carry the value, this one included.
    carriers: int
    worth: Worth


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that makes an item one item."""

    item: Item
    evidence: list[EvidenceRow]
    sources: list[ItemSource]
    acts: list[IdentityAct]
    decisions: list[IdentityReview]
    #: What each kind of evidence is worth for items of its class.
    rules: list[ClassEvidence]


def explain_identity(session: Session, actor: Actor, item_id: int) -> Explanation:
    """Return why the item is what it is. Six queries, however much is known of it."""
    item = get_item(session, actor, item_id)
    rows = session.scalars(
        select(ItemIdentifier)
        .where(ItemIdentifier.item_id == item_id)
        .order_by(ItemIdentifier.kind, ItemIdentifier.value, ItemIdentifier.source)
    ).all()
    carriers = _carriers(session, {(row.kind, row.value) for row in rows})
    junk = declared_junk(session)
    weights = knowledge().weights_of(item.class_code)
    evidence = [
        _evidence(row, carriers.get((row.kind, row.value), 1), junk, weights.get(row.kind))
        for row in rows
    ]
    evidence.sort(key=lambda row: (-row.worth.weight, row.identifier.kind, row.identifier.value))
    return Explanation(
        item=item,
        evidence=evidence,
        sources=list(
            session.scalars(
                select(ItemSource)
                .where(ItemSource.item_id == item_id)
                .order_by(ItemSource.source, ItemSource.key)
            )
        ),
        acts=acts_of(session, item_id),
        decisions=list(
            session.scalars(
                select(IdentityReview)
                .where(IdentityReview.item_id == item_id, IdentityReview.resolved_at.is_not(None))
                .order_by(IdentityReview.id.desc())
                .limit(50)
            )
        ),
        rules=evidence_rules(standing_model(), item.class_code),
    )


def acts_of(session: Session, item_id: int) -> list[IdentityAct]:
    """Return the merges and splits of an item, newest first."""
    query = (
        select(IdentityAct)
        .where(or_(IdentityAct.item_id == item_id, IdentityAct.other_id == item_id))
        .order_by(IdentityAct.id.desc())
        .limit(50)
    )
    return list(session.scalars(query))


def _carriers(session: Session, values: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not values:
        return {}
    pairs = tuple_(ItemIdentifier.kind, ItemIdentifier.value)
    query = (
        select(
            ItemIdentifier.kind,
            ItemIdentifier.value,
            func.count(ItemIdentifier.item_id.distinct()),
        )
        .where(pairs.in_(sorted(values)))
        .group_by(ItemIdentifier.kind, ItemIdentifier.value)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _evidence(row: ItemIdentifier, carriers: int, junk: Junk, weight: Weight | None) -> EvidenceRow:
    identifier = Identifier(IdentifierKind(row.kind), row.value)
    junked = junk.holds(identifier)
    worth = Worth(0.0, "junk") if junked else worth_of(identifier, carriers, weight)
    return EvidenceRow(identifier, row.source, row.first_seen_at, row.last_seen_at, carriers, worth)


def rivals_of(session: Session, actor: Actor, item_id: int) -> list[Item]:
    """Return items in sight that share evidence which should be one item's alone; at most 20.

    They are what one would merge with, or what somebody cloned.
    """
    actor.require(Permission.ITEM_READ)
    strong = sorted(knowledge().deciding)
    mine = (
        select(ItemIdentifier.kind, ItemIdentifier.value)
        .where(ItemIdentifier.item_id == item_id, ItemIdentifier.kind.in_(strong))
        .subquery()
    )
    others = (
        select(ItemIdentifier.item_id)
        .join(mine, (ItemIdentifier.kind == mine.c.kind) & (ItemIdentifier.value == mine.c.value))
        .where(ItemIdentifier.item_id != item_id)
    )
    query = select(Item).where(Item.id.in_(others), visible_items(actor)).order_by(Item.id)
    return list(session.scalars(query.limit(20)))
