"""A graph after some items' needs changed: their lists, and those of their providers, moved.

What an item needs is always written anew as a whole, so that the rules of `grouping` and
`resolving` apply to changes as they do to the whole graph. O(needs of the items that changed and
relations of their providers), beside a copy of the table of what has moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

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
from cmdb.engine.impact.compact.moved import Bounds, MovedLists
from cmdb.engine.impact.compact.resolving import Findings, Relations, resolve_relations
from cmdb.engine.impact.compact.room import Room
from cmdb.engine.impact.compact.rows import distinct, follow, places


@dataclass(frozen=True)
class _Needs:
    """All that the changed items need now."""

    hard: Relations
    soft: Relations
    groups: Groups
    slots: Slots
    terms: Terms


def patched(
    arrays: GraphArrays, room: Room, needs: GraphColumns, idle: Mapping[int, bool]
) -> GraphArrays:
    """Return the graph in which `needs.items` need what `needs` says, and nothing else.

    `idle` says of vertices that they left or joined the graph; all who need one of those must be
    among the items. Raises OutOfRoom.
    """
    moved = replace(arrays.moved, idle={**arrays.moved.idle, **idle})
    arrays = replace(arrays, moved=moved)
    dirty = np.searchsorted(arrays.ids, distinct(needs.items)).astype(np.int32)
    fresh = _resolved(arrays, needs)
    old = _providers(arrays, dirty)
    return _Patch(arrays, room, dirty, fresh).applied(old)


def _resolved(arrays: GraphArrays, needs: GraphColumns) -> _Needs:
    lookup, findings = _Places(arrays), Findings()
    groups = resolve_groups(needs.groups, lookup, findings)
    slots = resolve_slots(needs.members, groups, lookup, findings)
    terms, slots = settle_terms(groups, slots, findings)
    hard = resolve_relations(needs.hard, lookup, findings)
    soft = resolve_relations(needs.soft, lookup, findings)
    return _Needs(_ordered(hard), _ordered(soft), groups, slots, terms)


class _Places:
    """`Lookup` for a few numbers: a search instead of a table as long as the graph."""

    def __init__(self, arrays: GraphArrays) -> None:
        self._arrays = arrays

    def __call__(self, wanted: Ids) -> Vertices:
        ids = self._arrays.ids
        place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        known = ids[place] == wanted
        held = [not self._arrays.is_idle(vertex) for vertex in place.tolist()]
        return np.where(known & np.array(held, np.bool_), place, -1).astype(np.int32)


def _ordered(relations: Relations) -> Relations:
    order = np.argsort(relations.dependant, kind="stable")
    return Relations(
        relations.provider[order],
        relations.dependant[order],
        relations.relation_id[order],
        relations.weight[order],
    )


def _providers(arrays: GraphArrays, dirty: Vertices) -> tuple[Vertices, Vertices]:
    """Whom the changed items needed before: in a way that takes them down, and softly."""
    hard, _ = follow(arrays.hard_bounds(dirty), arrays.hard_provider, dirty)
    soft, _ = follow(arrays.needs_bounds(dirty), arrays.needs_provider, dirty)
    first, last = arrays.owned_bounds(dirty)
    slots, _ = places(arrays.slot_start[first], arrays.slot_start[last])
    return np.concatenate([hard, arrays.slot_provider[slots]]), soft


class _Patch:
    """One change on its way into the room behind the arrays."""

    def __init__(self, arrays: GraphArrays, room: Room, dirty: Vertices, fresh: _Needs) -> None:
        self._arrays = arrays
        self._room = room
        self._dirty = dirty
        self._fresh = fresh

    def applied(self, old: tuple[Vertices, Vertices]) -> GraphArrays:
        fresh = self._fresh
        begins = self._room.take(
            {
                "hard": len(fresh.hard.provider),
                "needs": len(fresh.soft.provider),
                # One more than there are groups: it bounds the slots of the last.
                "group": len(fresh.groups.owner) + 1,
                "slot": len(fresh.slots.group),
            }
        )
        hard = self._write_relations("hard", fresh.hard, begins["hard"])
        needs = self._write_relations("needs", fresh.soft, begins["needs"])
        owned = self._write_groups(begins["group"], begins["slot"])
        strong = self._write_strong(old[0], begins["slot"])
        soft = self._write_soft(old[1])
        moved = self._arrays.moved
        lists = MovedLists(
            moved.strong.having(strong),
            moved.soft.having(soft),
            moved.hard.having(hard),
            moved.needs.having(needs),
            moved.owned.having(owned),
            moved.idle,
        )
        return replace(self._arrays, moved=lists)

    def _bounds(self, keys: Vertices, begin: int, wanted: Vertices) -> dict[int, Bounds]:
        """Where the entries of each of `wanted` lie; `keys` are those of all, ascending."""
        first = (np.searchsorted(keys, wanted, "left") + begin).tolist()
        last = (np.searchsorted(keys, wanted, "right") + begin).tolist()
        return dict(zip(wanted.tolist(), zip(first, last, strict=True), strict=True))

    def _write_relations(self, kind: str, rows: Relations, begin: int) -> dict[int, Bounds]:
        there = slice(begin, begin + len(rows.provider))
        getattr(self._arrays, f"{kind}_provider")[there] = rows.provider
        getattr(self._arrays, f"{kind}_relation")[there] = rows.relation_id
        if kind == "needs":
            self._arrays.needs_weight[there] = rows.weight
        return self._bounds(rows.dependant, begin, self._dirty)

    def _write_groups(self, begin: int, slot_begin: int) -> dict[int, Bounds]:
        arrays, groups, slots, terms = (
            self._arrays,
            self._fresh.groups,
            self._fresh.slots,
            self._fresh.terms,
        )
        there = slice(begin, begin + len(groups.owner))
        arrays.group_ids[there] = groups.group_id
        arrays.group_owner[there] = groups.owner
        arrays.group_rule[there] = groups.rule
        arrays.group_threshold[there] = groups.threshold
        arrays.group_total[there] = terms.total
        arrays.group_required[there] = terms.required
        arrays.group_spare[there] = terms.spare
        arrays.group_reduces[there] = terms.reduces
        numbers = np.arange(len(groups.owner) + 1)
        arrays.slot_start[begin : there.stop + 1] = slot_begin + np.searchsorted(
            slots.group, numbers
        )
        slot = slice(slot_begin, slot_begin + len(slots.group))
        arrays.slot_provider[slot] = slots.provider
        arrays.slot_group[slot] = slots.group + begin
        arrays.slot_weight[slot] = slots.weight
        arrays.slot_relation[slot] = slots.relation_id
        return self._bounds(groups.owner, begin, self._dirty)

    def _write_strong(self, old: Vertices, slot_begin: int) -> dict[int, Bounds]:
        arrays, fresh, items = self._arrays, self._fresh, self._arrays.item_count
        wanted = distinct(np.concatenate([old, fresh.hard.provider, fresh.slots.provider]))
        ends, carriers = follow(arrays.strong_bounds(wanted), arrays.strong_target, wanted)
        kept = ~self._is_dirty(self._owners(ends))
        own = np.arange(items + slot_begin, items + slot_begin + len(fresh.slots.group))
        target = np.concatenate([ends[kept], fresh.hard.dependant, own.astype(np.int32)])
        provider = np.concatenate([carriers[kept], fresh.hard.provider, fresh.slots.provider])
        # Slots of one item follow its groups, as where the whole graph is laid out.
        order = np.lexsort((target, self._owners(target), target >= items, provider))
        begin = self._room.take({"strong": len(target)})["strong"]
        arrays.strong_target[begin : begin + len(target)] = target[order]
        return self._bounds(provider[order], begin, wanted)

    def _write_soft(self, old: Vertices) -> dict[int, Bounds]:
        arrays, rows = self._arrays, self._fresh.soft
        wanted = distinct(np.concatenate([old, rows.provider]))
        ends, carriers = follow(arrays.soft_bounds(wanted), arrays.soft_target, wanted)
        kept = ~self._is_dirty(ends)
        target = np.concatenate([ends[kept], rows.dependant])
        provider = np.concatenate([carriers[kept], rows.provider])
        order = np.lexsort((target, provider))
        begin = self._room.take({"soft": len(target)})["soft"]
        arrays.soft_target[begin : begin + len(target)] = target[order]
        return self._bounds(provider[order], begin, wanted)

    def _owners(self, ends: Vertices) -> Vertices:
        """Whose list of needs an entry of a strong list belongs to."""
        arrays = self._arrays
        owners = ends.copy()
        member = np.flatnonzero(ends >= arrays.item_count)
        slots = ends[member] - np.int32(arrays.item_count)
        owners[member] = arrays.group_owner[arrays.slot_group[slots]]
        return owners

    def _is_dirty(self, vertices: Vertices) -> NDArray[np.bool_]:
        place = np.minimum(np.searchsorted(self._dirty, vertices), max(len(self._dirty) - 1, 0))
        if not len(self._dirty):
            return np.zeros(len(vertices), np.bool_)
        found: NDArray[np.bool_] = self._dirty[place] == vertices
        return found
