"""Writing many rows at once, with ids that are known before the rows are written.

Neither the ORM nor ``RETURNING`` is used: SQLite answers ``RETURNING`` row by row, and a batch of a
thousand items would become a thousand statements. PostgreSQL takes long batches by ``COPY`` and
short ones as one statement with an array for each column: twenty rows one after the other cost this
process six times as much, and the database three times.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cmdb.records.asking import asked
from cmdb.records.base import Base
from cmdb.records.copying import copy_rows
from cmdb.records.forms import Form, form_of

#: From so many rows on, a COPY costs less than a statement with arrays.
_WORTH_A_COPY = 500
#: So many rows go to the server at a time, which writes them while we prepare the next.
_PART = 250


def insert_rows(session: Session, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows`` at once. Every row must have the same keys."""
    if not rows:
        return
    connection = session.connection()
    form = form_of(_table(entity), tuple(rows[0]), connection.dialect)
    if form.copying and len(rows) >= _WORTH_A_COPY:
        _copy(connection, form, rows)
    else:
        form.execute(connection, rows)


def insert_missing(session: Session, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert those of ``rows`` that break no unique key; whoever writes the same waits for us.

    Every row must have the same keys. Give them in the order of the key: two who add the same ones
    do not wait for each other then.
    """
    if rows:
        connection = session.connection()
        form = form_of(_table(entity), tuple(rows[0]), connection.dialect, "missing")
        form.execute(connection, rows)


def update_rows(session: Session, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Write what ``rows`` say into the rows with their ``id``. Every row must have the same keys.

    Objects of the session are not refreshed.
    """
    if rows:
        connection = session.connection()
        form = form_of(_table(entity), tuple(rows[0]), connection.dialect, "update")
        form.execute(connection, rows)


def _copy(connection: Connection, form: Form, rows: Sequence[dict[str, Any]]) -> None:
    errors = connection.dialect.loaded_dbapi.Error
    parts = (form.convert(rows[at : at + _PART]) for at in range(0, len(rows), _PART))
    try:
        copy_rows(connection, form.copying, parts)
    except errors as error:
        # A broken constraint looks the same to the caller, whichever way the rows went in.
        raise DBAPIError.instance(
            form.copying, None, error, errors, hide_parameters=True, dialect=connection.dialect
        ) from error


def reserve_ids(session: Session, entity: type[Base], count: int) -> range | list[int]:
    """Return ``count`` new ids of ``entity``; they are this transaction's.

    On SQLite the table must be ``AUTOINCREMENT``: an id is never given twice, even after deletion.
    """
    name = _table(entity).name
    if session.get_bind().dialect.name == "postgresql":
        return [row[0] for row in _from_sequence(session, name=name, n=count)]
    # The single writer holds the write lock, so nobody else takes from the sequence meanwhile.
    first = (_last_given(session, name=name).scalar() or 0) + 1
    return range(first, first + count)


@asked
def _from_sequence(_dialect: str) -> Executable:
    return text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")


@asked
def _last_given(_dialect: str) -> Executable:
    return text("SELECT seq FROM sqlite_sequence WHERE name = :name")


def _table(entity: type[Base]) -> Table:
    table = entity.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{entity.__name__} is not mapped to a table")
    return table
