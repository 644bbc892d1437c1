"""Sightings in what is known of items: references, places, equal values, relations of others."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from cmdb.engine.derivation.deciding import End, Sighting
from cmdb.model import ValueType, standing_model
from cmdb.records.items import Item, ItemValue
from cmdb.records.relations import Relation
from cmdb.vocabulary import DERIVED
from server.items.deriving.scope import Scope, ends_of

#: A value that so many items share joins nobody: it is a habit, not evidence.
_SHARED_BY = 50


def read_references(
    session: Session, scope: Scope, options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (item, the item that an attribute of it names)."""
    attribute = str(options["attribute"])
    at_place = attribute == "location"
    rows = _standing(session, scope) if at_place else _referring(session, scope, attribute)
    named = ends_of(session, scope, {far for *_, far in rows})
    for item_id, class_code, far in rows:
        if far in named:
            yield Sighting(End(item_id, class_code), named[far], told={"attribute": attribute})


def _standing(session: Session, scope: Scope) -> list[tuple[int, str, int]]:
    query = select(Item.id, Item.class_code, Item.location_id).where(
        Item.location_id.is_not(None), scope.takes_part()
    )
    return [(item_id, code, place or 0) for item_id, code, place in session.execute(query)]


def _referring(session: Session, scope: Scope, attribute: str) -> list[tuple[int, str, int]]:
    kinds = [
        one.id
        for one in standing_model().attributes_named(attribute)
        if one.type is ValueType.REFERENCE
    ]
    rows = session.execute(
        select(Item.id, Item.class_code, ItemValue.number_key)
        .join(ItemValue, ItemValue.item_id == Item.id)
        .where(
            ItemValue.attribute_id.in_(kinds),
            ItemValue.number_key.is_not(None),
            scope.takes_part(),
        )
    )
    return [(item_id, class_code, int(number or 0)) for item_id, class_code, number in rows]


def read_same_place(
    session: Session, scope: Scope, options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield each two items that stand in one place, both ways round."""
    place = aliased(Item)
    query = (
        select(Item.id, Item.class_code, place.id, place.name)
        .join(place, place.id == Item.location_id)
        .where(scope.takes_part())
    )
    model = standing_model()
    wanted = frozenset[str]().union(*(model.descendants(c) for c in options.get("places", ())))
    if wanted:
        query = query.where(place.class_code.in_(sorted(wanted)))
    there: dict[tuple[int, str], list[End]] = defaultdict(list)
    for item_id, class_code, place_id, name in session.execute(query):
        there[place_id, name].append(End(item_id, class_code))
    for (_, name), ends in sorted(there.items()):
        # A floor with a thousand things on it says nothing of any two of them.
        if len(ends) <= _SHARED_BY * 2:
            for near in ends:
                for far in ends:
                    yield Sighting(near, far, told={"place": name})


def read_relations(
    session: Session, scope: Scope, options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (start, end) of the relations of one type that somebody else told of."""
    rows = session.execute(
        select(Relation.start_id, Relation.end_id, Relation.source).where(
            Relation.type_code == options["relation"],
            Relation.source != DERIVED,
            Relation.valid_to.is_(None),
            Relation.organisation_id == scope.organisation_id,
        )
    ).all()
    ends = ends_of(session, scope, {item_id for row in rows for item_id in row[:2]})
    for start, end, source in rows:
        if start in ends and end in ends:
            yield Sighting(ends[start], ends[end], told={"source": source})


def read_same_value(
    session: Session, scope: Scope, options: Mapping[str, Any]
) -> Iterator[Sighting]:
    """Yield (item, other) where an attribute of one has the value of an attribute of the other."""
    near, far = (
        _by_value(session, scope, str(options[name])) for name in ("attribute", "other_attribute")
    )
    for value in sorted(near.keys() & far.keys()):
        if max(len(near[value]), len(far[value])) <= _SHARED_BY:
            for one in sorted(near[value]):
                for other in sorted(far[value]):
                    yield Sighting(one, other, told={"value": value})


def _by_value(session: Session, scope: Scope, attribute: str) -> dict[str, set[End]]:
    kinds = [one.id for one in standing_model().attributes_named(attribute) if one.searchable]
    query = (
        select(ItemValue.text_key, Item.id, Item.class_code)
        .join(Item, Item.id == ItemValue.item_id)
        .where(
            ItemValue.attribute_id.in_(kinds), ItemValue.text_key.is_not(None), scope.takes_part()
        )
    )
    found: dict[str, set[End]] = defaultdict(set)
    for value, item_id, class_code in session.execute(query):
        if value:
            found[value].add(End(item_id, class_code))
    return found
