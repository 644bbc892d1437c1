"""Attributes of classes as an item held them once, compared by the keys they were found by."""

from functools import cache
from typing import Any

from cmdb.model import Attribute
from cmdb.model.keys import SearchKey
from cmdb.query.language.compiling import compares_text, operand_key_of
from cmdb.query.language.held import Held, compares, text_meets
from cmdb.query.language.terms import QueryTerms, attributes_of, code_of
from cmdb.query.language.tree import Term


def attribute_held(terms: QueryTerms, term: Term) -> Held:
    """Return how a value of an attribute is compared with a term. Raises ``QueryFault``."""
    known = attributes_of(terms, term.field, term.at)
    operands = {
        one.id: [operand_key_of(terms, one, operand) for operand in term.operands]
        for one in known
        if not compares_text(one, term)
    }
    held = _finder(terms, code_of(term.field))

    def meets(value: Any, class_code: str) -> bool:
        attribute = held(class_code)
        if attribute is None:
            return False
        keys = _keys(attribute, value, terms)
        wanted = operands.get(attribute.id)
        if wanted is None:
            return any(text_meets(term, words) for words, _ in keys if words is not None)
        return any(_key_meets(term.operator, key, one) for key in keys for one in wanted)

    return meets


def has_keys(terms: QueryTerms, code: str) -> Held:
    """Return whether an attribute had any value that could be searched for."""
    held = _finder(terms, code)

    def meets(value: Any, class_code: str) -> bool:
        attribute = held(class_code)
        return attribute is not None and bool(_keys(attribute, value, terms))

    return meets


def _finder(terms: QueryTerms, code: str) -> Any:
    """Return how the attribute of a class is found by a word; None for none that is searchable."""

    @cache
    def found(class_code: str) -> Attribute | None:
        attribute = terms.model.find_attribute(code, class_code)
        return attribute if attribute is not None and attribute.searchable else None

    return found


def _keys(attribute: Attribute, value: Any, terms: QueryTerms) -> list[SearchKey]:
    try:
        return terms.model.search_keys(attribute, value)
    except (AttributeError, KeyError, TypeError, ValueError):
        # What was stored while the attribute was of another type is no value of it today.
        return []


def _key_meets(operator: str, held: SearchKey, wanted: SearchKey) -> bool:
    words, number = wanted
    if number is not None:
        same = words is None or held[0] == words
        return same and held[1] is not None and compares(operator, held[1], number)
    return held[0] is not None and compares(operator, held[0], words)
