"""Selects items by filter. Every reader passes what it may see; there is no default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.model import Attribute, Model, ValueType
from cmdb.model.addresses import read_ip
from cmdb.model.keys import SearchKey
from cmdb.model.refusal import Refusal
from cmdb.model.text import clean, text_key
from cmdb.records.facts import Address
from cmdb.records.items import Item, ItemParty, ItemValue
from cmdb.records.parties import OrganisationClosure
from cmdb.records.relations import Relation
from cmdb.vocabulary import ClassCode

#: Larger numbers are in no column; databases do not even take them for comparison.
_WIDEST_NUMBER = 2**31
_WIDEST_ID = 2**63
#: How many values one statement carries.
_CHUNK = 10_000
#: More items with one serial are a placeholder's doing; the list shows the first of them.
_MOST_EXACT = 200
#: Sorts after every name that people use; the end of a prefix range.
_HIGH = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a list is narrowed to; None or "" narrows nothing.

    ``text`` matches the beginning of the name, or a serial or IP address exactly. ``class_code``
    includes the classes below it, ``organisation_id`` the organisations below it. ``query`` is
    written in the language of ``cmdb.query.language``, whose conditions ``select_items`` is given.
    """

    text: str = ""
    query: str = ""
    class_code: str = ""
    stage: str = ""
    environment: str = ""
    criticality: int | None = None
    organisation_id: int | None = None
    person_id: int | None = None
    group_id: int | None = None
    seen_before: datetime | None = None
    seen_after: datetime | None = None
    attribute: str = ""
    value: str = ""


def select_items(
    filters: ItemFilter,
    visible: ColumnElement[bool],
    model: Model,
    exact: Sequence[int] | None = None,
    asked: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """Return the statement for the items that fit ``filters`` and are in sight.

    ``exact`` are the ids from ``exact_matches``, when the caller has looked them up: without the
    look-up in the statement itself a sorted list reads one range of the name's index. ``asked`` is
    what ``filters.query`` was compiled to.
    Raises ``InvalidValue`` naming the filter that cannot be understood.
    """
    if _names_what_cannot_be(filters):
        return select(Item).where(false())
    conditions = [visible, *_column_filters(filters, model), *asked]
    if filters.text:
        conditions.append(_matches_text(filters.text, exact))
    if filters.person_id is not None or filters.group_id is not None:
        conditions.append(_has_party(filters))
    if filters.attribute:
        conditions.append(_has_value(filters, model))
    return select(Item).where(and_(*conditions))


def _names_what_cannot_be(filters: ItemFilter) -> bool:
    ids = (filters.organisation_id, filters.person_id, filters.group_id)
    tier = filters.criticality or 0
    return any(abs(i) >= _WIDEST_ID for i in ids if i) or abs(tier) >= _WIDEST_NUMBER


def _column_filters(filters: ItemFilter, model: Model) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.class_code:
        found.append(_of_class(filters.class_code, model))
    for column, wanted in (
        (Item.stage, filters.stage),
        (Item.environment, filters.environment),
        (Item.criticality, filters.criticality),
    ):
        if wanted not in (None, ""):
            found.append(column == wanted)
    if filters.organisation_id is not None:
        below = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == filters.organisation_id
        )
        found.append(Item.organisation_id.in_(below))
    if filters.seen_before is not None:
        found.append(Item.last_seen_at < filters.seen_before)
    if filters.seen_after is not None:
        found.append(Item.last_seen_at >= filters.seen_after)
    return found


def _of_class(code: str, model: Model) -> ColumnElement[bool]:
    if model.find_class(code) is None:
        raise InvalidValue({"class": f"there is no class {code!r}"})
    below = sorted(model.descendants(ClassCode(code)))
    return Item.class_code == below[0] if len(below) == 1 else Item.class_code.in_(below)


def _matches_text(text: str, exact: Sequence[int] | None) -> ColumnElement[bool]:
    named = named_from(text)
    if exact is None:
        return or_(named, Item.serial == clean(text), *_has_address(text))
    return or_(named, Item.id.in_(exact)) if exact else named


def named_from(text: str) -> ColumnElement[bool]:
    """Return the condition on ``Item`` that its name begins with ``text``, whatever the case."""
    key = text_key(clean(text))
    return and_(Item.name_key >= key, Item.name_key < key + _HIGH)


def _has_address(text: str) -> list[ColumnElement[bool]]:
    try:
        address = read_ip(clean(text))
    except Refusal:
        return []
    return [Item.id.in_(select(Address.item_id).where(Address.address == address))]


def exact_matches(session: Session, text: str, visible: ColumnElement[bool]) -> list[int]:
    """Return the ids of items in sight whose serial or address is exactly ``text``."""
    if not text:
        return []
    query = select(Item.id).where(or_(Item.serial == clean(text), *_has_address(text)), visible)
    return list(session.scalars(query.limit(_MOST_EXACT)))


def _has_party(filters: ItemFilter) -> ColumnElement[bool]:
    held = select(ItemParty.item_id).where(ItemParty.item_id == Item.id)
    if filters.person_id is not None:
        held = held.where(ItemParty.person_id == filters.person_id)
    if filters.group_id is not None:
        held = held.where(ItemParty.group_id == filters.group_id)
    return held.exists()


#: Attributes that are columns of the item; all others are found through their keys.
_COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "name": Item.name_key,
    "stage": Item.stage,
    "environment": Item.environment,
    "criticality": Item.criticality,
    "vendor": Item.vendor,
    "model": Item.model,
    "serial": Item.serial,
    "location": Item.location_id,
}


def _has_value(filters: ItemFilter, model: Model) -> ColumnElement[bool]:
    found = _attributes(filters, model)
    if not found:
        raise InvalidValue({"attribute": f"{filters.attribute!r} cannot be searched here"})
    conditions = [_equals(attribute, filters.value, model) for attribute in found]
    return or_(*conditions)


def _attributes(filters: ItemFilter, model: Model) -> list[Attribute]:
    """Return what the word means in the class that is listed; several classes may share it."""
    inside = ClassCode(filters.class_code or "item")
    below = model.descendants(inside)
    own = model.find_attribute(filters.attribute, inside)
    named = (a for a in model.attributes_named(filters.attribute) if a.class_code in below)
    found = {a.id: a for a in ([own] if own is not None else named)}
    return [attribute for attribute in found.values() if attribute.searchable]


def _equals(attribute: Attribute, value: str, model: Model) -> ColumnElement[bool]:
    text, number = _key(attribute, value, model)
    column = _COLUMNS.get(attribute.code) if attribute.class_code == "item" else None
    if column is not None and number is not None:
        widest = _WIDEST_ID if attribute.type is ValueType.REFERENCE else _WIDEST_NUMBER
        fits = number.is_integer() and abs(number) < widest
        return column == int(number) if fits else false()
    if column is not None:
        exact = attribute.type is ValueType.CHOICE or attribute.code == "name"
        return column == text if exact else or_(column == clean(value), func.lower(column) == text)
    held = select(ItemValue.item_id).where(ItemValue.attribute_id == attribute.id)
    if text is not None:
        held = held.where(ItemValue.text_key == text)
    if number is not None:
        held = held.where(ItemValue.number_key == number)
    return Item.id.in_(held)


def _key(attribute: Attribute, value: str, model: Model) -> SearchKey:
    try:
        return model.operand_key(attribute, value)
    except InvalidValue as error:
        raise InvalidValue({"value": error.fields.get(attribute.code, str(error))}) from error


def find_item(
    session: Session, item_id: int, visible: ColumnElement[bool], *, lock: bool = False
) -> Item:
    """Return one item. Raises ``ItemNotFound`` when there is none or it is out of sight.

    With ``lock`` nobody else changes it until the transaction ends.
    """
    query = select(Item).where(Item.id == item_id, visible)
    if lock:
        query = query.with_for_update(key_share=True, of=Item)
    item = session.scalar(query)
    if item is None:
        raise ItemNotFound(item_id)
    return item


def find_items(
    session: Session, item_ids: Sequence[int], visible: ColumnElement[bool]
) -> dict[int, Item]:
    """Return those of ``item_ids`` that are in sight, by id."""
    found: dict[int, Item] = {}
    for offset in range(0, len(item_ids), _CHUNK):
        query = select(Item).where(Item.id.in_(item_ids[offset : offset + _CHUNK]), visible)
        found |= {item.id: item for item in session.scalars(query)}
    return found


def live_relations_of(
    session: Session, item_id: int, visible: ColumnElement[bool], limit: int = 500
) -> list[tuple[Relation, Item]]:
    """Return the live relations of an item with the item at the far end, if that is in sight."""
    found: list[tuple[Relation, Item]] = []
    for near, far in ((Relation.start_id, Relation.end_id), (Relation.end_id, Relation.start_id)):
        query = (
            select(Relation, Item)
            .join(Item, Item.id == far)
            .where(near == item_id, Relation.valid_to.is_(None), visible)
            .order_by(Relation.type_code, Item.name_key, Relation.id)
            .limit(limit)
        )
        found += [(row[0], row[1]) for row in session.execute(query)]
    return found
