"""Redundancy groups turned into counters: what each holds, needs and can spare.

The column form of `cmdb.engine.graph.terms_of`, which says the same about one group.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import CAPACITY_TOLERANCE, PERCENT_TOLERANCE, Finding
from cmdb.engine.impact.compact.arrays import RULES, Amounts, Ids, Vertices
from cmdb.engine.impact.compact.columns import GroupColumns, MemberColumns
from cmdb.engine.impact.compact.resolving import Findings, Lookup, PlaceOf, note
from cmdb.engine.impact.compact.rows import distinct

_PERCENT, _CAPACITY = RULES.index("percent"), RULES.index("capacity")


@dataclass(frozen=True)
class Groups:
    """Groups whose dependant is known, ordered by it."""

    group_id: Ids
    owner: Vertices
    rule: NDArray[np.int8]
    threshold: Amounts


@dataclass(frozen=True)
class Slots:
    """Members of the groups, ordered by group, then by provider; each provider once."""

    group: Vertices
    provider: Vertices
    weight: Amounts
    relation_id: Ids


@dataclass(frozen=True)
class Terms:
    """The arithmetic of each group, as in `cmdb.engine.graph.GroupTerms`."""

    total: Amounts
    required: Amounts
    spare: Amounts
    reduces: NDArray[np.bool_]


def resolve_groups(columns: GroupColumns, lookup: PlaceOf, findings: Findings) -> Groups:
    """Turn dependants into vertices; raises ValueError for bad thresholds and doubled numbers."""
    _require_amounts(columns.threshold)
    if len(distinct(columns.group_id)) < len(columns.group_id):
        raise ValueError("two redundancy groups have the same number")
    owner = lookup(columns.dependant)
    unknown = owner < 0
    note(findings, Finding.UNKNOWN_DEPENDANT, columns.group_id[unknown])
    order = np.argsort(owner, kind="stable")[np.count_nonzero(unknown) :]
    return Groups(
        columns.group_id[order], owner[order], columns.rule[order], columns.threshold[order]
    )


def resolve_slots(
    columns: MemberColumns, groups: Groups, lookup: PlaceOf, findings: Findings
) -> Slots:
    """Turn members into slots; raises ValueError for a bad capacity."""
    _require_amounts(columns.capacity)
    by_number = np.argsort(groups.group_id)
    place = Lookup(groups.group_id[by_number])(columns.group_id)
    provider = lookup(columns.provider)
    group = np.where(place < 0, -1, np.append(by_number, -1)[place]).astype(np.int32)
    loop = (provider >= 0) & (provider == np.append(groups.owner, -1)[group])
    note(findings, Finding.UNKNOWN_GROUP, columns.relation_id[group < 0])
    note(findings, Finding.UNKNOWN_END, columns.relation_id[(group >= 0) & (provider < 0)])
    note(findings, Finding.SELF_LOOP, columns.relation_id[loop])
    kept = np.flatnonzero((group >= 0) & (provider >= 0) & ~loop)
    slots = Slots(group[kept], provider[kept], columns.capacity[kept], columns.relation_id[kept])
    return _merge_parallel(slots, findings)


def _merge_parallel(slots: Slots, findings: Findings) -> Slots:
    order = np.lexsort((slots.provider, slots.group))
    group, provider = slots.group[order], slots.provider[order]
    weight, relation_id = slots.weight[order], slots.relation_id[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (group[1:] != group[:-1]) | (provider[1:] != provider[:-1])
    starts = np.flatnonzero(first)
    if len(starts) == len(order):
        return Slots(group, provider, weight, relation_id)
    least = np.minimum.reduceat(relation_id, starts)
    dropped = relation_id != least[np.cumsum(first) - 1]
    note(findings, Finding.PARALLEL_MEMBER, relation_id[dropped])
    return Slots(group[starts], provider[starts], np.maximum.reduceat(weight, starts), least)


def settle_terms(groups: Groups, slots: Slots, findings: Findings) -> tuple[Terms, Slots]:
    """Work out what each group can spare, and the weight of each slot in it."""
    count = np.bincount(slots.group, minlength=len(groups.owner)).astype(np.float64)
    capacity = np.bincount(slots.group, slots.weight, minlength=len(groups.owner))
    attainable = groups.threshold <= capacity * (1 + CAPACITY_TOLERANCE)
    reduces = (groups.rule == _CAPACITY) & attainable
    total = np.where(reduces, capacity, count)
    required = np.where(attainable | (groups.rule != _CAPACITY), _required(groups, count), count)
    required = np.minimum(required, total)
    tolerance = np.where(reduces, CAPACITY_TOLERANCE * total, 0.0)
    above = groups.threshold > np.where(groups.rule == _CAPACITY, capacity, count)
    above = np.where(groups.rule == _PERCENT, groups.threshold > 100, above)
    note(findings, Finding.EMPTY_GROUP, groups.group_id[count == 0])
    note(findings, Finding.THRESHOLD_ABOVE_TOTAL, groups.group_id[above & (count > 0)])
    terms = Terms(total, required, total - required + tolerance, reduces)
    return terms, replace(slots, weight=np.where(reduces[slots.group], slots.weight, 1.0))


def _required(groups: Groups, count: Amounts) -> Amounts:
    rounding = np.minimum(0.5, count * PERCENT_TOLERANCE)
    share = np.ceil(count * np.minimum(groups.threshold, 100) / 100 - rounding)
    needed = np.ceil(groups.threshold - CAPACITY_TOLERANCE)
    needed = np.where(groups.rule == _PERCENT, share, needed)
    return np.where(groups.rule == _CAPACITY, groups.threshold, np.maximum(needed, 0))


def _require_amounts(amounts: Amounts) -> None:
    if not np.all(np.isfinite(amounts) & (amounts >= 0)):
        raise ValueError("an amount is negative, infinite or not a number")
