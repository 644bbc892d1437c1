"""Comparing texts by their keys, without case."""

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression

from cmdb.model.text import clean, text_key
from cmdb.query.language.clauses import ORDER, any_of, compared, holds, starts_with
from cmdb.query.language.operands import is_pattern, like_pattern
from cmdb.query.language.terms import QueryTerms
from cmdb.query.language.tree import Operand, Term


def text_matches(
    terms: QueryTerms, column: SQLColumnExpression[Any], term: Term
) -> ColumnElement[bool]:
    """Return what a comparison of a key column with texts means."""
    return any_of([text_condition(terms, column, term.operator, one) for one in term.operands])


def text_condition(
    terms: QueryTerms, column: SQLColumnExpression[Any], operator: str, operand: Operand
) -> ColumnElement[bool]:
    """Return what comparing a key column with one text means; stars stand for anything."""
    key = text_key(clean(operand.text))
    if operator == "~":
        return holds(terms.session, column, key)
    if operator in ORDER:
        return compared(column, operator, key)
    if not is_pattern(operand):
        return column == key
    if key.endswith("*") and "*" not in key[:-1]:
        return starts_with(column, key[:-1])
    return column.like(like_pattern(key), escape="/")
