"""Baselines: what some items were, kept on purpose, and what has become of them since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from cmdb.engine.past import differences
from cmdb.errors import InvalidValue, NotFound
from cmdb.inventory.known import COLUMNS
from cmdb.model.text import clean
from cmdb.query.items import ItemFilter
from cmdb.records.among import among
from cmdb.records.bulk import insert_rows
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure
from cmdb.records.relations import Relation
from server.foundation import audit
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.organisations import require_organisation
from server.items.past.models import Baseline, BaselineItem
from server.items.queries import selected_items
from server.items.scope import visible_items

#: So many items at most in one baseline: it is one transaction, and one page.
MOST = 5_000
_MANY = 200


@dataclass(frozen=True, slots=True)
class BaselineDraft:
    """Which items of an organisation and those below it are kept, and whether drift is told."""

    organisation_id: int
    name: str
    query: str = ""
    watched: bool = True


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of one item: ``act`` is "added", "removed" or "changed"."""

    item_id: int
    name: str
    act: str
    values: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    related: Sequence[str] = ()
    unrelated: Sequence[str] = ()


def take_baseline(session: Session, actor: Actor, draft: BaselineDraft, now: datetime) -> Baseline:
    """Keep what the items that fit are now.

    Raises ``InvalidValue`` naming each wrong field, ``QueryFault`` for a query nobody could ask.
    """
    require_organisation(session, actor, Permission.ITEM_WRITE, draft.organisation_id)
    name = clean(draft.name)
    if not 0 < len(name) <= 100:
        raise InvalidValue({"name": "must have 1 to 100 characters"})
    found = fitting(session, actor, draft.organisation_id, draft.query.strip())
    if len(found) > MOST:
        raise InvalidValue({"query": f"more than {MOST} items fit; narrow it down"})
    if not found:
        raise InvalidValue({"query": "no item fits"})
    row = Baseline(
        organisation_id=draft.organisation_id,
        name=name,
        query=draft.query.strip(),
        at=now,
        created_by_id=actor.person_id,
        items=len(found),
        watched=draft.watched,
    )
    session.add(row)
    session.flush()  # its items need its id
    related = _relations(session, [item.id for item in found])
    rows = [
        {
            "baseline_id": row.id,
            "item_id": item.id,
            "document": present_values(item),
            "relations": related.get(item.id, []),
        }
        for item in found
    ]
    insert_rows(session, BaselineItem, rows)
    audit.record(session, actor, "baseline_taken", f"baseline:{row.id}", {"items": len(found)})
    return row


def fitting(session: Session, actor: Actor, organisation_id: int, query: str) -> list[Item]:
    """Return the items in sight that fit a baseline's question, one more than ``MOST`` at most."""
    below = select(OrganisationClosure.descendant_id).where(
        OrganisationClosure.ancestor_id == organisation_id
    )
    found = selected_items(session, actor, ItemFilter(query=query))
    found = found.where(Item.organisation_id.in_(below)).order_by(Item.id).limit(MOST + 1)
    return list(session.scalars(found))


def present_values(item: Item) -> dict[str, Any]:
    """Return an item's winning values, its class and its place among them."""
    values = dict(item.attributes) | {name: getattr(item, name) for name in COLUMNS}
    return values | {"class": item.class_code, "location": item.location_id}


def _relations(session: Session, item_ids: Sequence[int]) -> dict[int, list[str]]:
    query = select(Relation.type_code, Relation.start_id, Relation.end_id).where(
        Relation.valid_to.is_(None),
        or_(among(session, Relation.start_id, item_ids), among(session, Relation.end_id, item_ids)),
    )
    found: dict[int, set[str]] = {}
    for verb, start, end in session.execute(query):
        for item_id in (start, end):
            found.setdefault(item_id, set()).add(f"{verb}:{start}:{end}")
    return {item_id: sorted(told) for item_id, told in found.items()}


def baselines(session: Session, actor: Actor) -> list[Baseline]:
    """Return the baselines of the actor's organisations, newest first, at most 200."""
    actor.require(Permission.ITEM_READ)
    query = select(Baseline).where(_in_scope(actor)).order_by(Baseline.id.desc()).limit(_MANY)
    return list(session.scalars(query))


def get_baseline(session: Session, actor: Actor, baseline_id: int) -> Baseline:
    """Return one baseline. Raises ``NotFound``."""
    actor.require(Permission.ITEM_READ)
    found = session.scalar(select(Baseline).where(Baseline.id == baseline_id, _in_scope(actor)))
    if found is None:
        raise NotFound("baseline", baseline_id)
    return found


def _in_scope(actor: Actor) -> Any:
    return visible(actor, Permission.ITEM_READ, ScopeColumns(Baseline.organisation_id))


def drop_baseline(session: Session, actor: Actor, baseline_id: int) -> None:
    """Forget a baseline. Raises ``NotFound``, ``PermissionDenied``."""
    actor.require(Permission.ITEM_WRITE)
    row = get_baseline(session, actor, baseline_id)
    actor.require(Permission.ITEM_WRITE, row.organisation_id)
    audit.record(session, actor, "baseline_dropped", f"baseline:{row.id}", {"items": row.items})
    session.execute(delete(Baseline).where(Baseline.id == row.id))


def drift_of(session: Session, actor: Actor, row: Baseline) -> list[Drift]:
    """Return what differs from a baseline now, of items in sight: removed, added, then changed."""
    kept = {
        one.item_id: one
        for one in session.scalars(select(BaselineItem).where(BaselineItem.baseline_id == row.id))
    }
    now = {item.id: item for item in fitting(session, actor, row.organisation_id, row.query)}
    known = now | _others(session, actor, kept.keys() - now.keys())
    related = _relations(session, sorted(kept))
    found = [
        Drift(item_id, str(kept[item_id].document.get("name", "")), "removed")
        for item_id in sorted(kept.keys() - now.keys())
        if item_id in known or _gone(session, item_id)
    ]
    found += [Drift(i, now[i].name, "added") for i in sorted(now.keys() - kept.keys())]
    for item_id in sorted(kept.keys() & now.keys()):
        then, is_now = kept[item_id], now[item_id]
        values = differences(then.document, present_values(is_now))
        before, after = set(then.relations), set(related.get(item_id, ()))
        if values or before != after:
            gained, lost = sorted(after - before), sorted(before - after)
            found.append(Drift(item_id, is_now.name, "changed", values, gained, lost))
    return found


def _others(session: Session, actor: Actor, ids: Any) -> dict[int, Item]:
    query = select(Item).where(among(session, Item.id, sorted(ids)), visible_items(actor))
    return {item.id: item for item in session.scalars(query)}


def _gone(session: Session, item_id: int) -> bool:
    """Say whether there is no such item any more; one out of sight is not told of."""
    found = session.execute(select(Item.merged_into_id).where(Item.id == item_id)).first()
    return found is None or found.merged_into_id is not None
