"""What hangs on an item, in every table that points at items: moved to another one, and back.

Tables are found by their foreign keys, so what a later feature hangs on an item moves too. Facts
that replace each other by source move as a whole, one source at a time: of two that the same source
told, the newer ones count and the older stay with the item that nobody sees any more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint, delete, insert, select, update
from sqlalchemy.orm import Session

from cmdb.records.base import Base
from cmdb.records.facts import Address, Connection, FactSection, Installation, Interface, Listener
from cmdb.records.sources import QuarantinedValue

#: Each source's rows on an item replace what it said before.
_FACTS = (Interface, Listener, Connection, FactSection, Installation, QuarantinedValue)
#: These stay (the past, the searchable values) or are moved with care of their own.
_STAYING = frozenset(
    {
        *(entity.__tablename__ for entity in (*_FACTS, Address)),
        "history_entry",
        "identity_act",
        "item",
        "item_identifier",
        "item_source",
        "item_value",
        "redundancy_group",
        "relation",
    }
)
#: Rows that say the same although no index keeps them apart.
_SAYING_THE_SAME = {"item_party": ("role", "person_id", "group_id", "source")}
#: What a trail keeps as text.
_READERS: Mapping[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}
#: No source is called so; what is swapped waits under it.
_WAITING = "~moving"


@dataclass(frozen=True, slots=True)
class Belonging:
    """A column that points at items, and which other columns make a row unique beside it."""

    table: Table
    column: Column[Any]
    unique: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """Return the name under which a trail keeps it."""
        return f"{self.table.name}.{self.column.name}"

    def rows(self, session: Session, item_id: int) -> list[dict[str, Any]]:
        """Return the rows that point at the item."""
        found = session.execute(select(self.table).where(self.column == item_id))
        return [dict(row) for row in found.mappings()]


def belongings() -> Iterator[Belonging]:
    """Yield every column that points at items and moves without further thought."""
    for table in Base.metadata.sorted_tables:
        if table.name in _STAYING:
            continue
        for column in table.columns:
            if any(key.target_fullname == "item.id" for key in column.foreign_keys):
                yield Belonging(table, column, tuple(_unique_beside(table, column)))


def _unique_beside(table: Table, column: Column[Any]) -> Iterator[tuple[str, ...]]:
    groups = [list(table.primary_key.columns)]
    groups += [list(index.columns) for index in table.indexes if index.unique]
    groups += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    for group in groups:
        names = [one.name for one in group]
        if column.name in names:
            yield tuple(name for name in names if name != column.name)
    if table.name in _SAYING_THE_SAME:
        yield _SAYING_THE_SAME[table.name]


def sort_rows(
    session: Session, belonging: Belonging, gone: int, kept: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (rows that can move, rows of which the kept item has the same)."""
    rows = belonging.rows(session, gone)
    if not rows:
        return [], []
    there = belonging.rows(session, kept)
    taken = {group: {_key(row, group) for row in there} for group in belonging.unique}
    moving: list[dict[str, Any]] = []
    doubled: list[dict[str, Any]] = []
    for row in rows:
        twice = any(_key(row, group) in keys for group, keys in taken.items())
        (doubled if twice else moving).append(row)
    return moving, doubled


def _key(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def move_rows(session: Session, gone: int, kept: int) -> dict[str, Any]:
    """Let rows point at ``kept``; return the trail by which ``return_rows`` undoes it."""
    trail: dict[str, Any] = {}
    for belonging in belongings():
        moving, doubled = sort_rows(session, belonging, gone, kept)
        for row in doubled:
            session.execute(delete(belonging.table).where(*_this(belonging, row)))
        for row in moving:
            _point(session, belonging, row, gone, kept)
        if moving or doubled:
            trail[belonging.name] = {
                "moved": [_document(_identity(belonging, row)) for row in moving],
                "dropped": [_document(row) for row in doubled],
            }
    return trail


def return_rows(session: Session, gone: int, kept: int, trail: Mapping[str, Any]) -> None:
    """Undo ``move_rows``: what has meanwhile been deleted stays so."""
    for belonging in belongings():
        part = trail.get(belonging.name)
        if part is None:
            continue
        for stored in part["moved"]:
            _point(session, belonging, _parsed(belonging.table, stored), kept, gone)
        for stored in part["dropped"]:
            row = _parsed(belonging.table, stored)
            known = select(belonging.table).where(*_this(belonging, row))
            if session.execute(known).first() is None:
                session.execute(insert(belonging.table).values(**row))


def _point(session: Session, belonging: Belonging, row: Any, old: int, new: int) -> None:
    beside = [
        belonging.table.c[name] == value
        for name, value in _identity(belonging, row).items()
        if name != belonging.column.name
    ]
    session.execute(
        update(belonging.table)
        .where(belonging.column == old, *beside)
        .values({belonging.column.name: new})
    )


def _identity(belonging: Belonging, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: row[column.name] for column in belonging.table.primary_key.columns}


def _this(belonging: Belonging, row: Mapping[str, Any]) -> list[Any]:
    return [belonging.table.c[name] == value for name, value in _identity(belonging, row).items()]


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}


def _parsed(table: Table, stored: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {column.name: column.type.python_type for column in table.columns}
    return {
        name: _READERS[kinds[name]](value)
        if value is not None and kinds[name] in _READERS
        else value
        for name, value in stored.items()
    }


def move_facts(session: Session, origin: int, target: int, sources: Iterable[str]) -> None:
    """Move what these sources told of one item to the other, which has nothing of them."""
    for source in sorted(sources):
        for entity in _FACTS:
            told = (entity.item_id == origin, entity.source == source)
            _update(session, entity, told, item_id=target)
        _follow_interfaces(session, target, source)


def swap_facts(session: Session, one: int, other: int, source: str) -> None:
    """Exchange what a source told of two items."""
    for entity in _FACTS:
        first = (entity.item_id == one, entity.source == source)
        second = (entity.item_id == other, entity.source == source)
        waiting = (entity.item_id == one, entity.source == _WAITING)
        _update(session, entity, first, source=_WAITING)
        _update(session, entity, second, item_id=one)
        _update(session, entity, waiting, item_id=other, source=source)
    _follow_interfaces(session, one, source)
    _follow_interfaces(session, other, source)


def _follow_interfaces(session: Session, item_id: int, source: str) -> None:
    here = select(Interface.id).where(Interface.item_id == item_id, Interface.source == source)
    _update(session, Address, (Address.interface_id.in_(here),), item_id=item_id)


def _update(session: Session, entity: type[Base], where: Iterable[Any], **values: Any) -> None:
    statement = update(entity).where(*where).values(**values)
    session.execute(statement, execution_options={"synchronize_session": False})
