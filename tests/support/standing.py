"""What many tests begin with is written by the actions once, and put back as rows after that."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.foundation.database import Database

Made = TypeVar("Made")
_Photograph = list[tuple[sa.Table, list[dict[str, Any]]]]

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
            made = make(session)
        _kept[key] = made, _photograph(database.engine)
        return made
    made, rows = _kept[key]
    _put_back(database.engine, rows)
    return made


def _photograph(engine: sa.Engine) -> _Photograph:
    # Support must load before the register does.
    from server.migrations.models import Base  # noqa: PLC0415

    with engine.connect() as connection:
        found = [
            (table, [dict(row._mapping) for row in connection.execute(sa.select(table))])
            for table in Base.metadata.sorted_tables
        ]
    return [(table, rows) for table, rows in found if rows]


def _put_back(engine: sa.Engine, photograph: _Photograph) -> None:
    with engine.begin() as connection:
        for table, rows in photograph:
            connection.execute(table.insert(), rows)
        if engine.dialect.name == "postgresql":
            _move_sequences(connection, photograph)


def _move_sequences(connection: sa.Connection, photograph: _Photograph) -> None:
    """Let the next ids be higher than those put back."""
    highest = {
        table.name: max(row["id"] for row in rows)
        for table, rows in photograph
        if "id" in table.c and isinstance(table.c.id.type, sa.BigInteger)
    }
    # What has no sequence gives NULL, and then nothing is set.
    connection.execute(
        sa.select(
            *(
                sa.func.setval(sa.func.pg_get_serial_sequence(name, "id"), number)
                for name, number in highest.items()
            )
        )
    )
