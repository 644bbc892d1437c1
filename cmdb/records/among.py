"""Asking for many rows by a value: one bound list, however long, instead of one marker a value.

A statement with a thousand markers is rendered, sent and planned anew for every number of them, and
PostgreSQL compares each row with each marker when it plans without statistics. One list is one
parameter: the statement stays the same, and both databases look it up through their index.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine, UserDefinedType


class _Listed(UserDefinedType[Any]):
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


_WHOLE, _TEXTS = _Listed("BIGINT"), _Listed("TEXT")


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[int] | Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that ``column`` holds one of ``values``, whole numbers or texts."""
    wanted = list(values)
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(literal(json.dumps(wanted), Text())).table_valued("value")
        return column.in_(select(listed.c.value))
    kind: TypeEngine[Any] = column.type
    if kind.python_type is int:
        return column == any_(literal(f"{{{','.join(map(str, wanted))}}}", _WHOLE))
    return column == any_(literal(f"{{{','.join(map(_quoted, wanted))}}}", _TEXTS))


def _quoted(value: object) -> str:
    """Return a text as a member of PostgreSQL's array text."""
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
