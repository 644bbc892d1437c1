"""What a database holds, in a form two moments can be compared by; and rows for every table."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

_MOMENT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def content_hashes(engine: sa.Engine) -> dict[str, str]:
    """Return one hash per table over all its rows, whatever order they are stored in."""
    hashes: dict[str, str] = {}
    with engine.connect() as connection:
        for table in _tables(connection):
            lines = sorted(_canonical(row) for row in connection.execute(sa.select(table)))
            hashes[table.name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return hashes


def row_counts(engine: sa.Engine) -> dict[str, int]:
    """Return how many rows each table has."""
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in _tables(connection)
        }


def fill_every_table(engine: sa.Engine, metadata: sa.MetaData, rows: int = 3) -> None:
    """Put a few rows into every table, foreign keys and self-references included."""
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            for number in range(1, rows + 1):
                values = {c.name: _value(c, number) for c in table.columns}
                if any(str(check.name).endswith("one_party") for check in table.constraints):
                    values["person_id" if number % 2 else "group_id"] = None
                if any(str(check.name).endswith("_content") for check in table.constraints):
                    values["url" if number % 2 else "stored_name"] = ""
                connection.execute(table.insert().values(values))


def _tables(connection: sa.Connection) -> list[sa.Table]:
    metadata = sa.MetaData()
    # The index of words holds nothing of its own, and is filled again wherever it is missing.
    metadata.reflect(connection, only=lambda name, _schema: not name.startswith("search_index"))
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


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
