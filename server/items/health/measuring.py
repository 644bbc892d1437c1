"""Reads items as they are judged: a few statements for a whole batch of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from cmdb.engine.health import ItemHealth, Said, Subject, Wanted, judge
from cmdb.engine.precedence_rules import standing_precedence
from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import load_items
from cmdb.inventory.twins import find_twins
from cmdb.model import Model, standing_model
from cmdb.records.among import among
from cmdb.records.items import Item, ItemParty
from cmdb.records.relations import Relation
from cmdb.vocabulary import LifeStage, PartyRole
from server.items.health.models import Attestation


@dataclass(frozen=True, slots=True)
class Measured:
    """An item with its health; ``owner`` is "group:7", "person:3" or "" for nobody."""

    item_id: int
    organisation_id: int
    class_code: str
    owner: str
    health: ItemHealth


def measurable() -> ColumnElement[bool]:
    """Return the condition for what is measured: neither merged away nor out of use."""
    return Item.merged_into_id.is_(None) & (Item.stage != LifeStage.RETIRED.value)


def measure(session: Session, item_ids: Sequence[int], now: datetime) -> list[Measured]:
    """Return the health of items, in the order of their ids. Seven statements."""
    model, limits = standing_model(), standing_precedence().fresh
    items = load_items(session, item_ids)
    twins = find_twins(session, model, items, now)
    owners = owners_of(session, item_ids)
    related = _relations(session, item_ids)
    started = _started(session, item_ids, limits, now)
    attested = _attested(session, item_ids)
    wanted: dict[str, Wanted] = {}
    found = []
    for item_id in sorted(items):
        item = items[item_id]
        count, stale = started.get(item_id, (0, 0))
        subject = Subject(
            values=item.winners,
            said=_said(item),
            related=related.get(item_id, 0),
            relations=count,
            stale_relations=stale,
            located=item.winners.get("location") is not None,
            owned=item_id in owners,
            twins=twins.get(item_id, ()),
            attested=_settled(item, attested.get(item_id)),
        )
        code = item.class_code
        needs = wanted.get(code) or wanted.setdefault(code, wanted_of(model, code))
        judged = judge(subject, needs, limits, now)
        owner = owners.get(item_id, "")
        found.append(Measured(item_id, item.organisation_id, code, owner, judged))
    return found


def wanted_of(model: Model, class_code: str) -> Wanted:
    """Return what must be and what should be known of a class; nothing of one that is gone."""
    if model.find_class(class_code) is None:
        return Wanted((), ())
    attributes = model.attributes_of(class_code)
    return Wanted(
        tuple(str(one.code) for one in attributes if one.required),
        tuple(str(one.code) for one in attributes if one.recommended and not one.required),
    )


def _said(item: KnownItem) -> list[Said]:
    return [
        Said(
            state.source,
            {name: word[0] for name, word in state.words.items()},
            state.last_seen_at or item.last_seen_at,
        )
        for state in item.sources.values()
    ]


def _settled(item: KnownItem, attested_at: datetime | None) -> frozenset[str]:
    """Return the values that stood when an owner confirmed the item, and still stand."""
    if attested_at is None:
        return frozenset()
    return frozenset(
        name
        for state in item.sources.values()
        for name, (value, since, *_) in state.words.items()
        if value == item.winners.get(name) and datetime.fromisoformat(since) <= attested_at
    )


def owners_of(session: Session, item_ids: Sequence[int]) -> dict[int, str]:
    """Return who owns each item, a group before a person; items without an owner are left out."""
    query = (
        select(ItemParty.item_id, ItemParty.group_id, ItemParty.person_id)
        .where(among(session, ItemParty.item_id, item_ids), ItemParty.role == PartyRole.OWNER)
        .order_by(ItemParty.item_id, ItemParty.group_id.is_(None), ItemParty.id)
    )
    found: dict[int, str] = {}
    for item_id, group_id, person_id in session.execute(query):
        found.setdefault(item_id, f"group:{group_id}" if group_id else f"person:{person_id}")
    return found


def _relations(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    """Count the live relations at either end of each item."""
    ends = [
        select(end.label("item_id"), func.count().label("n"))
        .where(among(session, end, item_ids), Relation.valid_to.is_(None))
        .group_by(end)
        for end in (Relation.start_id, Relation.end_id)
    ]
    found: dict[int, int] = {}
    for item_id, count in session.execute(union_all(*ends)):
        found[item_id] = found.get(item_id, 0) + count
    return found


def _started(
    session: Session, item_ids: Sequence[int], limits: Mapping[str, timedelta], now: datetime
) -> dict[int, tuple[int, int]]:
    """Return (live relations, those that nobody has confirmed in time) by the item they start at.

    A source without a limit (a person) said what holds until it is taken back.
    """
    old = [
        or_(Relation.source == base, Relation.source.startswith(f"{base}:"))
        & (Relation.last_seen_at < now - limit)
        for base, limit in sorted(limits.items())
    ]
    stale: Any = func.sum(case((or_(*old), 1), else_=0)) if old else func.sum(0)
    query = (
        select(Relation.start_id, func.count(), stale)
        .where(among(session, Relation.start_id, item_ids), Relation.valid_to.is_(None))
        .group_by(Relation.start_id)
    )
    return {item_id: (count, int(late)) for item_id, count, late in session.execute(query)}


def _attested(session: Session, item_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when owners last said of each item that it is right."""
    query = select(Attestation.item_id, Attestation.answered_at).where(
        among(session, Attestation.item_id, item_ids), Attestation.answer == "right"
    )
    found: dict[int, datetime] = {}
    for item_id, at in session.execute(query):
        if at is not None and (item_id not in found or found[item_id] < at):
            found[item_id] = at
    return found
