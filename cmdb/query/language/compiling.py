"""From the tree of a query to one condition over items."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select

from cmdb.errors import InvalidValue
from cmdb.model import Attribute, Model, ValueType
from cmdb.model.keys import SearchKey
from cmdb.model.text import clean, text_key
from cmdb.query.items import exact_matches
from cmdb.query.language import tree
from cmdb.query.language.clauses import Clause, Narrowed, compared, narrowed, starts_with
from cmdb.query.language.columns import COLUMNS
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.operands import age_of
from cmdb.query.language.terms import WORDS, QueryTerms, attributes_of, code_of, expect
from cmdb.query.language.texts import text_matches
from cmdb.query.language.tree import Node, Operand, Term
from cmdb.records.items import Item, ItemValue

_TEXTUAL = frozenset({ValueType.TEXT, ValueType.CHOICE})
_ALL = frozenset({":", "=", "!=", "<", "<=", ">", ">=", "~"})
_MOMENTS = {ValueType.DATE, ValueType.DATETIME}


@dataclass(frozen=True, slots=True)
class Compiled:
    """Conditions that all hold: ``page`` finds some items in the order of a list, ``count`` all.

    They mean the same. What many items fit is checked item by item for a page, which is found
    after a few; to count, one reads what fits once and looks items up in it.
    """

    page: tuple[ColumnElement[bool], ...] = ()
    count: tuple[ColumnElement[bool], ...] = ()


def compile_query(terms: QueryTerms, node: Node | None) -> Compiled:
    """Return the conditions of what the query asks; none for the empty one.

    Small look-ups (organisations, people, values that few items have) are asked here already.
    Raises ``QueryFault``.
    """
    if node is None:
        return Compiled()
    parts = node.parts if isinstance(node, tree.All) else (node,)
    found = [_condition(terms, part) for part in parts]
    return Compiled(tuple(one.page for one in found), tuple(one.count for one in found))


def _condition(terms: QueryTerms, node: Node, *, ask: bool = True) -> Narrowed:
    """Return what a part means; no condition is ever null, so that "not" is what it says."""
    if isinstance(node, tree.All):
        parts = [_condition(terms, part, ask=ask) for part in node.parts]
        return Narrowed(and_(*(one.page for one in parts)), and_(*(one.count for one in parts)))
    if isinstance(node, tree.Any):
        return _any_of(terms, node, ask=ask)
    if isinstance(node, tree.Not):
        return _not(_condition(terms, node.inner, ask=ask))
    found = narrowed(terms.session, clause_of(terms, node), ask=ask)
    return _not(found) if node.operator == "!=" else found


def _any_of(terms: QueryTerms, node: tree.Any, *, ask: bool) -> Narrowed:
    """Return what either of several parts means: after one that many items fit, none is few."""
    parts: list[Narrowed] = []
    for part in node.parts:
        parts.append(_condition(terms, part, ask=ask))
        ask = ask and not parts[-1].many
    pages, counts = [one.page for one in parts], [one.count for one in parts]
    return Narrowed(or_(*pages), or_(*counts), many=any(one.many for one in parts))


def _not(found: Narrowed) -> Narrowed:
    return Narrowed(not_(found.page), not_(found.count))


def clause_of(terms: QueryTerms, term: Term) -> Clause:
    """Return what one comparison means, "!=" as if it were "=". Raises ``QueryFault``."""
    if not term.field:
        return _bare(terms, term.operands[0])
    code = code_of(term.field)
    read = COLUMNS.get(code)
    if read is not None:
        return read(terms, replace(term, field=code))
    return _attribute(terms, term)


def _bare(terms: QueryTerms, operand: Operand) -> Clause:
    """Return what a word alone means: the beginning of a name, or a whole serial or address."""
    if "*" in operand.text and not operand.exact:
        pattern = Term("name", ":", (operand,), operand.at)
        return COLUMNS["name"](terms, pattern)
    named = starts_with(Item.name_key, text_key(clean(operand.text)))
    exact = exact_matches(terms.session, operand.text, terms.visible)
    return Clause(or_(named, Item.id.in_(exact)) if exact else named)


def _attribute(terms: QueryTerms, term: Term) -> Clause:
    found = attributes_of(terms, term.field, term.at)
    by_type: dict[ValueType, list[Attribute]] = {}
    for attribute in found:
        by_type.setdefault(attribute.type, []).append(attribute)
    conditions = [_values(terms, term, group) for group in by_type.values()]
    wanted = select(ItemValue.item_id).where(or_(*conditions))
    return Clause(
        wanted.where(ItemValue.item_id == Item.id).correlate(Item).exists(), wanted, beside=True
    )


def _values(terms: QueryTerms, term: Term, same: list[Attribute]) -> ColumnElement[bool]:
    attribute = same[0]
    operators = _ALL if attribute.type in _TEXTUAL else _ALL - {"~"}
    if attribute.type in {ValueType.VERSION, ValueType.IP, ValueType.PREFIX, ValueType.MAC}:
        operators = _ALL
    expect(term, operators)
    ids = [one.id for one in same]
    of_attribute = (
        ItemValue.attribute_id == ids[0] if len(ids) == 1 else ItemValue.attribute_id.in_(ids)
    )
    if compares_text(attribute, term):
        return and_(of_attribute, text_matches(terms, ItemValue.text_key, term))
    compare = [_key_comparison(terms, attribute, term, one) for one in term.operands]
    return and_(of_attribute, or_(*compare))


def compares_text(attribute: Attribute, term: Term) -> bool:
    """Say whether a comparison with an attribute is one of texts, not of values."""
    starred = any("*" in one.text and not one.exact for one in term.operands)
    return attribute.type in _TEXTUAL or term.operator == "~" or starred


def _key_comparison(
    terms: QueryTerms, attribute: Attribute, term: Term, operand: Operand
) -> ColumnElement[bool]:
    words, number = operand_key_of(terms, attribute, operand)
    if number is not None:
        compare = compared(ItemValue.number_key, term.operator, number)
        return compare if words is None else and_(compare, ItemValue.text_key == words)
    return compared(ItemValue.text_key, term.operator, words)


def operand_key_of(terms: QueryTerms, attribute: Attribute, operand: Operand) -> SearchKey:
    """Return the key that an operand is compared by; ages count from ``terms.now``.

    Raises ``QueryFault`` for what is no value of the attribute.
    """
    raw: Any = operand.text
    if attribute.type in _MOMENTS and (ahead := age_of(operand)) is not None:
        moment = terms.now + ahead
        raw = moment.date() if attribute.type is ValueType.DATE else moment
    try:
        return terms.model.operand_key(attribute, raw)
    except InvalidValue as error:
        why = error.fields.get(attribute.code, str(error))
        raise QueryFault(why, operand.text, operand.at) from None


def explain_fields(model: Model) -> list[tuple[str, str]]:
    """Return (word, type) of everything that can be asked, for help and completion."""
    found = dict.fromkeys(WORDS, "")
    for attribute in model.attributes:
        if attribute.searchable:
            found.setdefault(str(attribute.code), str(attribute.type))
    return sorted(found.items())
