"""Writing many rows at once, with ids that are known before the rows are written.

Neither the ORM nor ``RETURNING`` is used: SQLite answers ``RETURNING`` row by row, and a batch of a
thousand items would become a thousand statements.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table, text
from sqlalchemy.orm import Session

from cmdb.records.base import Base


def insert_rows(session: Session, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows`` in one ``executemany``. Every row must have the same keys.

    The statement is compiled once per set of columns and the rows are converted here: SQLAlchemy's
    own way builds two dictionaries a row, which was a quarter of a bulk request.
    """
    if not rows:
        return
    connection = session.connection()
    form = _form(_table(entity), tuple(rows[0]), connection.dialect)
    connection.exec_driver_sql(form.statement, form.convert(rows))


@dataclass(frozen=True, slots=True)
class _Form:
    """An INSERT for one set of columns, and how values become what the driver takes.

    ``converters`` are (place, function) of the columns that need one; most need none.
    """

    statement: str
    names: tuple[str, ...]
    pick: Callable[[dict[str, Any]], Sequence[Any]]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]
    positional: bool

    def convert(self, rows: Sequence[dict[str, Any]]) -> Any:
        """Return the rows as the driver wants them."""
        converted = []
        for row in rows:
            values = list(self.pick(row))
            for place, convert in self.converters:
                values[place] = convert(values[place])
            converted.append(values)
        if self.positional:
            return [tuple(values) for values in converted]
        return [dict(zip(self.names, values, strict=True)) for values in converted]


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
        )
    return known


def _converters(
    table: Table, names: Sequence[str], dialect: Dialect
) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    for place, name in enumerate(names):
        convert = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            yield place, convert


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
