"""The made-up estate of the benchmarks as rows of a register, so that it can be read back."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.arrays import RULES
from cmdb.model import shipped_model
from cmdb.records.parties import Organisation
from cmdb.records.relations import GraphChange
from cmdb.records.sums import stored
from cmdb.snapshot.reading import GraphReader
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.benchmarks.estate_graph import Estate
from tests.support.databases import prepare_schema

_CLASSES = ("server", "virtual_machine", "switch", "service")


def fill_register(
    path: Path, estate: Estate, before: Callable[[Session], None] | None = None
) -> Database:
    """Write an estate into a new SQLite database, past the door: a million items take a minute.

    ``before`` changes the rows before the change log begins with them.
    """
    url = f"sqlite:///{path}"
    prepare_schema(url)
    now = utc_now()
    database = Database(url)
    with database.writing() as session:
        session.add(Organisation(id=1, code="bench", name="Bench", created_at=now))
    stamp = now.replace(tzinfo=None).isoformat(" ", "microseconds")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        _write(connection, "item", _items(estate, stamp))
        _write(connection, "redundancy_group", _groups(estate))
        _write(connection, "relation", _relations(estate, stamp))
    connection.close()
    with database.writing() as session:
        if before is not None:
            before(session)
        _begin_log(session)
    return database


def _begin_log(session: Session) -> None:
    """Begin the change log with what is there, as if it had come in one batch."""
    reader = GraphReader(session, shipped_model(), 1)
    total = reader.relations().sum + reader.groups().sum + reader.items().sum
    row = {"seq": 1, "at": utc_now(), "op": "group~", "row_id": 0, "checksum": stored(total)}
    session.execute(insert(GraphChange), [row])


def _write(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    names, marks = ", ".join(first), ", ".join("?" for _ in first)
    sql = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    connection.execute(sql, tuple(first.values()))
    connection.executemany(sql, (tuple(row.values()) for row in rows))


def _items(estate: Estate, now: str) -> Iterator[dict[str, Any]]:
    for item in np.sort(estate.columns.items).tolist():
        name = f"{('web', 'db', 'app')[item % 3]}-{item:07}.example.com"
        yield {
            "id": item,
            "organisation_id": 1,
            "class_code": _CLASSES[item % len(_CLASSES)],
            "name": name,
            "name_key": name,
            "stage": "in_use",
            "criticality": item % 5 if item % 7 == 0 else None,
            "vendor": "",
            "model": "",
            "serial": "",
            "attributes": "{}",
            "confidence": 1.0,
            "first_seen_at": now,
            "last_seen_at": now,
            "updated_at": now,
            "version": 1,
        }


def _groups(estate: Estate) -> Iterator[dict[str, Any]]:
    groups = estate.columns.groups
    columns = (groups.group_id, groups.dependant, groups.rule, groups.threshold)
    for number, owner, rule, threshold in _rows(columns):
        yield {
            "id": number,
            "dependant_id": owner,
            "name": f"group {number}",
            "rule": RULES[rule],
            "threshold": threshold,
            "valid_from": 1,
            "valid_to": None,
        }


def _relations(estate: Estate, now: str) -> Iterator[dict[str, Any]]:
    columns, members = estate.columns, estate.columns.members
    order = np.argsort(columns.groups.group_id)
    place = np.searchsorted(columns.groups.group_id[order], members.group_id)
    owners = columns.groups.dependant[order][place]
    plain = [(part.dependant, part.provider) for part in (columns.hard, columns.soft)]
    weights = (np.ones(len(columns.hard.provider)), np.full(len(columns.soft.provider), 0.5))
    for (dependant, provider), weight in zip(plain, weights, strict=True):
        for row in _rows((dependant, provider, weight)):
            yield _relation(row[0], row[1], now, weight=row[2])
    for owner, provider, group, capacity in _rows(
        (owners, members.provider, members.group_id, members.capacity)
    ):
        yield _relation(owner, provider, now, group=group, capacity=capacity)


def _relation(
    start: int, end: int, now: str, *, weight: float = 1.0, group: Any = None, capacity: float = 1.0
) -> dict[str, Any]:
    return {
        "organisation_id": 1,
        "type_code": "depends_on",
        "start_id": start,
        "end_id": end,
        "group_id": group,
        "capacity": capacity,
        "weight": weight,
        "source": "rest",
        "confidence": 1.0,
        "evidence": "{}",
        "note": "",
        "first_seen_at": now,
        "last_seen_at": now,
        "valid_from": 1,
        "valid_to": None,
    }


def _rows(columns: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)
