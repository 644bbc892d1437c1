"""Writing many rows at once, with ids that are known before the rows are written.

Neither the ORM nor ``RETURNING`` is used: SQLite answers ``RETURNING`` row by row, and a batch of a
thousand items would become a thousand statements. PostgreSQL takes long batches by ``COPY``: of 11
CPU seconds that a bulk request took this process, a third went into a pipeline of inserts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cmdb.records.base import Base
from cmdb.records.copying import copy_rows

#: From so many rows on, setting up a COPY costs less than what it saves.
_WORTH_A_COPY = 20
#: So many rows go to the server at a time, which writes them while we prepare the next.
_PART = 250


def insert_rows(session: Session, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows`` at once. Every row must have the same keys.

    The statement is compiled once per set of columns and the rows are converted here: SQLAlchemy's
    own way builds two dictionaries a row, which was a quarter of a bulk request.
    """
    if not rows:
        return
    connection = session.connection()
    form = _form(_table(entity), tuple(rows[0]), connection.dialect)
    if form.copying and len(rows) >= _WORTH_A_COPY:
        _copy(connection, form, rows)
    elif form.positional:
        connection.exec_driver_sql(form.statement, form.convert(rows))
    else:
        named = [dict(zip(form.names, row, strict=True)) for row in form.convert(rows)]
        connection.exec_driver_sql(form.statement, named)


def _copy(connection: Connection, form: "_Form", rows: Sequence[dict[str, Any]]) -> None:
    errors = connection.dialect.loaded_dbapi.Error
    parts = (form.convert(rows[at : at + _PART]) for at in range(0, len(rows), _PART))
    try:
        copy_rows(connection, form.copying, parts)
    except errors as error:
        # A broken constraint looks the same to the caller, whichever way the rows went in.
        raise DBAPIError.instance(
            form.copying, None, error, errors, hide_parameters=True, dialect=connection.dialect
        ) from error


@dataclass(frozen=True, slots=True)
class _Form:
    """An INSERT for one set of columns, and how values become what the driver takes.

    ``converters`` are (place, function) of the columns that need one; most need none.
    ``copying`` is the COPY statement for the same columns, where the database has one.
    """

    statement: str
    names: tuple[str, ...]
    pick: Callable[[dict[str, Any]], Sequence[Any]]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]
    positional: bool
    copying: str

    def convert(self, rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Return the rows as tuples of what the driver takes, a column at a time."""
        columns: list[Sequence[Any]] = list(zip(*map(self.pick, rows), strict=True))
        for place, convert in self.converters:
            columns[place] = _converted(columns[place], convert)
        return list(zip(*columns, strict=True))


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert a column; what stands there twice in a row, as a batch's moment, is done once."""
    done: list[Any] = []
    last: Any = _NOTHING
    result: Any = None
    for value in values:
        if value is not last:
            last, result = value, convert(value)
        done.append(result)
    return done


_NOTHING = object()
_FORMS: dict[tuple[str, str, tuple[str, ...]], _Form] = {}


def _form(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Form:
    key = (dialect.name, table.name, names)
    known = _FORMS.get(key)
    if known is None:
        compiled = table.insert().compile(dialect=dialect, column_keys=list(names))
        order = tuple(getattr(compiled, "positiontup", None) or names)
        known = _FORMS[key] = _Form(
            str(compiled),
            order,
            itemgetter(*order) if len(order) > 1 else lambda row: (row[order[0]],),
            tuple(_converters(table, order, dialect)),
            bool(getattr(compiled, "positional", False)),
            _copying(table, order, dialect),
        )
    return known


def _copying(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    if dialect.driver != "psycopg":
        return ""
    quote = dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in names)
    return f"COPY {quote.format_table(table)} ({columns}) FROM STDIN"


def _converters(
    table: Table, names: Sequence[str], dialect: Dialect
) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    for place, name in enumerate(names):
        convert = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            is_document = isinstance(table.c[name].type, JSON)
            yield place, _sparing(convert) if is_document else convert


def _sparing(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Write without an encoder what needs none: a number is what two of five values are.

    The empty document is written once: it is what two of five rows of a bulk request hold.
    """
    empty = convert({})
    # psycopg takes a document as an object that it writes itself.
    whole = str if convert(1) == "1" else convert

    def written(value: Any) -> Any:
        kind = type(value)
        if kind is int:
            return whole(value)
        return empty if kind is dict and not value else convert(value)

    return written


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
