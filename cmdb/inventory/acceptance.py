"""What of an observation is taken: values the model accepts, and ends that exist.

Whatever is refused is named with its reason, and the rest lands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cmdb.errors import InvalidValue
from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import parts
from cmdb.model import Attribute, Model, ValueType
from cmdb.observation import Observation, SeenParty
from cmdb.records.items import Item
from cmdb.records.parties import Group, Person

#: How many refused values of one observation are kept; a source that sends more is broken.
MOST_PROBLEMS = 100
#: Larger numbers are no ids.
_LARGEST_ID = 2**63 - 1


def accept_values(
    model: Model, seen: Observation, class_code: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (values the model accepts for a ``class_code``, problems of those it refuses)."""
    accepted: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, raw in seen.values.items():
        attribute = model.find_attribute(name, class_code)
        if raw is None:
            accepted[name] = None
        elif attribute is None:
            problems[name] = f"the class {class_code} has no attribute {name!r}"
        else:
            try:
                accepted[name] = model.validate_value(attribute, raw)
            except InvalidValue as error:
                problems[name] = error.fields.get(name, str(error))
        if len(problems) >= MOST_PROBLEMS:
            break
    return accepted, problems


class KnownEnds:
    """Items, persons and groups that the observations of a batch point at: read once for all."""

    def __init__(self, session: Session, model: Model, observations: Sequence[Observation]) -> None:
        self._session = session
        self._model = model
        self._references = {
            attribute.code
            for attribute in model.attributes
            if attribute.type is ValueType.REFERENCE
        }
        self._classes: dict[int, str] = {}
        self._places: dict[int, int | None] = {}
        self._read_items(set(self._pointed_at(observations)))
        said = [party for seen in observations for party in seen.parties or ()]
        self._persons = self._ids(Person.id, {party.person_id for party in said})
        self._groups = self._ids(Group.id, {party.group_id for party in said})

    def _pointed_at(self, observations: Iterable[Observation]) -> Iterator[int]:
        for seen in observations:
            for name in self._references & seen.values.keys():
                raw = seen.values[name]
                for one in raw if isinstance(raw, list | tuple) else [raw]:
                    text = str(one).strip()
                    if text.isascii() and text.isdigit() and int(text) <= _LARGEST_ID:
                        yield int(text)

    def _read_items(self, ids: set[int]) -> None:
        for part in parts(sorted(ids - self._classes.keys())):
            query = select(Item.id, Item.class_code, Item.location_id).where(Item.id.in_(part))
            for item_id, class_code, location in self._session.execute(query):
                self._classes[item_id] = class_code
                self._places[item_id] = location

    def _ids(self, column: InstrumentedAttribute[int], wanted: set[int | None]) -> set[int]:
        asked = sorted(i for i in wanted if i is not None and 0 < i <= _LARGEST_ID)
        found: set[int] = set()
        for part in parts(asked):
            found |= set(self._session.scalars(select(column).where(column.in_(part))))
        return found

    def refuse_references(self, item: KnownItem, accepted: dict[str, Any]) -> dict[str, str]:
        """Take references that lead nowhere out of ``accepted``; say what is wrong with them."""
        problems: dict[str, str] = {}
        for name in self._references & accepted.keys():
            attribute = self._model.find_attribute(name, item.class_code)
            value = accepted[name]
            if attribute is None or value is None:
                continue
            for item_id in value if isinstance(value, list) else [value]:
                if why := self._wrong(item, attribute, item_id):
                    problems[name] = why
        for refused in problems:
            del accepted[refused]
        if accepted.get("location") is not None and not item.is_new:
            self._places[item.id] = accepted["location"]
        return problems

    def _wrong(self, item: KnownItem, attribute: Attribute, item_id: int) -> str:
        target = attribute.target
        if item_id not in self._classes:
            return f"there is no item {item_id}"
        if target is not None and not self._model.is_a(self._classes[item_id], target):
            return f"must be a {target}; item {item_id} is a {self._classes[item_id]}"
        if attribute.code == "location" and self._leads_back(item.id, item_id):
            return "leads back to the item itself"
        return ""

    def _leads_back(self, item_id: int, place: int | None) -> bool:
        passed: set[int] = set()
        while place is not None and place not in passed:
            if place == item_id:
                return True
            passed.add(place)
            self._read_items({place})
            place = self._places.get(place)
        return False

    def refuse_parties(self, seen: Observation) -> tuple[Observation, dict[str, str]]:
        """Return the observation with the parties that exist, and what is wrong with the others."""
        if not seen.parties:
            return seen, {}
        problems: dict[str, str] = {}
        kept: dict[SeenParty, None] = {}
        for number, party in enumerate(seen.parties):
            if (party.person_id is None) == (party.group_id is None):
                problems[f"parties.{number}"] = "name a person or a group, and not both"
            elif party.person_id is not None and party.person_id not in self._persons:
                problems[f"parties.{number}.person_id"] = f"there is no person {party.person_id}"
            elif party.group_id is not None and party.group_id not in self._groups:
                problems[f"parties.{number}.group_id"] = f"there is no group {party.group_id}"
            else:
                kept[party] = None
        return replace(seen, parties=tuple(kept)), problems


def problems_within(problems: Mapping[str, str]) -> dict[str, str]:
    """Return at most ``MOST_PROBLEMS`` of them."""
    return dict(list(problems.items())[:MOST_PROBLEMS])
