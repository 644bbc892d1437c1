"""What an item is related by: ``relation:depends_on`` from whichever end, ``relation:*`` by any.

A relation is an arrow from its start to its end: ``relation>runs_on`` asks for what stands at the
start of one (it runs on something), ``relation<runs_on`` for what stands at its end.
"""

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from cmdb.query.language.clauses import Clause
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.operands import is_pattern
from cmdb.query.language.terms import QueryTerms, expect
from cmdb.query.language.tree import Term
from cmdb.records.items import Item
from cmdb.records.relations import Relation

_OPERATORS = frozenset({":", "=", "!=", "<", ">"})

_End = InstrumentedAttribute[int]


def relation(terms: QueryTerms, term: Term) -> Clause:
    """Return what a relation is asked for now. Raises ``QueryFault``."""
    return related(terms, term, Relation.valid_to.is_(None))


def relation_at(sequence: int) -> ColumnElement[bool]:
    """Return the condition that a relation held at a sequence of the graph's log."""
    since = Relation.valid_from <= sequence
    return and_(since, or_(Relation.valid_to.is_(None), Relation.valid_to > sequence))


def related(terms: QueryTerms, term: Term, held: ColumnElement[bool]) -> Clause:
    """Return that an item has a relation for which ``held`` is true, to something in sight.

    Raises ``QueryFault`` for a type that there is not.
    """
    expect(term, _OPERATORS)
    kinds = _kinds(terms, term)
    seen = select(Item.id).where(terms.visible).correlate(None)
    ways = [(near, and_(held, far.in_(seen), *kinds)) for near, far in _ends(term.operator)]
    each = [
        select(near).where(near == Item.id, holds).correlate(Item).exists() for near, holds in ways
    ]
    found: list[Select[int]] = [select(near.label("item_id")).where(holds) for near, holds in ways]
    ids = found[0] if len(found) == 1 else select(union_all(*found).subquery().c.item_id)
    return Clause(or_(*each), ids, beside=True)


def _ends(operator: str) -> list[tuple[_End, _End]]:
    """Return (end at which the item stands, the other one) for each way that is asked for."""
    outward, inward = (Relation.start_id, Relation.end_id), (Relation.end_id, Relation.start_id)
    return {">": [outward], "<": [inward]}.get(operator, [outward, inward])


def _kinds(terms: QueryTerms, term: Term) -> list[ColumnElement[bool]]:
    codes = []
    for one in term.operands:
        if one.text == "*" and is_pattern(one):
            return []
        kind = terms.model.find_relation_type(one.text.casefold())
        if kind is None:
            known = [str(known.code) for known in terms.model.relation_types]
            hint = terms.nearest(one.text.casefold(), known)
            raise QueryFault(f"there is no such relation{hint}", one.text, one.at)
        codes.append(str(kind.code))
    return [Relation.type_code.in_(sorted(codes))]
