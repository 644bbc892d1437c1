"""What many tests begin with is written by the actions once, and put back as rows after that."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.orm import Session

from server.foundation.database import Database

Made = TypeVar("Made")
#: What the driver is told, and the rows that go with it.
_Photograph = list[tuple[Any, list[tuple[Any, ...]]]]

#: By the maker and the kind of database: what it returned, and the rows that it left.
_kept: dict[tuple[Callable[[Session], Any], str], tuple[Any, _Photograph]] = {}


def standing(database: Database, make: Callable[[Session], Made]) -> Made:
    """Let what ``make`` writes stand in an empty database, and return what it returned.

    Rows of its tables are all that is put back: a maker that leaves files or moves a clock is none
    for this. What it returns is shared by all tests of the process, so nobody may change it.
    """
    key = (make, database.engine.dialect.name)
    if key not in _kept:
        with database.writing() as session:
            returned = make(session)
        _kept[key] = returned, _photograph(database.engine)
        return returned
    returned, rows = _kept[key]
    _put_back(database.engine, rows)
    return returned


def made(database: Database, make: Callable[[Session], Made]) -> Made:
    """Return again what ``make`` returned when it was last put into a database of this kind.

    Raises ``KeyError`` when it never was.
    """
    returned: Made = _kept[make, database.engine.dialect.name][0]
    return returned


def _photograph(engine: sa.Engine) -> _Photograph:
    # Support must load before the register does.
    from server.migrations.models import Base  # noqa: PLC0415

    tables = Base.metadata.sorted_tables
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return [(_insertions(connection, tables), [])]
        return [
            (str(table.insert().compile(engine)), rows)
            for table in tables
            if (rows := [tuple(row) for row in connection.execute(_as_stored(table))])
        ]


def _as_stored(table: sa.Table) -> sa.Select[*tuple[Any, ...]]:
    """Select what stands in the columns, before any type makes something of it."""
    return sa.select(*(sa.type_coerce(column, sa.types.NullType()) for column in table.c))


def _put_back(engine: sa.Engine, photograph: _Photograph) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            driver: Any = connection.connection.driver_connection
            driver.execute(photograph[0][0])
            return
        for statement, rows in photograph:
            connection.exec_driver_sql(statement, rows)


def _insertions(connection: sa.Connection, tables: Sequence[sa.Table]) -> sql.Composed:
    """Return everything that stands in the tables as one message, and where their ids go on."""
    acts: list[sql.Composable] = []
    for table in tables:
        texts = sa.select(*(sa.cast(column, sa.Text) for column in table.c))
        rows = [_listed(map(sql.Literal, row)) for row in connection.execute(texts)]
        if rows:
            names = _listed(sql.Identifier(column.name) for column in table.c)
            every = sql.SQL(", ").join(rows)
            shape = sql.SQL("INSERT INTO {} {} VALUES {}")
            acts.append(shape.format(sql.Identifier(table.name), names, every))
            acts += _going_on(connection, table)
    return sql.SQL("; ").join(acts)


def _going_on(connection: sa.Connection, table: sa.Table) -> Iterator[sql.Composed]:
    """Let the next ids be higher than those put back."""
    if "id" not in table.c or not isinstance(table.c.id.type, sa.BigInteger):
        return
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, "id")))
    if sequence is not None:
        highest = connection.scalar(sa.select(sa.func.max(table.c.id)))
        shape = sql.SQL("SELECT setval({}, {})")
        yield shape.format(sql.Literal(sequence), sql.Literal(highest))


def _listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL("({})").format(sql.SQL(", ").join(parts))
