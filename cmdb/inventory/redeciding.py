"""Deciding anew what is known already: when rules change, words expire, or a word is taken back."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, ItemNotFound, NotFound
from cmdb.inventory.known import KnownItem
from cmdb.inventory.lookup import load_items
from cmdb.inventory.reconciling import decide_winners, take_keys
from cmdb.inventory.terms import Terms
from cmdb.inventory.writing import write_items
from cmdb.records.bulk import insert_rows
from cmdb.records.precedence import WordExpiry
from cmdb.vocabulary import PERSON

#: Who changes what no source said: the rules themselves.
_RULES = "rules"


class Redecider:
    """Decides items anew within one unit of work; everything is recorded in their history."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self._session = session
        self._terms = terms

    def redecide(self, item_ids: Iterable[int]) -> list[int]:
        """Decide every attribute of these items anew; return the ids of those that changed."""
        items = load_items(self._session, item_ids, lock=True).values()
        changed = [item for item in items if self._decide(item, _names(item))]
        self._write(changed)
        return [item.id for item in changed]

    def rekey(self, item_ids: Iterable[int]) -> int:
        """Let items carry the keys that their class's rules make of each source's words.

        Returns how many carry others than before.
        """
        items = load_items(self._session, item_ids, lock=True).values()
        moved = [item for item in items if take_keys(item, self._terms.now)]
        self._write(moved)
        return len(moved)

    def withdraw(self, item_id: int, state_id: int, attributes: Collection[str] = ()) -> bool:
        """Forget what a source said of an item, all of it or of some attributes.

        What it says again with its next report counts again. Raises ``NotFound``. Returns whether a
        winner changed.
        """
        item = self._item(item_id)
        state = next((one for one in item.sources.values() if one.id == state_id), None)
        if state is None:
            raise NotFound("source of this item", state_id)
        names = [name for name in state.words if not attributes or name in attributes]
        for name in names:
            del state.words[name]
        state.changed, item.touched = True, True
        if state.source == PERSON:
            self._forget_expiry(item_id, names)
        changed = self._decide(item, names, state.source)
        self._write([item])
        return changed

    def forget(self, item_id: int, attributes: Iterable[str]) -> None:
        """Decide attributes anew of which nobody says anything any more."""
        item = self._item(item_id)
        item.touched = True
        self._decide(item, attributes)
        self._write([item])

    def expire(self, item_id: int, until: Mapping[str, datetime | None]) -> None:
        """Let people's words on an item end at a moment; None lets them hold for ever.

        Raises ``InvalidValue`` for an attribute of which nobody said anything by hand.
        """
        item = self._item(item_id)
        state = next((one for one in item.sources.values() if one.source == PERSON), None)
        said = {} if state is None else state.words
        missing = [name for name in until if name not in said]
        if missing or state is None:
            raise InvalidValue(dict.fromkeys(missing or until, "nobody said this by hand"))
        for name, moment in until.items():
            value, since, *_ = said[name]
            said[name] = [value, since] if moment is None else [value, since, moment.isoformat()]
        state.changed, item.touched = True, True
        self._forget_expiry(item_id, until)
        rows = [
            {"item_id": item_id, "attribute": name, "until": moment}
            for name, moment in until.items()
            if moment is not None
        ]
        insert_rows(self._session, WordExpiry, rows)
        self._decide(item, until)
        self._write([item])

    def _item(self, item_id: int) -> KnownItem:
        item = load_items(self._session, [item_id], lock=True).get(item_id)
        if item is None:
            raise ItemNotFound(item_id)
        return item

    def _forget_expiry(self, item_id: int, names: Iterable[str]) -> None:
        self._session.execute(
            delete(WordExpiry).where(
                WordExpiry.item_id == item_id, WordExpiry.attribute.in_(list(names))
            )
        )

    def _decide(self, item: KnownItem, names: Iterable[str], source: str = _RULES) -> bool:
        return decide_winners(item, names, self._terms.precedence, self._terms.now, source)

    def _write(self, items: list[KnownItem]) -> None:
        terms = self._terms
        write_items(self._session, terms.model, items, terms.author, terms.now)


def _names(item: KnownItem) -> set[str]:
    return {name for state in item.sources.values() for name in state.words}
