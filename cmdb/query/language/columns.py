"""Words of the language that are columns of the item; the others stand in ``beside``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, func, or_, select

from cmdb.model.text import clean
from cmdb.query.language.beside import (
    MOST_MATCHES,
    Reader,
    address,
    mac,
    party,
    port,
    software,
    source,
)
from cmdb.query.language.clauses import EQUAL, ORDER, Clause, any_of, compared
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.operands import age_of, is_pattern, moment_of, whole_of
from cmdb.query.language.related import relation
from cmdb.query.language.terms import QueryTerms, expect
from cmdb.query.language.texts import text_condition, text_matches
from cmdb.query.language.tree import Operand, Term
from cmdb.records.items import Item
from cmdb.records.parties import Organisation, OrganisationClosure
from cmdb.vocabulary import ClassCode, PartyRole


def _name(terms: QueryTerms, term: Term) -> Clause:
    condition = text_matches(terms, Item.name_key, term)
    searches = term.operator == "~" or any(is_pattern(one) for one in term.operands)
    return Clause(condition, terms.items(condition) if searches else None)


def _class(terms: QueryTerms, term: Term) -> Clause:
    found = class_codes(terms, term)
    return Clause(Item.class_code == found[0] if len(found) == 1 else Item.class_code.in_(found))


def class_codes(terms: QueryTerms, term: Term) -> list[str]:
    """Return the classes that a comparison names, with all below them. Raises ``QueryFault``."""
    expect(term, EQUAL)
    model, codes = terms.model, set[str]()
    for one in term.operands:
        code = one.text.casefold()
        if model.find_class(code) is None:
            hint = terms.nearest(code, [entry.code for entry in model.classes])
            raise QueryFault(f"there is no such class{hint}", one.text, one.at)
        codes |= model.descendants(ClassCode(code))
    return sorted(codes)


def _choice(column: SQLColumnExpression[Any], attribute: str) -> Reader:
    def read(terms: QueryTerms, term: Term) -> Clause:
        expect(term, EQUAL)
        known = [one.code for one in terms.model.attribute(attribute, "item").choices]
        for one in term.operands:
            if one.text.casefold() not in known:
                raise QueryFault(f"expected one of {', '.join(known)}", one.text, one.at)
        wanted = column.in_([one.text.casefold() for one in term.operands])
        condition = and_(column.is_not(None), wanted)
        return Clause(condition, terms.items(condition))

    return read


def _tier(_: QueryTerms, term: Term) -> Clause:
    expect(term, EQUAL | ORDER)
    numbers = [whole_of(one, 0, 4) for one in term.operands]
    wanted = any_of([compared(Item.criticality, term.operator, n) for n in numbers])
    return Clause(and_(Item.criticality.is_not(None), wanted))


def _words(column: SQLColumnExpression[Any]) -> Reader:
    """Read a text column that is stored as it was written."""

    def read(terms: QueryTerms, term: Term) -> Clause:
        expect(term, EQUAL | {"~"})
        found = []
        for one in term.operands:
            lower = func.lower(column)
            folded = text_condition(terms, lower, term.operator, one)
            # What a database makes lower is ASCII alone: it does the same to the word as written.
            same = lower == func.lower(clean(one.text))
            found.append(folded if term.operator == "~" else or_(same, folded))
        return Clause(any_of(found), terms.items(any_of(found)))

    return read


def _serial(terms: QueryTerms, term: Term) -> Clause:
    exact = term.operator in EQUAL and not any(is_pattern(one) for one in term.operands)
    if exact:
        return Clause(Item.serial.in_([clean(one.text) for one in term.operands]))
    return _words(Item.serial)(terms, term)


def _moment(column: SQLColumnExpression[datetime]) -> Reader:
    def read(terms: QueryTerms, term: Term) -> Clause:
        expect(term, EQUAL | ORDER)
        return Clause(any_of([_when(terms, column, term, one) for one in term.operands]))

    return read


def _when(
    terms: QueryTerms, column: SQLColumnExpression[datetime], term: Term, operand: Operand
) -> ColumnElement[bool]:
    """Return what a moment is asked; an age counts back: ``seen>7d`` is longer ago than 7 days."""
    age = age_of(operand)
    if age is not None:
        past = terms.now - abs(age)
        return column < past if term.operator in {">", ">="} else column >= past
    start, end = moment_of(operand)
    if term.operator in EQUAL:
        return and_(column >= start, column < end)
    bound = start if term.operator in {"<", ">="} else end
    return column < bound if term.operator in {"<", "<="} else column >= bound


def _organisation(terms: QueryTerms, term: Term) -> Clause:
    ids = organisation_ids(terms, term)
    return Clause(Item.organisation_id.in_(ids) if ids else false())


def organisation_ids(terms: QueryTerms, term: Term) -> list[int]:
    """Return the organisations that a comparison names, with all below them."""
    expect(term, EQUAL)
    wanted = []
    for one in term.operands:
        key = clean(one.text)
        same = or_(
            Organisation.code == key.casefold(), func.lower(Organisation.name) == key.lower()
        )
        wanted.append(same)
    below = (
        select(OrganisationClosure.descendant_id)
        .join(Organisation, Organisation.id == OrganisationClosure.ancestor_id)
        .where(or_(*wanted))
    )
    return sorted(set(terms.session.scalars(below)))


def _id(_: QueryTerms, term: Term) -> Clause:
    expect(term, EQUAL)
    return Clause(Item.id.in_([whole_of(one, 1, 2**62) for one in term.operands]))


def _location(terms: QueryTerms, term: Term) -> Clause:
    expect(term, EQUAL | {"~"})
    # A place that is out of sight is not found by its name.
    named = terms.items(text_matches(terms, Item.name_key, term)).limit(MOST_MATCHES)
    ids = list(terms.session.scalars(named))
    return Clause(
        and_(Item.location_id.is_not(None), Item.location_id.in_(ids)) if ids else false()
    )


def _has(terms: QueryTerms, term: Term) -> Clause:
    expect(term, frozenset({":", "="}))
    found = [terms.presence(one) for one in term.operands]
    return Clause(any_of(found))


#: How each of ``terms.WORDS`` is understood.
COLUMNS: Mapping[str, Reader] = {
    "name": _name,
    "class": _class,
    "stage": _choice(Item.stage, "stage"),
    "environment": _choice(Item.environment, "environment"),
    "tier": _tier,
    "vendor": _words(Item.vendor),
    "model": _words(Item.model),
    "serial": _serial,
    "organisation": _organisation,
    "location": _location,
    "seen": _moment(Item.last_seen_at),
    "first_seen": _moment(Item.first_seen_at),
    "changed": _moment(Item.updated_at),
    "owner": party(PartyRole.OWNER),
    "support": party(PartyRole.SUPPORT),
    "user": party(PartyRole.USER),
    "approver": party(PartyRole.APPROVER),
    "party": party(None),
    "source": source,
    "ip": address,
    "mac": mac,
    "port": port,
    "software": software,
    "id": _id,
    "has": _has,
    "relation": relation,
}
