"""Removes one organisation with everything that belongs to it, and nothing else.

What belongs to it is read off the tables themselves: whatever carries its organisation, and
whatever cannot live without such a row. A new table is therefore covered on the day it is made.
"""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Table,
    delete,
    false,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from cmdb.records.base import REFERS_TO, Base
from cmdb.records.items import Item
from cmdb.records.parties import Organisation, OrganisationClosure
from cmdb.records.relations import RedundancyGroup, Relation, next_sequence, write_changes
from server.foundation.clock import utc_now

#: Rows of these say something of two things at once: without one of them they mean nothing.
_BONDS = frozenset(
    {"item_party", "role_grant", "change_approval", "order_approval", "offering_audience"}
)


def purge_organisation(session: Session, code: str) -> int:
    """Remove the organisation called ``code`` and those below it; return how many items went.

    Raises ``NotFound`` when there is none. The caller decides who may do this.
    """
    root = session.scalar(select(Organisation).where(Organisation.code == code))
    if root is None:
        raise NotFound("organisation", code)
    ids = session.scalars(
        select(OrganisationClosure.descendant_id).where(OrganisationClosure.ancestor_id == root.id)
    ).all()
    items = session.scalars(select(Item.id).where(Item.organisation_id.in_(ids))).all()
    doomed = _Doomed(list(ids))
    _log_end(session, ids, items)
    tables = list(reversed(Base.metadata.sorted_tables))
    # What refers without a foreign key is not in the order of tables: it goes before all others.
    tables.sort(key=lambda table: not any(REFERS_TO in column.info for column in table.c))
    for table in tables:
        _let_go(session, table, doomed)
        session.connection().execute(delete(table).where(doomed.rows(table)))
    return len(items)


def _log_end(session: Session, ids: Sequence[int], items: Sequence[int]) -> None:
    """Tell the change log what goes, while it is still there: items, their relations and groups."""
    doomed = select(Item.id).where(Item.organisation_id.in_(ids))
    relations = select(Relation.id).where(
        or_(
            Relation.organisation_id.in_(ids),
            Relation.start_id.in_(doomed),
            Relation.end_id.in_(doomed),
        ),
        Relation.valid_to.is_(None),
    )
    groups = select(RedundancyGroup.id).where(
        RedundancyGroup.dependant_id.in_(doomed), RedundancyGroup.valid_to.is_(None)
    )
    ending = [("relation-", row) for row in session.scalars(relations)]
    ending += [("group-", row) for row in session.scalars(groups)]
    ending += [("item-", row) for row in items]
    write_changes(session, next_sequence(session), utc_now(), ending)


class _Doomed:
    """Which rows of each table go."""

    def __init__(self, organisation_ids: list[int]) -> None:
        self._organisations = organisation_ids
        self._known: dict[str, ColumnElement[bool]] = {}

    def rows(self, table: Table) -> ColumnElement[bool]:
        """Return the condition under which a row of ``table`` goes."""
        if table.name not in self._known:
            # A table that refers to itself is not asked about itself again.
            self._known[table.name] = false()
            self._known[table.name] = self._condition(table)
        return self._known[table.name]

    def _condition(self, table: Table) -> ColumnElement[bool]:
        if table.name == Organisation.__tablename__:
            return table.c.id.in_(self._organisations)
        found: list[ColumnElement[bool]] = []
        if "organisation_id" in table.c:
            found.append(table.c.organisation_id.in_(self._organisations))
        for column, target in _references(table):
            if column.nullable and table.name not in _BONDS:
                continue
            goes = self.rows(target.table)
            if goes is not false():
                found.append(column.in_(select(target).where(goes)))
        return or_(*found) if found else false()


def _references(table: Table) -> list[tuple[Column[object], Column[object]]]:
    found: list[tuple[Column[object], Column[object]]] = []
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            found += [(e.parent, e.column) for e in constraint.elements]
    for column in table.c:
        if target := column.info.get(REFERS_TO):
            name, _, key = target.partition(".")
            found.append((column, Base.metadata.tables[name].c[key]))
    return sorted(found, key=lambda pair: pair[0].name)


def _let_go(session: Session, table: Table, doomed: _Doomed) -> None:
    """Empty the optional references that rows of others have to doomed rows of ``table``."""
    goes = doomed.rows(table)
    if goes is false():
        return
    for other in Base.metadata.sorted_tables:
        for column, target in _references(other):
            if target.table is table and column.nullable and other.name not in _BONDS:
                gone = column.in_(select(target).where(goes))
                session.connection().execute(update(other).where(gone).values({column.name: None}))
