"""Holds what an import recorded against what was to become of each line."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from sqlalchemy import select

from cmdb.records.items import Item
from server.foundation.database import Database
from server.imports.models import ImportLine
from tests.support.foreign_lists import Told, told_lines

#: So many differences are told.
_MOST = 20


def compared_with_told(url: str, number: int, tool: str, count: int) -> list[str]:
    """Return how an import of ``foreign_lists`` differs from what it was to be, line by line.

    Of a line that lands: name, serial, vendor, class and stage of the item, and which column is
    named as wrong. Reads both as streams.
    """
    database = Database(url)
    found: list[str] = []
    try:
        told = (one for _, one in told_lines(tool, count))
        for wanted, got in zip_longest(told, _recorded(database, number)):
            if wanted is None or got is None or not _same(wanted, got):
                found.append(f"{wanted} became {got}")
            if len(found) >= _MOST:
                break
    finally:
        database.dispose()
    return found


def _recorded(database: Database, number: int) -> Iterator[Any]:
    query = (
        select(
            *(ImportLine.number, ImportLine.outcome, ImportLine.problems),
            *(Item.name, Item.serial, Item.vendor, Item.class_code, Item.stage),
        )
        .outerjoin(Item, Item.id == ImportLine.item_id)
        .where(ImportLine.run_id == number)
        .order_by(ImportLine.number)
    )
    with database.reading() as session:
        yield from session.execute(query.execution_options(yield_per=1000))


def _same(wanted: Told, got: Any) -> bool:
    if (wanted.number, wanted.outcome) != (got.number, got.outcome):
        return False
    if set(got.problems) != ({wanted.problem} if wanted.problem else set()):
        return False
    if wanted.outcome != "created":
        return True
    names = ("name", "serial", "vendor", "class_code", "stage")
    return all(getattr(wanted, name) == getattr(got, name) for name in names)
