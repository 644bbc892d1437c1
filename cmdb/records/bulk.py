"""Writing many rows at once, with ids that are known before the rows are written.

Neither the ORM nor ``RETURNING`` is used: SQLite answers ``RETURNING`` row by row, and a batch of a
thousand items would become a thousand statements.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from cmdb.records.base import Base


def insert_rows(session: Session, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows`` in one ``executemany``. Every row must have the same keys."""
    if rows:
        session.connection().execute(_table(entity).insert(), rows)


def reserve_ids(session: Session, entity: type[Base], count: int) -> range | list[int]:
    """Return ``count`` new ids of ``entity``; they are this transaction's.

    On SQLite the table must be ``AUTOINCREMENT``: an id is never given twice, even after deletion.
    """
    table = _table(entity)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        found = connection.execute(
            text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)"),
            {"name": table.name, "n": count},
        )
        return [row[0] for row in found]
    # The single writer holds the write lock, so nobody else takes from the sequence meanwhile.
    known = connection.execute(
        text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
    ).scalar()
    first = (known or 0) + 1
    return range(first, first + count)


def _table(entity: type[Base]) -> Table:
    table = entity.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{entity.__name__} is not mapped to a table")
    return table
