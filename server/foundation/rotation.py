"""Changing the key of the sealed secrets while everything goes on.

A new key seals from now on, and what older ones sealed is sealed anew, some rows at a time. Both
open until that is done; a run that was stopped is finished by the next one. A sealed secret is any
column of text whose name begins with ``sealed``, and its place is table, column and id.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, String, Table, func, select, text, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from cmdb.records.base import Base
from server.foundation.audit import record
from server.foundation.database import Database
from server.foundation.errors import SecretUnreadable
from server.foundation.permissions import Actor
from server.foundation.progress import Reporter
from server.foundation.secrets import Place, SecretBox

_PREFIX = "sealed"
_BATCH = 200
#: A process that has not read the new key yet may seal with the old one once more.
_MOST_PASSES = 5
#: So long a transaction may last that began before a key was dropped.
_PATIENCE_SECONDS = 60
_LOOK_SECONDS = 0.1
_OLDER = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start < :moment"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many secrets one column holds, and how many of them wait for the newest key."""

    place: str
    secrets: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Rotated:
    """Which key seals now, whether it is new, and how many secrets were sealed anew."""

    key_id: str
    begun: bool
    resealed: int


def sealed_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Yield every column that holds sealed secrets."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.startswith(_PREFIX) and isinstance(column.type, String):
                yield table, column


def standings(session: Session, box: SecretBox) -> list[Standing]:
    """Return how far every column is."""
    return [
        Standing(
            f"{table.name}.{column.name}",
            _count(session, column, column != ""),
            _count(session, column, _old(column, box)),
        )
        for table, column in sealed_columns()
    ]


def rotate(database: Database, actor: Actor, box: SecretBox, progress: Reporter) -> Rotated:
    """Seal everything with a new key, or finish what an earlier run left.

    Own transactions of a few rows each. A secret that no key opens is noted and stays as it is.
    """
    with database.reading() as session:
        begun = not any(standing.waiting for standing in standings(session, box))
    key_id = box.add_key() if begun else box.current_key_id
    with database.reading() as session:
        progress.begin("Sealing anew", sum(one.waiting for one in standings(session, box)))
    count = 0
    for _ in range(_MOST_PASSES):
        done = _pass(database, box, progress)
        count += done
        if not done:
            break
    with database.writing() as session:
        told = {"key": key_id, "secrets": count}
        record(session, actor, "secrets_rotated", "secrets", told)
    return Rotated(key_id, begun, count)


def forget_old_keys(database: Database, box: SecretBox, progress: Reporter) -> int:
    """Drop all keys but the newest and return how many; nothing that is sealed with one is lost.

    Whoever seals looks at the file first. So only what began before the newest key was there can
    still bring a secret under an old one: that is waited for, and sealed anew. Raises ``Conflict``
    when it does not end, or when something stays that cannot be sealed anew; then all keys stay.
    """
    _await_older_transactions(database)
    _pass(database, box, progress)
    with database.reading() as session:
        if waiting := sum(one.waiting for one in standings(session, box)):
            raise Conflict(f"{waiting} secrets still wait for the newest key")
    return box.drop_old_keys()


def _await_older_transactions(database: Database) -> None:
    if database.is_sqlite:
        # One writes at a time, and the next pass waits for its turn.
        return
    with database.reading() as session:
        now = session.scalar(text("SELECT clock_timestamp()"))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with database.reading() as session:
            if not session.scalar(_OLDER, {"moment": now}):
                return
        if time.monotonic() > deadline:
            raise Conflict("a transaction of the database does not end; try again when it has")
        time.sleep(_LOOK_SECONDS)


def _pass(database: Database, box: SecretBox, progress: Reporter) -> int:
    """Seal anew what waits, once through; return how many."""
    done = 0
    for table, column in sealed_columns():
        last = 0
        while True:
            with database.writing() as session:
                query = select(table.c.id, column).where(_old(column, box), table.c.id > last)
                rows = session.execute(query.order_by(table.c.id).limit(_BATCH)).all()
                done += sum(_reseal(session, box, column, row, progress) for row in rows)
            if not rows:
                break
            last = rows[-1][0]
            progress.advance(len(rows))
    return done


def _reseal(
    session: Session, box: SecretBox, column: Column[Any], row: Any, progress: Reporter
) -> bool:
    row_id, sealed = row
    place = Place(column.table.name, column.name, row_id)
    try:
        anew = resealed(box, sealed, place)
    except SecretUnreadable as error:
        progress.note(f"{place.table} {row_id}: {error}")
        return False
    # Whoever changed it meanwhile has sealed it with a key of their own.
    statement = update(column.table).where(column.table.c.id == row_id, column == sealed)
    session.execute(statement.values({column.name: anew}))
    return True


def resealed(box: SecretBox, sealed: str, place: Place) -> str:
    """Return the same secret under the newest key."""
    return box.seal(box.open(sealed, place), place)


def _old(column: Column[Any], box: SecretBox) -> Any:
    return (column != "") & ~column.startswith(box.mark, autoescape=True)


def _count(session: Session, column: Column[Any], condition: Any) -> int:
    return session.scalar(select(func.count()).select_from(column.table).where(condition)) or 0
