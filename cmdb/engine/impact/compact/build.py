"""Columns of a register turned into the compact graph, by sorting and counting alone.

>>> from cmdb.engine.impact.compact.columns import RelationColumns
>>> hard = RelationColumns.of([10, 20, 30], [20, 30, 30], [1, 2, 3])
>>> arrays, findings = build_arrays(GraphColumns(np.array([10, 20, 30]), hard))
>>> arrays.strong_target.tolist(), findings
([1, 2], {<Finding.SELF_LOOP: 'self_loop'>: array([3])})
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import GraphArrays, Ids, Vertices
from cmdb.engine.impact.compact.columns import GraphColumns
from cmdb.engine.impact.compact.grouping import (
    Groups,
    Slots,
    Terms,
    resolve_groups,
    resolve_slots,
    settle_terms,
)
from cmdb.engine.impact.compact.resolving import Findings, Lookup, Relations, resolve_relations
from cmdb.engine.impact.compact.rows import distinct

_MOST = 2**31 - 1


def build_arrays(
    columns: GraphColumns, idle: NDArray[np.bool_] | None = None
) -> tuple[GraphArrays, Findings]:
    """Sort `columns` into a graph, passing over what `cmdb.engine.graph` says is ignored.

    Items that `idle` marks, in ascending order of all items, get a place but no part in the graph.
    Raises ValueError for amounts that are negative or not finite and for two groups of one number,
    OverflowError beyond 2**31 - 1 items and relations. O(E log E).
    """
    providers = (columns.hard.provider, columns.soft.provider, columns.members.provider)
    if len(columns.items) + sum(len(part) for part in providers) > _MOST:
        raise OverflowError("the portable engine holds at most 2**31 - 1 items and relations")
    ids = distinct(columns.items)
    findings: Findings = {}
    lookup = Lookup(ids, idle)
    hard = resolve_relations(columns.hard, lookup, findings)
    soft = resolve_relations(columns.soft, lookup, findings)
    groups = resolve_groups(columns.groups, lookup, findings)
    slots = resolve_slots(columns.members, groups, lookup, findings)
    terms, slots = settle_terms(groups, slots, findings)
    arrays = _assemble(ids, (hard, soft), groups, slots, terms)
    return (arrays if idle is None else replace(arrays, idle=idle)), findings


def _assemble(
    ids: Ids, relations: tuple[Relations, Relations], groups: Groups, slots: Slots, terms: Terms
) -> GraphArrays:
    hard, soft = relations
    count = len(ids)
    own_slots = np.arange(count, count + len(slots.group), dtype=np.int32)
    strong_start, strong_order = _rows(np.concatenate([hard.provider, slots.provider]), count)
    soft_start, soft_order = _rows(soft.provider, count)
    hard_start, hard_order = _rows(hard.dependant, count)
    needs_start, needs_order = _rows(soft.dependant, count)
    return GraphArrays(
        ids=ids,
        strong_start=strong_start,
        strong_target=np.concatenate([hard.dependant, own_slots])[strong_order],
        soft_start=soft_start,
        soft_target=soft.dependant[soft_order],
        hard_start=hard_start,
        hard_provider=hard.provider[hard_order],
        hard_relation=hard.relation_id[hard_order],
        needs_start=needs_start,
        needs_provider=soft.provider[needs_order],
        needs_relation=soft.relation_id[needs_order],
        needs_weight=soft.weight[needs_order].astype(np.float32),
        owned_start=_bounds(groups.owner, count),
        group_ids=groups.group_id,
        group_owner=groups.owner,
        group_rule=groups.rule,
        group_threshold=groups.threshold,
        group_total=terms.total,
        group_required=terms.required,
        group_spare=terms.spare,
        group_reduces=terms.reduces,
        slot_start=_bounds(slots.group, len(groups.owner)),
        slot_provider=slots.provider,
        slot_group=slots.group,
        slot_weight=slots.weight,
        slot_relation=slots.relation_id,
    )


def _bounds(keys: Vertices, count: int) -> Vertices:
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(keys, minlength=count), out=start[1:])
    return start


def _rows(keys: Vertices, count: int) -> tuple[Vertices, Ids]:
    """Bounds of each key's list, and the order that puts the lists one after another.

    Sorting key and place packed into one number beats a stable argsort five times.
    """
    packed = keys.astype(np.int64) << 32
    packed |= np.arange(len(keys), dtype=np.int64)
    packed.sort()
    packed &= 0xFFFFFFFF
    return _bounds(keys, count), packed
