"""Conditions over items, and how to ask a database for them without reading everything.

A clause knows two forms: one that is checked item by item, and one that selects the ids it fits.
When few items fit, their ids are fetched once and stand in the statement; so the page and its
count cost an index look-up each, whatever else the query says. When many fit, checking each item
in the order of the list finds a page quickly.
"""

import operator as op
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false, func, or_, select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.items import Item

#: Operators that ask for equality, and for an order.
EQUAL = frozenset({":", "=", "!="})
ORDER = frozenset({"<", "<=", ">", ">="})
#: Up to so many ids stand in a statement.
FEW = 4000
#: Up to so many in PostgreSQL, which goes through an index for them: as many as a count tells.
_FEW_IN_POSTGRESQL = 10_000
_WILD = re.compile(r"[\\%_]")
#: Sorts after every text that people use; the end of a prefix range.
HIGH = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Clause:
    """``each`` is checked item by item; ``ids`` selects what fits, where that is an own look-up."""

    each: ColumnElement[bool]
    ids: Select[Any] | None = None
    #: Whether ``ids`` reads an index of another table alone.
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The condition to ask a database with: ``page`` of a list, ``count`` of all.

    ``many``: it was asked, and more items fit than may stand in a statement.
    """

    page: ColumnElement[bool]
    count: ColumnElement[bool]
    many: bool = False


def narrowed(session: Session, clause: Clause, *, ask: bool = True) -> Narrowed:
    """Return the condition of a clause; ``ask``: look first whether few items fit."""
    if clause.ids is None:
        return Narrowed(clause.each, clause.each)
    all_of_them = Item.id.in_(clause.ids) if clause.beside else clause.each
    if not ask:
        return Narrowed(clause.each, all_of_them)
    most = FEW if session.get_bind().dialect.name == "sqlite" else _FEW_IN_POSTGRESQL
    found = session.scalars(clause.ids.limit(most + 1)).all()
    if len(found) > most:
        return Narrowed(clause.each, all_of_them, many=True)
    ids = sorted(set(found))
    few = among(session, Item.id, ids) if ids else false()
    return Narrowed(few, few)


def in_table(column: SQLColumnExpression[int], *conditions: ColumnElement[bool]) -> Clause:
    """Return the clause of items that have a row with these conditions in another table."""
    wanted = select(column).where(*conditions)
    return Clause(wanted.where(column == Item.id).correlate(Item).exists(), wanted, beside=True)


def compared(column: SQLColumnExpression[Any], operator: str, value: Any) -> ColumnElement[bool]:
    """Return ``column <operator> value``; ":" and "=" are equality."""
    acts = {"<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge}
    return and_(acts.get(operator, op.eq)(column, value))


def holds(session: Session, column: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """Return the condition that a text column has ``text`` inside."""
    if session.get_bind().dialect.name == "sqlite":
        return and_(func.instr(column, text) > 0)
    # PostgreSQL reads this from an index of trigrams, where there is one.
    return column.like("%" + _WILD.sub(r"\\\g<0>", text) + "%")


def starts_with(column: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """Return the condition that a key begins with ``text``, as a range of its index."""
    return and_(column >= text, column < text + HIGH)


def any_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return that one of the conditions holds."""
    return or_(*conditions) if conditions else false()
