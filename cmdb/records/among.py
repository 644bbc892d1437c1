"""Asking for many rows by a value: one bound list, however long, instead of one marker a value.

A statement with a thousand markers is rendered, sent and planned anew for every number of them, and
PostgreSQL compares each row with each marker when it plans without statistics. One list is one
parameter: the statement stays the same, and both databases look it up through their index.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[int] | Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that ``column`` holds one of ``values``, whole numbers or texts."""
    wanted = list(values)
    kind: TypeEngine[Any] = column.type
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(literal(json.dumps(wanted), Text())).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(wanted, ARRAY(kind)))
