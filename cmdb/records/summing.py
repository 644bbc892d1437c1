"""The sum of the graph's rows, kept by the change log: what each batch adds to it and takes away.

The tables are taken by name, for the log is written beside the definitions of some of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, Table, bindparam, func, select
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.asking import asked
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows
from cmdb.records.past import GroupPast, ItemPast, RelationPast
from cmdb.records.sums import (
    Hashes,
    group_hashes,
    item_hashes,
    relation_hashes,
    stored,
    text_marks,
    total,
)
from cmdb.vocabulary import IMPACT_STAGES

Change = tuple[str, int]
"""(op, row id), as in the change log."""

_Row = Mapping[str, Any]
_Step = tuple[str, int, int]


def _items(rows: Sequence[_Row]) -> Hashes:
    return item_hashes(
        [row["id"] for row in rows],
        text_marks(row["name"] for row in rows),
        text_marks(row["class_code"] for row in rows),
        [row["organisation_id"] for row in rows],
        [-1 if row["criticality"] is None else row["criticality"] for row in rows],
        [row["stage"] in IMPACT_STAGES for row in rows],
    )


def _relations(rows: Sequence[_Row]) -> Hashes:
    columns = ("id", "start_id", "end_id", "group_id", "weight", "capacity")
    return relation_hashes(*([row[name] or 0 for row in rows] for name in columns))


def _groups(rows: Sequence[_Row]) -> Hashes:
    rules = (row["rule"] for row in rows)
    columns = ([row[name] for row in rows] for name in ("id", "dependant_id", "threshold"))
    number, dependant, threshold = columns
    return group_hashes(number, dependant, text_marks(rules), threshold)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of rows that make the graph: where they are, and where their past is."""

    table_name: str
    past: type[Base]
    key: str
    terms: tuple[str, ...]
    fixed: tuple[str, ...]
    hashes: Callable[[Sequence[_Row]], Hashes]

    @property
    def ends(self) -> bool:
        return "valid_to" in self.table.c

    @property
    def table(self) -> Table:
        return Base.metadata.tables[self.table_name]


_KINDS = {
    "item": _Kind(
        "item",
        ItemPast,
        "item_id",
        ("name", "class_code", "stage", "criticality", "organisation_id"),
        (),
        _items,
    ),
    "relation": _Kind(
        "relation",
        RelationPast,
        "relation_id",
        ("group_id", "weight", "capacity"),
        ("start_id", "end_id"),
        _relations,
    ),
    "group": _Kind(
        "redundancy_group", GroupPast, "group_id", ("rule", "threshold"), ("dependant_id",), _groups
    ),
}


def keep_past(session: Session, kind: str, steps: Mapping[int, int]) -> None:
    """Keep what rows are, before they are changed; ``steps`` is {row id: sequence of the change}.

    ``kind`` is "item", "relation" or "group", as in the change log.
    """
    if not steps:
        return
    rows_of, table, past = _KINDS[kind], _KINDS[kind].table, _KINDS[kind].past.__table__
    last = select(func.max(past.c.valid_to)).where(past.c[rows_of.key] == table.c.id)
    since = func.coalesce(last.scalar_subquery(), table.c["valid_from"] if rows_of.ends else 0)
    terms = [table.c[name] for name in rows_of.terms]
    query = select(table.c.id.label(rows_of.key), since.label("valid_from"), *terms)
    found = session.execute(query.where(_of(session, table, steps))).mappings()
    rows = [dict(row) | {"valid_to": steps[row[rows_of.key]]} for row in found]
    insert_rows(session, rows_of.past, rows)


def checksum_after(
    session: Session, first: int, changes: Sequence[Change], inserted: Sequence[_Row] = ()
) -> int:
    """Return the sum after ``changes``, which are numbered from ``first``, as it is stored.

    ``inserted`` are the new rows, all of one kind, or none: then they are read.
    """
    before = _sum_at(session, seq=first - 1).scalar()
    if before is None and first > 1:
        return whole_checksum(session)
    steps: dict[str, list[_Step]] = {kind: [] for kind in _KINDS}
    for sequence, (op, row_id) in enumerate(changes, start=first):
        steps[op[:-1]].append((op[-1], row_id, sequence))
    gains = (_gain(session, _KINDS[kind], steps[kind], inserted) for kind in _KINDS if steps[kind])
    return stored((before or 0) + sum(gains))


@asked
def _sum_at(_dialect: str) -> Executable:
    log = Base.metadata.tables["graph_change"]
    return select(log.c.checksum).where(log.c.seq == bindparam("seq"))


def whole_checksum(session: Session) -> int:
    """Return the sum of all live rows, as it is stored; takes seconds at a million items."""
    return stored(sum(total(kind.hashes(_live(session, kind))) for kind in _KINDS.values()))


def _gain(
    session: Session, rows_of: _Kind, steps: Sequence[_Step], inserted: Sequence[_Row]
) -> int:
    """Return by how much the changes of one kind of rows change the sum."""
    if all(sign == "+" for sign, _, _ in steps) and len(inserted) == len(steps):
        return total(rows_of.hashes(inserted))
    rows = {row["id"]: row for row in _named(session, rows_of, [row_id for _, row_id, _ in steps])}
    before = _before(session, rows_of, steps) if any(step[0] == "~" for step in steps) else {}
    plus = [rows[row_id] for sign, row_id, _ in steps if sign != "-" and row_id in rows]
    minus = [
        {**rows[row_id], **before.get((row_id, seq), {})}
        for sign, row_id, seq in steps
        if sign != "+" and row_id in rows
    ]
    return total(rows_of.hashes(plus)) - total(rows_of.hashes(minus))


def _live(session: Session, rows_of: _Kind) -> list[_Row]:
    table = rows_of.table
    query = _query(rows_of)
    if rows_of.ends:
        query = query.where(table.c.valid_to.is_(None))
    return [dict(row) for row in session.execute(query).mappings()]


def _named(session: Session, rows_of: _Kind, ids: Sequence[int]) -> list[_Row]:
    query = _query(rows_of).where(_of(session, rows_of.table, ids))
    return [dict(row) for row in session.execute(query).mappings()]


def _query(rows_of: _Kind) -> Any:
    table = rows_of.table
    return select(*(table.c[name] for name in ("id", *rows_of.fixed, *rows_of.terms)))


def _of(session: Session, table: Table, ids: Any) -> ColumnElement[bool]:
    column: Any = table.c.id
    return among(session, column, ids)


def _before(
    session: Session, rows_of: _Kind, steps: Sequence[_Step]
) -> dict[tuple[int, int], _Row]:
    """Return the terms that ended with the steps, by (row id, sequence)."""
    past = rows_of.past.__table__
    key, end = past.c[rows_of.key], past.c.valid_to
    query = select(key, end, *(past.c[name] for name in rows_of.terms)).where(
        end.between(steps[0][2], steps[-1][2])
    )
    return {
        (row[key], row[end]): {name: row[name] for name in rows_of.terms}
        for row in session.execute(query).mappings()
    }
