"""What a query is understood by: the model, the moment, its reader, and the words there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from cmdb.model import Attribute, Model
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.tree import Operand, Term
from cmdb.records.items import Item, ItemParty, ItemValue
from cmdb.vocabulary import PartyRole

#: Words that mean the same as another.
ALIASES = {
    "criticality": "tier",
    "env": "environment",
    "org": "organisation",
    "organization": "organisation",
    "address": "ip",
    "updated": "changed",
    "created": "first_seen",
    "type": "class",
}
#: Words of every item; what else can be asked are the attributes of classes.
WORDS = (
    *("name", "class", "stage", "environment", "tier", "vendor", "model", "serial", "id"),
    *("organisation", "location", "seen", "first_seen", "changed", "source", "has"),
    *("owner", "support", "user", "approver", "party", "ip", "mac", "port", "software"),
    "relation",
)
_PARTIES = ("owner", "support", "user", "approver", "party")
_TEXTS = ("stage", "environment", "vendor", "model", "serial", "name")


def expect(term: Term, operators: frozenset[str]) -> None:
    """Raise ``QueryFault`` unless the field takes the operator."""
    if term.operator not in operators:
        said = " ".join(sorted(operators))
        raise QueryFault(
            f"{term.field} cannot be asked with {term.operator}; it takes {said}",
            term.field,
            term.at,
        )


def code_of(word: str) -> str:
    """Return the code that a word stands for: ``os.version`` is ``os_version``."""
    code = word.casefold().replace(".", "_")
    return ALIASES.get(code, code)


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """What a query is understood by: the model, the moment, and what its reader may see."""

    session: Session
    model: Model
    visible: ColumnElement[bool]
    now: datetime

    def items(self, condition: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for the ids in sight that fit."""
        return select(Item.id).where(self.visible, condition)

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """Return "; did you mean …?" when a known word is near."""
        found = get_close_matches(word, list(known), n=1, cutoff=0.6)
        return f"; did you mean {found[0]}?" if found else ""

    def presence(self, operand: Operand) -> ColumnElement[bool]:
        """Return that an item has any value of what the operand names."""
        code = code_of(operand.text)
        if code in _PARTIES:
            held = select(ItemParty.id).where(ItemParty.item_id == Item.id)
            if code != "party":
                held = held.where(ItemParty.role == PartyRole(code).value)
            return held.correlate(Item).exists()
        if code == "location":
            return Item.location_id.is_not(None)
        if code == "tier":
            return Item.criticality.is_not(None)
        if code in _TEXTS:
            column = getattr(Item, code)
            return and_(column.is_not(None), column != "")
        found = attributes_of(self, operand.text, operand.at)
        return _having([a.id for a in found]).exists()


def attributes_of(terms: QueryTerms, word: str, at: int) -> list[Attribute]:
    """Return the searchable attributes of a word; several classes may share one."""
    named = terms.model.attributes_named(code_of(word))
    if not named:
        known = [*WORDS, *ALIASES, *(str(a.code) for a in terms.model.attributes)]
        hint = terms.nearest(code_of(word), known)
        raise QueryFault(f"nothing is called that{hint}", word, at)
    found = [attribute for attribute in named if attribute.searchable]
    if not found:
        raise QueryFault("this attribute cannot be searched", word, at)
    return found


def _having(ids: list[int]) -> Select[Any]:
    held = select(ItemValue.item_id).where(ItemValue.item_id == Item.id)
    return held.where(ItemValue.attribute_id.in_(ids)).correlate(Item)
