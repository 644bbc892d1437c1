"""Reads the rows of the graph as they were at one change sequence, without the ORM.

``valid_from`` and ``valid_to`` say which relations and groups held; terms that were changed since
are taken from what is kept of the past, which is read last. What is read is therefore true at that
sequence, whatever others commit meanwhile.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, case, cast, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import False_

from cmdb.engine.impact.compact.arrays import RULES
from cmdb.engine.impact.compact.columns import GraphColumns
from cmdb.model import Model
from cmdb.records.among import among
from cmdb.records.items import Item
from cmdb.records.past import GroupPast, ItemPast, RelationPast
from cmdb.records.relations import GraphChange, RedundancyGroup, Relation, current_sequence
from cmdb.snapshot.carrying import Carrying
from cmdb.snapshot.packing import listed, packed, raw_rows
from cmdb.snapshot.rows import GroupRows, ItemRows, RelationRows
from cmdb.vocabulary import DERIVED, IMPACT_STAGES

_Column = InstrumentedAttribute[Any]


def read_columns(session: Session, model: Model) -> GraphColumns:
    """Return the dependency graph as it is now, provider first, for items that are in use."""
    reader = GraphReader(session, model, current_sequence(session))
    relations, groups, items = reader.relations(), reader.groups(), reader.items()
    return reader.carrying.columns(relations, groups, items.id[items.active])


class GraphReader:
    """Rows as they were at the sequence ``at``; all of them, or only those asked for.

    Who reads the newest state may leave the past alone (``newest``), and asks in the end whether it
    still was the newest.
    """

    def __init__(self, session: Session, model: Model, at: int, *, newest: bool = False) -> None:
        self._session = session
        self._newest = newest
        self.at = at
        self.carrying = Carrying.of(model)

    def relations(self, ids: Collection[int] | None = None) -> RelationRows:
        """Return relations; of every type, for the sum counts them all."""
        where, whole = self._named(Relation.id, ids)
        return self._relations(where, whole=whole)

    def needs_of(self, items: Collection[int]) -> RelationRows:
        """Return the relations in which any of the items depends on something."""
        return self._ends_of(items, provider_at_start=True)

    def uses_of(self, items: Collection[int]) -> RelationRows:
        """Return the relations in which something depends on any of the items."""
        return self._ends_of(items, provider_at_start=False)

    def groups(self, ids: Collection[int] | None = None) -> GroupRows:
        """Return redundancy groups."""
        where, whole = self._named(RedundancyGroup.id, ids)
        return self._groups(where, whole=whole)

    def groups_of(self, items: Collection[int]) -> GroupRows:
        """Return the redundancy groups of some items."""
        where, whole = self._named(RedundancyGroup.dependant_id, items)
        return self._groups(where, whole=whole)

    def items(self, ids: Collection[int] | None = None) -> ItemRows:
        """Return items, those that take no part in impact included."""
        where, whole = self._named(Item.id, ids)
        if _is_nothing(where):
            return ItemRows.none()
        used = case((Item.stage.in_(IMPACT_STAGES), 1), else_=0)
        columns = (Item.name, Item.class_code, Item.organisation_id, Item.criticality, used)
        query = select(Item.id, *columns).where(where).order_by(Item.id)
        rows = raw_rows(self._session, query) if whole else self._session.execute(query).all()
        if not self._has_moved_on():
            return ItemRows.of(rows)
        known = {row[0]: tuple(row) for row in rows}
        self._put_back(known)
        return ItemRows.of(list(known.values()))

    def _put_back(self, known: dict[int, Any]) -> None:
        """Make items what they were, and forget those that came later."""
        later = select(GraphChange.row_id).where(
            GraphChange.op == "item+", GraphChange.seq > self.at
        )
        for item_id in self._session.scalars(later):
            known.pop(item_id, None)
        past = select(
            ItemPast.item_id,
            ItemPast.name,
            ItemPast.class_code,
            ItemPast.organisation_id,
            ItemPast.criticality,
            case((ItemPast.stage.in_(IMPACT_STAGES), 1), else_=0),
        ).where(self._held(ItemPast.valid_from, ItemPast.valid_to))
        for row in self._session.execute(past):
            if row[0] in known:
                known[row[0]] = tuple(row)

    def _ends_of(self, items: Collection[int], *, provider_at_start: bool) -> RelationRows:
        carrying = self.carrying
        kinds = list(zip(carrying.codes, carrying.from_start.tolist(), strict=True))
        found = []
        for column, at_start in (
            (Relation.end_id, provider_at_start),
            (Relation.start_id, not provider_at_start),
        ):
            codes = [code for code, from_start in kinds if from_start == at_start]
            where, _ = self._named(column, items)
            found.append(self._relations(where & Relation.type_code.in_(codes), whole=False))
        return found[0].with_others(found[1])

    def _relations(self, where: ColumnElement[bool], *, whole: bool) -> RelationRows:
        if _is_nothing(where):
            return RelationRows.none()
        where &= self._held(Relation.valid_from, Relation.valid_to)
        rows = self._all_relations(where) if whole else self._some_relations(where)
        if self._has_moved_on():
            rows.put(*self._past_terms())
        return rows

    def _all_relations(self, where: ColumnElement[bool]) -> RelationRows:
        codes = self.carrying.codes
        # Asked of the column once, not of each code: a second at three million relations.
        kind = case(
            {code: place for place, code in enumerate(codes)}, value=Relation.type_code, else_=-1
        )
        derived = case((Relation.source == DERIVED, 1), else_=0)
        # One number says which relation and what it is: every column of three million costs.
        width = (2 * len(codes) + 1).bit_length()
        told = cast(Relation.id * 2**width + (kind + 1) * 2 + derived, BigInteger)
        query = select(told, Relation.start_id, Relation.end_id).where(where)
        columns: Any = packed(self._session, query, "iii")
        numbers, start, end = columns
        ids, flag = numbers >> width, numbers & (2**width - 1)
        plain = np.zeros_like(ids), np.ones(len(ids)), np.ones(len(ids))
        rows = RelationRows(ids, start, end, (flag >> 1) - 1, (flag & 1).astype(np.bool_), *plain)
        rows = rows if np.all(ids[1:] > ids[:-1]) else rows.only(np.argsort(ids))
        unusual = or_(Relation.group_id.is_not(None), Relation.weight != 1, Relation.capacity != 1)
        group = func.coalesce(Relation.group_id, 0)
        terms_of = select(Relation.id, group, Relation.weight, Relation.capacity)
        terms: Any = packed(self._session, terms_of.where(where, unusual), "iiff")
        rows.put(*terms)
        return rows

    def _some_relations(self, where: ColumnElement[bool]) -> RelationRows:
        query = select(
            Relation.id,
            Relation.start_id,
            Relation.end_id,
            Relation.type_code,
            Relation.source,
            Relation.group_id,
            Relation.weight,
            Relation.capacity,
        )
        found = self._session.execute(query.where(where).order_by(Relation.id)).all()
        if not found:
            return RelationRows.none()
        ids, start, end, types, sources, groups, weights, capacities = zip(*found, strict=True)
        return RelationRows(
            np.array(ids, np.int64),
            np.array(start, np.int64),
            np.array(end, np.int64),
            np.array([self.carrying.place.get(code, -1) for code in types], np.int64),
            np.array([source == DERIVED for source in sources], np.bool_),
            np.array([group or 0 for group in groups], np.int64),
            np.array(weights, np.float64),
            np.array(capacities, np.float64),
        )

    def _past_terms(self) -> list[Any]:
        past = RelationPast
        query = select(past.relation_id, past.group_id, past.weight, past.capacity)
        rows = self._session.execute(query.where(self._held(past.valid_from, past.valid_to))).all()
        return listed([(row[0], row[1] or 0, *row[2:]) for row in rows], "iiff")

    def _groups(self, where: ColumnElement[bool], *, whole: bool) -> GroupRows:
        if _is_nothing(where):
            return GroupRows.none()
        group = RedundancyGroup
        where &= self._held(group.valid_from, group.valid_to)
        rule = _rule(group.rule)
        query = select(group.id, group.dependant_id, rule, group.threshold).where(where)
        columns: Any = (
            packed(self._session, query, "iiif")
            if whole
            else listed(self._session.execute(query).all(), "iiif")
        )
        ids, dependants, rules, thresholds = columns
        rows = GroupRows(ids, dependants, rules.astype(np.int8), thresholds)
        rows = rows if np.all(ids[1:] > ids[:-1]) else rows.only(np.argsort(ids))
        if self._has_moved_on():
            past = select(GroupPast.group_id, _rule(GroupPast.rule), GroupPast.threshold)
            held = past.where(self._held(GroupPast.valid_from, GroupPast.valid_to))
            terms: Any = listed(self._session.execute(held).all(), "iif")
            rows.put(*terms)
        return rows

    def _held(self, first: _Column, last: _Column) -> ColumnElement[bool]:
        if self._newest:
            # Of what holds now, both databases keep indexes of their own.
            return last.is_(None)
        return (first <= self.at) & or_(last.is_(None), last > self.at)

    def _has_moved_on(self) -> bool:
        return not self._newest and current_sequence(self._session) > self.at

    def _named(
        self, column: _Column, values: Collection[int] | None
    ) -> tuple[ColumnElement[bool], bool]:
        """Return the condition that picks rows, and whether it picks all."""
        if values is None:
            return true(), True
        if not values:
            return false(), False
        return among(self._session, column, values), False


def _rule(column: _Column) -> ColumnElement[int]:
    """Return a rule's place among ``RULES``, as a number of the database's."""
    places = {rule: place for place, rule in enumerate(RULES)}
    return cast(case(places, value=column, else_=-1), BigInteger)


def _is_nothing(where: ColumnElement[bool]) -> bool:
    """Say whether no row was asked for: most batches touch one kind of rows alone."""
    return isinstance(where, False_)
