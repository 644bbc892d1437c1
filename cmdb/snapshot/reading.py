"""Reads the live graph into columns, without the ORM: one statement a table."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.arrays import RULES, Ids
from cmdb.engine.impact.compact.columns import (
    GraphColumns,
    GroupColumns,
    MemberColumns,
    RelationColumns,
)
from cmdb.model import Model
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation
from cmdb.snapshot.naming import ItemColumns
from cmdb.vocabulary import DERIVED, IMPACT_STAGES


class _Carrying(NamedTuple):
    """A relation as a failure travels it."""

    provider: int
    dependant: int
    relation_id: int
    weight: float
    group_id: int
    capacity: float


def read_items(session: Session) -> tuple[Ids, ItemColumns]:
    """Return the items that take part in impact, by id, and what a page shows of them."""
    rows = session.execute(
        select(Item.id, Item.name, Item.class_code, Item.organisation_id, Item.criticality)
        .where(Item.stage.in_(IMPACT_STAGES))
        .order_by(Item.id)
    ).all()
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    return ids, ItemColumns.of((row[1], row[2], row[3], row[4]) for row in rows)


def read_columns(session: Session, model: Model, items: Ids | None = None) -> GraphColumns:
    """Return the dependency graph as it is now, provider first, between ``items``.

    Those that take part in impact, when none are given.
    """
    if items is None:
        items, _ = read_items(session)
    types: dict[str, tuple[str, str]] = {
        kind.code: (kind.provider, kind.strength)
        for kind in model.relation_types
        if kind.provider is not None
    }
    rows = session.execute(
        select(
            Relation.id,
            Relation.type_code,
            Relation.start_id,
            Relation.end_id,
            Relation.group_id,
            Relation.weight,
            Relation.capacity,
            Relation.source,
        ).where(Relation.valid_to.is_(None), Relation.type_code.in_(sorted(types)))
    ).all()
    found = _sort(rows, types)
    return GraphColumns(
        items,
        _relations(found["hard"]),
        _relations(found["soft"]),
        _groups(session),
        _members(found["member"]),
    )


def _sort(rows: Sequence[Any], types: Mapping[str, tuple[str, str]]) -> dict[str, list[_Carrying]]:
    """Split rows by how they carry.

    A dependant that leans on its provider only in part (a weight below 1) does not fall with it,
    whatever the type says: the relation is soft. And where somebody has put a provider into a
    group, what was merely derived between the same two does not bring its failure in beside it.
    """
    found: dict[str, list[_Carrying]] = {"hard": [], "soft": [], "member": []}
    derived: list[tuple[str, _Carrying]] = []
    for relation_id, code, start, end, group_id, weight, capacity, source in rows:
        provider, strength = types[code]
        how = "soft" if weight < 1 else strength
        near, far = (start, end) if provider == "start" else (end, start)
        row = _Carrying(near, far, relation_id, weight, group_id or 0, capacity)
        if group_id is not None:
            found["member"].append(row)
        elif source == DERIVED:
            derived.append((how, row))
        else:
            found[how].append(row)
    grouped = {(row.provider, row.dependant) for row in found["member"]}
    for how, row in derived:
        if (row.provider, row.dependant) not in grouped:
            found[how].append(row)
    return found


def _relations(rows: Sequence[_Carrying]) -> RelationColumns:
    if not rows:
        return RelationColumns()
    provider, dependant, relation_id, weight, _, _ = zip(*rows, strict=True)
    return RelationColumns.of(provider, dependant, relation_id, weight)


def _members(rows: Sequence[_Carrying]) -> MemberColumns:
    if not rows:
        return MemberColumns()
    provider, _, relation_id, _, group_id, capacity = zip(*rows, strict=True)
    return MemberColumns(
        np.array(group_id, dtype=np.int64),
        np.array(provider, dtype=np.int64),
        np.array(capacity, dtype=np.float64),
        np.array(relation_id, dtype=np.int64),
    )


def _groups(session: Session) -> GroupColumns:
    rows = session.execute(
        select(
            RedundancyGroup.id,
            RedundancyGroup.dependant_id,
            RedundancyGroup.rule,
            RedundancyGroup.threshold,
        ).where(RedundancyGroup.valid_to.is_(None))
    ).all()
    if not rows:
        return GroupColumns()
    group_id, dependant, rule, threshold = zip(*rows, strict=True)
    return GroupColumns(
        np.array(group_id, dtype=np.int64),
        np.array(dependant, dtype=np.int64),
        np.array([RULES.index(code) for code in rule], dtype=np.int8),
        np.array(threshold, dtype=np.float64),
    )
