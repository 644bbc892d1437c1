"""Rows as lines of JSON, the same from SQLite and PostgreSQL, so that one can become the other.

A table's columns are what the database has; their types are the models' where the models know the
column, for SQLite alone cannot tell a moment from a text.
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import AddConstraint, DropConstraint

from cmdb.records.base import Base, UtcDateTime
from server.foundation.backup.archive import UnusableArchive

_BATCH = 2000
_SPARED = {"alembic_version"}


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables of the database that hold data, those referred to first."""
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _schema: not _is_search(name))
    return [table for table in metadata.sorted_tables if table.name not in _SPARED]


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """Return how many rows each of these tables has.

    Names are all that it needs: looking at every column, key and index takes SQLite a second.
    """
    names = sa.inspect(connection).get_table_names()
    held = [name for name in names if not _is_search(name) and name not in _SPARED]
    return {
        name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
        for name in held
    }


def drop_search(connection: sa.Connection) -> None:
    """Take away what ``tables_of`` leaves out; the schema brings it back empty."""
    connection.execute(sa.text("DROP TABLE IF EXISTS search_index"))
    connection.execute(sa.text("DROP TABLE IF EXISTS search_mark"))


def dump_table(connection: sa.Connection, table: sa.Table, path: Path) -> int:
    """Write the rows in the order of their key, one JSON array per line; return how many."""
    columns = [_to_read(column, connection.dialect.name) for column in _typed(table)]
    query = sa.select(*columns).select_from(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=_BATCH).execute(query)
    count = 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps([column.name for column in table.columns]) + "\n")
        for row in rows:
            stream.write(json.dumps([_plain(value) for value in row], ensure_ascii=False) + "\n")
            count += 1
    return count


def load_table(connection: sa.Connection, table: sa.Table, path: Path) -> int:
    """Insert the rows of a file that ``dump_table`` wrote; return how many.

    Raises ``UnusableArchive`` when the file does not fit the table.
    """
    with path.open(encoding="utf-8") as stream:
        names = json.loads(stream.readline())
        typed = {column.name: column for column in _typed(table)}
        if set(names) != set(typed):
            raise UnusableArchive(f"the columns of {table.name} are not those of its revision")
        readers = [_reader(typed[name]) for name in names]
        statement = _insert(table, typed, connection.dialect.name)
        count = 0
        for lines in _batches(stream):
            rows = [_row(names, readers, json.loads(line)) for line in lines]
            connection.execute(statement, rows)
            count += len(rows)
    return count


def without_references(connection: sa.Connection, tables: list[sa.Table]) -> Callable[[], None]:
    """Drop the foreign keys (PostgreSQL), for rows refer to rows that come later.

    Returns an act that puts them back, which fails when a row refers to nothing.
    """
    if connection.dialect.name == "sqlite":
        return lambda: None
    keys = [key for table in tables for key in table.foreign_key_constraints]
    for key in keys:
        connection.execute(DropConstraint(key))

    def put_back() -> None:
        for key in keys:
            connection.execute(AddConstraint(key))

    return put_back


def advance_sequences(connection: sa.Connection, tables: list[sa.Table]) -> None:
    """Let generated ids go on behind the largest that was loaded (PostgreSQL)."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        for column in table.primary_key.columns:
            name = sa.func.pg_get_serial_sequence(table.name, column.name)
            if connection.scalar(sa.select(name)) is not None:
                last = sa.select(sa.func.max(column)).scalar_subquery()
                connection.execute(sa.select(sa.func.setval(name, sa.func.coalesce(last, 1))))


def _is_search(name: str) -> bool:
    # The index of words and how far it is filled: made anew at need from what is restored.
    # SQLite would reflect its hidden tables too.
    return name.startswith(("search_index", "search_mark"))


def _typed(table: sa.Table) -> list[sa.ColumnClause[Any]]:
    known = Base.metadata.tables.get(table.name)
    return [
        sa.column(
            column.name,
            known.columns[column.name].type
            if known is not None and column.name in known.columns
            else column.type,
        )
        for column in table.columns
    ]


def _to_read(column: sa.ColumnClause[Any], dialect: str) -> sa.ColumnElement[Any]:
    if not isinstance(column.type, sa.JSON):
        return column
    # The text as it is stored: a JSON null and no value at all must stay two things.
    return sa.cast(column, sa.Text) if dialect == "postgresql" else sa.type_coerce(column, sa.Text)


def _insert(table: sa.Table, typed: dict[str, sa.ColumnClause[Any]], dialect: str) -> sa.Insert:
    values: dict[str, sa.ColumnElement[Any]] = {}
    for name, column in typed.items():
        if not isinstance(column.type, sa.JSON):
            values[name] = sa.bindparam(name, type_=column.type)
        elif dialect == "postgresql":
            values[name] = sa.cast(sa.bindparam(name, type_=sa.Text), JSONB)
        else:
            values[name] = sa.type_coerce(sa.bindparam(name, type_=sa.Text), sa.Text)
    bare = sa.table(table.name, *[sa.column(name) for name in typed])
    return sa.insert(bare).values(values)


def _row(
    names: list[str], readers: list[Callable[[Any], Any]], values: list[Any]
) -> dict[str, Any]:
    return {name: read(value) for name, read, value in zip(names, readers, values, strict=True)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def _reader(column: sa.ColumnClause[Any]) -> Callable[[Any], Any]:
    for kind, read in _READERS:
        if isinstance(column.type, kind):
            return lambda value: None if value is None else read(value)
    return lambda value: value


_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (UtcDateTime, datetime.fromisoformat),
    (sa.DateTime, datetime.fromisoformat),
    (sa.Date, date.fromisoformat),
    (sa.LargeBinary, base64.b64decode),
)


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch
