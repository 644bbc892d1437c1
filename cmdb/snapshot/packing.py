"""Whole tables as arrays, without an object for every row on the way.

PostgreSQL packs the columns into one binary value; SQLite's rows run straight into an array. At a
million items this is what a rebuild spends its time on.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select
from sqlalchemy.orm import Session

Numbers = NDArray[np.int64]
Amounts = NDArray[np.float64]

_KINDS: dict[str, Any] = {"i": np.int64, "f": np.float64}
_SENDS = {"i": "int8send", "f": "float8send"}


def packed(
    session: Session, query: Select[*tuple[Any, ...]], kinds: str
) -> list[Numbers | Amounts]:
    """Return the columns of ``query`` as arrays; ``kinds`` says of each "i" (int64) or "f".

    The query must not have parameters that cannot be written into its text. No column is null.
    """
    connection = session.connection()
    sql = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "postgresql":
        return _sent(session, sql, kinds)
    cursor: Any = connection.exec_driver_sql(sql).cursor
    if "f" not in kinds:
        flat = np.fromiter(chain.from_iterable(cursor), np.int64)
        table = flat.reshape(-1, len(kinds))
        return [np.ascontiguousarray(table[:, place]) for place in range(len(kinds))]
    # Ids below 2**53 pass through a float unharmed.
    mixed = np.fromiter(chain.from_iterable(cursor), np.float64).reshape(-1, len(kinds))
    return [mixed[:, place].astype(_KINDS[kind]) for place, kind in enumerate(kinds)]


def _sent(session: Session, sql: str, kinds: str) -> list[Numbers | Amounts]:
    names = [f"c{place}" for place in range(len(kinds))]
    sent = "||".join(f"{_SENDS[kind]}({name})" for name, kind in zip(names, kinds, strict=True))
    wrapped = f"SELECT string_agg({sent}, ''::bytea) FROM ({sql}) AS packed ({', '.join(names)})"  # noqa: S608 - our own text
    found = session.connection().exec_driver_sql(wrapped).scalar() or b""
    shape = np.dtype([(n, f">{kind}8") for n, kind in zip(names, kinds, strict=True)])
    table = np.frombuffer(found, shape)
    return [table[name].astype(_KINDS[kind]) for name, kind in zip(names, kinds, strict=True)]


def listed(rows: Sequence[Sequence[Any]], kinds: str) -> list[Numbers | Amounts]:
    """Return the columns of a few rows as arrays, as ``packed`` does of whole tables."""
    columns: Any = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return [np.array(column, _KINDS[kind]) for column, kind in zip(columns, kinds, strict=True)]


def raw_rows(session: Session, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the driver's own rows of ``query``, unconverted."""
    connection = session.connection()
    sql = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    cursor: Any = connection.exec_driver_sql(sql).cursor
    with without_collection():
        return list(cursor)


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the collector from walking a million rows again and again while they are read.

    Nothing that is read refers to itself: there is nothing to be found.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
