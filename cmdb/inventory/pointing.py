"""Values that point at items: when the item becomes another, what pointed at it follows."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import load_items
from cmdb.inventory.reconciling import decide_winners
from cmdb.inventory.terms import Terms
from cmdb.inventory.writing import write_items
from cmdb.model import ValueType
from cmdb.records.items import Item, ItemValue
from cmdb.vocabulary import PERSON


class Pointers:
    """Rewrites references in what sources say of other items."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self._session = session
        self._terms = terms
        self._references = {a for a in terms.model.attributes if a.type is ValueType.REFERENCE}

    def find(self, item_id: int) -> set[int]:
        """Return the items that have a winning value which points at the item."""
        placed = self._session.scalars(select(Item.id).where(Item.location_id == item_id))
        named = self._session.scalars(
            select(ItemValue.item_id).where(
                ItemValue.attribute_id.in_(sorted(a.id for a in self._references)),
                ItemValue.number_key == item_id,
            )
        )
        return {*placed, *named} - {item_id}

    def turn(self, origin: int, target: int) -> list[dict[str, Any]]:
        """Let what points at ``origin`` point at ``target``; return the trail."""
        items = load_items(self._session, self.find(origin), lock=True)
        trail = []
        for item in items.values():
            for state in item.sources.values():
                for code in sorted({a.code for a in self._references} & state.words.keys()):
                    if _replace(state.words[code], origin, target):
                        state.changed = True
                        trail.append({"item": item.id, "word": state.id, "attribute": code})
        self._decide(items, trail)
        return trail

    def turn_back(self, trail: Iterable[Mapping[str, Any]], origin: int, target: int) -> None:
        """Undo ``turn`` where the word is still what it became."""
        steps = list(trail)
        items = load_items(self._session, {step["item"] for step in steps}, lock=True)
        words = {state.id: state for item in items.values() for state in item.sources.values()}
        for step in steps:
            state = words.get(step["word"])
            word = state.words.get(step["attribute"]) if state else None
            if state is not None and word is not None and _replace(word, target, origin):
                state.changed = True
        self._decide(items, steps)

    def _decide(self, items: Mapping[int, KnownItem], steps: Iterable[Mapping[str, Any]]) -> None:
        terms = self._terms
        for step in steps:
            item = items.get(step["item"])
            if item is not None:
                names = [step["attribute"]]
                decide_winners(item, names, terms.precedence, terms.now, PERSON)
        write_items(self._session, terms.model, items.values(), terms.author, terms.now)


def _replace(word: list[Any], old: int, new: int) -> bool:
    """Replace a reference in a word; say whether it was there."""
    value = word[0]
    if value == old:
        word[0] = new
        return True
    if isinstance(value, list) and old in value:
        word[0] = list(dict.fromkeys(new if one == old else one for one in value))
        return True
    return False
