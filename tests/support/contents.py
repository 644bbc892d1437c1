"""What a database holds, in a form two moments can be compared by; and rows for every table."""

import functools
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

_MOMENT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def content_hashes(engine: sa.Engine) -> dict[str, str]:
    """Return one hash per table over all its rows, whatever order they are stored in."""
    with engine.connect() as connection:
        return {one.name: _hash(_lines(connection, one)) for one in _tables(connection)}


def row_counts(engine: sa.Engine) -> dict[str, int]:
    """Return how many rows each table has."""
    with engine.connect() as connection:
        return {name: _count(connection, sa.table(name)) for name in _names(connection)}


def counts_and_hashes(engine: sa.Engine) -> tuple[dict[str, int], dict[str, str]]:
    """Return both, from one reading of all rows."""
    with engine.connect() as connection:
        lines = {table.name: _lines(connection, table) for table in _tables(connection)}
    counts = {name: len(found) for name, found in lines.items()}
    return counts, {name: _hash(found) for name, found in lines.items()}


def fill_every_table(engine: sa.Engine, metadata: sa.MetaData, rows: int = 3) -> None:
    """Put a few rows into every table, foreign keys and self-references included."""
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(
                table.insert(), [_row(table, number) for number in range(1, rows + 1)]
            )


def _row(table: sa.Table, number: int) -> dict[str, Any]:
    values = {c.name: _value(c, number) for c in table.columns}
    if any(str(check.name).endswith("one_party") for check in table.constraints):
        other = "person_id" if "person_id" in table.columns else "organisation_id"
        values[other if number % 2 else "group_id"] = None
    if any(str(check.name).endswith("_content") for check in table.constraints):
        values["url" if number % 2 else "stored_name"] = ""
    return values


def _names(connection: sa.Connection) -> list[str]:
    # The index of words holds nothing of its own, and is filled again wherever it is missing.
    names = sa.inspect(connection).get_table_names()
    return [n for n in names if n != "alembic_version" and not n.startswith("search_index")]


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables as the database describes them, without keys and indexes.

    Reflecting those too takes ten times as long, and rows have none.
    """
    names = _names(connection)
    told = sa.inspect(connection).get_multi_columns(filter_names=names) if names else {}
    columns = {name: found for (_schema, name), found in told.items()}
    return [
        _table(name, tuple(_Column(c["name"], repr(c["type"]), c["type"]) for c in columns[name]))
        for name in names
    ]


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    described: str
    kind: sa.types.TypeEngine[Any] = field(compare=False)


@functools.cache
def _table(name: str, columns: tuple[_Column, ...]) -> sa.Table:
    """Return the same table for the same description: its statement was compiled before then."""
    return sa.Table(name, sa.MetaData(), *(sa.Column(one.name, one.kind) for one in columns))


def _count(connection: sa.Connection, table: sa.FromClause) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _lines(connection: sa.Connection, table: sa.Table) -> list[str]:
    return [_canonical(row) for row in connection.execute(sa.select(table))]


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _canonical(row: sa.Row[Any]) -> str:
    return json.dumps(dict(row._mapping), sort_keys=True, default=repr)


def _value(column: sa.Column[Any], number: int) -> Any:
    if any(key.column.table is column.table for key in column.foreign_keys):
        return number - 1 or None
    for key in column.foreign_keys:
        return _value(key.column, number)
    if isinstance(column.type, sa.Integer):
        return number
    for kind, make in _MAKERS:
        if isinstance(column.type, kind):
            return make(column.name, number)
    raise AssertionError(f"no value for {column.table.name}.{column.name}: {column.type!r}")


_MAKERS: list[tuple[type[Any], Any]] = [
    (sa.Date, lambda name, number: date(2026, 4 if "end" in name else 3, number)),
    (sa.Boolean, lambda _name, number: number % 2 == 0),
    (sa.Float, lambda _name, number: number + 0.25),
    (sa.JSON, lambda name, number: {name: [number, "ñ", None], "nested": {"deep": True}}),
    (sa.LargeBinary, lambda name, number: f"{name}\x00{number}".encode()),
    (sa.String, lambda name, number: f"{name} {number} ñ ж"),
    # What ends, ends after it began.
    (
        sa.types.TypeDecorator,
        lambda name, number: _MOMENT + timedelta(days=number, hours="end" in name),
    ),
]
