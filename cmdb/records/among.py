"""Asking for many rows by a value: one bound list, however long, instead of one marker a value.

A statement with a thousand markers is rendered, sent and planned anew for every number of them, and
PostgreSQL compares each row with each marker when it plans without statistics. One list is one
parameter: the statement stays the same, and both databases look it up through their index.
"""

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, any_, bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine, UserDefinedType


class Listed(UserDefinedType[Any]):
    """A list that PostgreSQL is given as one text; its driver would look at every value twice.

    The parameter must be of the list's own type: a text that is cast is no constant for the
    planner, which then reads the whole table.
    """

    render_bind_cast = True
    cache_ok = True

    def __init__(self, members: str) -> None:
        self.members = members

    def get_col_spec(self, **_rest: Any) -> str:
        """Return how the type is written in SQL."""
        return f"{self.members}[]"


_WHOLE, _TEXTS = Listed("BIGINT"), Listed("TEXT")


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[int] | Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that ``column`` holds one of ``values``, whole numbers or texts."""
    dialect = session.get_bind().dialect.name
    return _holding(dialect, column, partial(bindparam, None, listed(session, values)))


def among_listed(
    dialect: str, column: InstrumentedAttribute[Any], name: str
) -> ColumnElement[bool]:
    """Return the same condition for a statement that is made once; ``listed`` gives ``name``."""
    return _holding(dialect, column, partial(bindparam, name))


def _holding(
    dialect: str, column: InstrumentedAttribute[Any], parameter: partial[BindParameter[Any]]
) -> ColumnElement[bool]:
    if dialect == "sqlite":
        told = func.json_each(parameter(type_=Text())).table_valued("value")
        return column.in_(select(told.c.value))
    kind: TypeEngine[Any] = column.type
    return column == any_(parameter(type_=_WHOLE if kind.python_type is int else _TEXTS))


def listed(session: Session, values: Iterable[int] | Iterable[str]) -> str:
    """Return a list, whole numbers or texts, as the one text that ``among_listed`` is given."""
    wanted = list(values)
    if session.get_bind().dialect.name == "sqlite":
        return json.dumps(wanted)
    written = (str(one) if isinstance(one, int) else _quoted(one) for one in wanted)
    return f"{{{','.join(written)}}}"


def pairs_among(
    dialect: str, first: InstrumentedAttribute[Any], second: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Return the condition that two texts are one of the pairs; ``pairs_listed`` gives the values.

    For a statement that is made once. Both databases look each pair up through their index.
    """
    if dialect == "sqlite":
        told = func.json_each(bindparam("pairs", type_=Text())).table_valued("value")
        pairs = select(
            func.json_extract(told.c.value, "$[0]"), func.json_extract(told.c.value, "$[1]")
        )
        return tuple_(first, second).in_(pairs)
    told = (
        func.unnest(bindparam("firsts", type_=_TEXTS), bindparam("seconds", type_=_TEXTS))
        .table_valued("one", "other")
        .render_derived()
    )
    return tuple_(first, second).in_(select(told.c.one, told.c.other))


def pairs_listed(session: Session, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what ``pairs_among`` is given."""
    wanted = [(one, other) for one, other in pairs]
    if session.get_bind().dialect.name == "sqlite":
        return {"pairs": json.dumps(wanted)}
    firsts, seconds = ([pair[place] for pair in wanted] for place in (0, 1))
    return {"firsts": listed(session, firsts), "seconds": listed(session, seconds)}


def _quoted(value: object) -> str:
    """Return a text as a member of PostgreSQL's array text."""
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
