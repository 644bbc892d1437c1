"""Reads the live graph into columns, without the ORM: one statement a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.engine.impact.compact.arrays import RULES
from cmdb.engine.impact.compact.columns import (
    GraphColumns,
    GroupColumns,
    MemberColumns,
    RelationColumns,
)
from cmdb.model import Model
from cmdb.records.items import Item
from cmdb.records.relations import RedundancyGroup, Relation

#: Items in these stages take part in impact; a retired or merely planned one suffers nothing.
IMPACT_STAGES = ("in_use", "maintenance")


def read_columns(session: Session, model: Model) -> GraphColumns:
    """Return the dependency graph as it is now, provider first, for items that are in use."""
    items = [
        row[0] for row in session.execute(select(Item.id).where(Item.stage.in_(IMPACT_STAGES)))
    ]
    rows = session.execute(
        select(
            Relation.id,
            Relation.type_code,
            Relation.start_id,
            Relation.end_id,
            Relation.group_id,
            Relation.weight,
            Relation.capacity,
        ).where(Relation.valid_to.is_(None), Relation.type_code.in_(_impact_types(model)))
    ).all()
    sorted_rows = _sort(rows, _types(model))
    return GraphColumns(
        np.array(items, dtype=np.int64),
        _relations(sorted_rows["hard"]),
        _relations(sorted_rows["soft"]),
        _groups(session),
        _members(sorted_rows["member"]),
    )


def _types(model: Model) -> Mapping[str, tuple[str, str]]:
    return {
        kind.code: (kind.provider, kind.strength)
        for kind in model.relation_types
        if kind.provider is not None
    }


def _impact_types(model: Model) -> Sequence[str]:
    return sorted(_types(model))


def _sort(
    rows: Sequence[Any], types: Mapping[str, tuple[str, str]]
) -> dict[str, list[tuple[int, int, int, float, int, float]]]:
    """Split rows by how they carry; each is (provider, dependant, id, weight, group, capacity)."""
    found: dict[str, list[tuple[int, int, int, float, int, float]]]
    found = {"hard": [], "soft": [], "member": []}
    for relation_id, code, start, end, group_id, weight, capacity in rows:
        provider, strength = types[code]
        ends = (start, end) if provider == "start" else (end, start)
        how = "member" if group_id is not None else strength
        found[how].append((*ends, relation_id, weight, group_id or 0, capacity))
    return found


def _relations(rows: Sequence[tuple[int, int, int, float, int, float]]) -> RelationColumns:
    if not rows:
        return RelationColumns()
    provider, dependant, relation_id, weight, _, _ = zip(*rows, strict=True)
    return RelationColumns.of(provider, dependant, relation_id, weight)


def _members(rows: Sequence[tuple[int, int, int, float, int, float]]) -> MemberColumns:
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
