"""Editing many items at once: a preview says what would change, and nothing is half-written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, InvalidValue, ItemNotFound
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Outcome
from cmdb.model import Model, ValueType, standing_model
from cmdb.observation import Observation, Origin
from cmdb.query.items import ItemFilter, find_items
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import PERSON, ClassCode, LifeStage
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.items.actions import author_of
from server.items.queries import selected_items
from server.items.retiring import refuse_while_needed
from server.items.scope import visible_items

#: So many items at most in one edit: it is one transaction.
MOST = 1000
#: What makes no sense for many items at once.
_SINGULAR = frozenset({"name", "serial", "code"})
_COLUMNS = frozenset({"stage", "environment", "criticality", "vendor", "model", "serial", "name"})


@dataclass(frozen=True, slots=True)
class EditRow:
    """What an edit does to one item: {attribute: (old, new)}, and what it cannot do."""

    item: Item
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EditPreview:
    """What an edit would do, one row an item."""

    rows: Sequence[EditRow]

    @property
    def changing(self) -> list[EditRow]:
        """Return the rows that change and have no problem."""
        return [row for row in self.rows if row.changes and not row.problems]

    @property
    def refused(self) -> list[EditRow]:
        """Return the rows with problems."""
        return [row for row in self.rows if row.problems]


def choose_items(
    session: Session, actor: Actor, filters: ItemFilter | None, item_ids: Sequence[int]
) -> list[Item]:
    """Return the items to edit: those named, or those that fit and may be changed.

    Raises ``InvalidValue`` when there are more than ``MOST``, ``ItemNotFound`` for one that may
    not be changed.
    """
    actor.require(Permission.ITEM_WRITE)
    if filters is not None:
        fitting = selected_items(session, actor, filters, Permission.ITEM_WRITE)
        found = list(session.scalars(fitting.order_by(Item.id).limit(MOST + 1)))
        if len(found) > MOST:
            raise InvalidValue({"query": f"more than {MOST} items fit; narrow it down"})
        return found
    if len(item_ids) > MOST:
        raise InvalidValue({"item_ids": f"at most {MOST} items at once"})
    held = find_items(session, item_ids, visible_items(actor, Permission.ITEM_WRITE))
    missing = next((one for one in item_ids if one not in held), None)
    if missing is not None:
        raise ItemNotFound(missing)
    return [held[item_id] for item_id in dict.fromkeys(item_ids)]


def preview_edit(
    session: Session, actor: Actor, items: Sequence[Item], values: Mapping[str, Any]
) -> EditPreview:
    """Return what setting ``values`` would do. A value of None takes people's word back.

    Raises ``InvalidValue`` for what no edit of many items can set.
    """
    actor.require(Permission.ITEM_WRITE)
    model = standing_model()
    _refuse_odd(model, values)
    said = _said_by_people(session, items) if None in values.values() else {}
    rows = []
    for item in items:
        spoken = {
            name: raw
            for name, raw in values.items()
            if raw is not None or name in said.get(item.id, ())
        }
        rows.append(_row(session, actor, model, item, spoken))
    return EditPreview(rows)


def _said_by_people(session: Session, items: Sequence[Item]) -> dict[int, frozenset[str]]:
    """Return of which attributes people said anything, by item: only that can be taken back."""
    query = select(ItemSource.item_id, ItemSource.words).where(
        ItemSource.item_id.in_([item.id for item in items]), ItemSource.source == PERSON
    )
    return {row.item_id: frozenset(row.words) for row in session.execute(query)}


def _refuse_odd(model: Model, values: Mapping[str, Any]) -> None:
    problems = dict.fromkeys(_SINGULAR.intersection(values), "stands for one item alone")
    for name in values.keys() - problems.keys():
        found = model.attributes_named(name)
        if not found:
            problems[name] = "there is no such attribute"
        elif any(one.type is ValueType.REFERENCE for one in found):
            problems[name] = "references are edited item by item"
    if not values:
        problems["values"] = "say what to change"
    if problems:
        raise InvalidValue(problems)


def _row(
    session: Session, actor: Actor, model: Model, item: Item, values: Mapping[str, Any]
) -> EditRow:
    changes: dict[str, tuple[Any, Any]] = {}
    problems: dict[str, str] = {}
    for name, raw in values.items():
        attribute = model.find_attribute(name, item.class_code)
        if attribute is None:
            problems[name] = f"the class {item.class_code!r} has no such attribute"
            continue
        try:
            new = None if raw is None else model.validate_value(attribute, raw)
        except InvalidValue as error:
            problems |= error.fields
            continue
        old = getattr(item, name) if name in _COLUMNS else item.attributes.get(name)
        if new != (None if old == "" else old):
            changes[name] = (old, new)
    if "stage" in changes and changes["stage"][1] == LifeStage.RETIRED:
        try:
            refuse_while_needed(session, actor, item.id)
        except Conflict as error:
            problems["stage"] = str(error)
    return EditRow(item, changes, problems)


def edit_items(
    session: Session,
    actor: Actor,
    items: Sequence[Item],
    values: Mapping[str, Any],
    now: datetime,
) -> EditPreview:
    """Record a person's word on many items at once; return what changed.

    Items with problems stay as they are. Goes through the one door, in one transaction.
    """
    session.execute(select(Item.id).where(Item.id.in_([i.id for i in items])).with_for_update())
    preview = preview_edit(session, actor, items, values)
    seen = [_observation(row, values, now) for row in preview.changing]
    if not seen:
        return preview
    recorded = Inventory(session, now, author_of(actor)).record_many(seen)
    refused = [one for one in recorded if one.outcome is Outcome.REFUSED or one.problems]
    if refused:
        raise InvalidValue(dict(refused[0].problems) or {"values": refused[0].detail})
    told = {"items": len(seen), "attributes": sorted(values)}
    audit.record(session, actor, "items.edited", "item:many", told)
    return preview


def _observation(row: EditRow, values: Mapping[str, Any], now: datetime) -> Observation:
    item = row.item
    return Observation(
        origin=Origin(PERSON),
        class_code=ClassCode(item.class_code),
        organisation_id=item.organisation_id,
        observed_at=now,
        values=dict(values),
        item_id=item.id,
    )
