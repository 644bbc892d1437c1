"""A graph after some items' needs changed: their lists, and those of their providers, moved.

What an item needs is always worked out anew as a whole, so that the rules of `grouping` and
`resolving` apply to changes as they do to the whole graph; what comes out the same is not written.
O(needs of the items that changed, and lists that lose an entry), beside a copy of the table of what
has moved.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import GraphArrays, Ids, Vertices
from cmdb.engine.impact.compact.columns import GraphColumns
from cmdb.engine.impact.compact.differing import Needs, differing
from cmdb.engine.impact.compact.grouping import resolve_groups, resolve_slots, settle_terms
from cmdb.engine.impact.compact.moved import Bounds, MovedLists
from cmdb.engine.impact.compact.relisting import Entries, Lists
from cmdb.engine.impact.compact.resolving import Findings, Relations, resolve_relations
from cmdb.engine.impact.compact.room import Room
from cmdb.engine.impact.compact.rows import distinct, follow, places


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
    return _Patch(arrays, room, dirty, _resolved(arrays, needs)).applied()


def _resolved(arrays: GraphArrays, needs: GraphColumns) -> Needs:
    lookup, findings = _Places(arrays), Findings()
    groups = resolve_groups(needs.groups, lookup, findings)
    slots = resolve_slots(needs.members, groups, lookup, findings)
    terms, slots = settle_terms(groups, slots, findings)
    hard = resolve_relations(needs.hard, lookup, findings)
    soft = resolve_relations(needs.soft, lookup, findings)
    return Needs(_ordered(hard), _ordered(soft), groups, slots, terms)


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


class _Patch:
    """One change on its way into the room behind the arrays; what stays the same is not written."""

    def __init__(self, arrays: GraphArrays, room: Room, dirty: Vertices, fresh: Needs) -> None:
        self._arrays = arrays
        self._room = room
        self._fresh = fresh
        differs = differing(arrays, dirty, fresh)
        self._hard, self._soft, self._owning = differs.hard, differs.soft, differs.owning

    def applied(self) -> GraphArrays:
        """Write what differs; return the graph that reads it."""
        moved = self._arrays.moved
        # The other direction is read before it changes: it tells whose lists lose an entry.
        before = self._strong_before(), self._soft_before()
        hard = self._write_relations("hard", self._fresh.hard, self._hard)
        needs = self._write_relations("needs", self._fresh.soft, self._soft)
        owned, slots = self._write_groups()
        lists = MovedLists(
            moved.strong.having(self._write_strong(before[0], slots)),
            moved.soft.having(self._write_soft(before[1])),
            moved.hard.having(hard),
            moved.needs.having(needs),
            moved.owned.having(owned),
            moved.idle,
        )
        return replace(self._arrays, moved=lists)

    def _strong_before(self) -> tuple[Entries, Vertices]:
        """Entries that stand in the lists of hard providers, and the providers of all slots."""
        arrays, level = self._arrays, self._hard
        providers, dependants = follow(arrays.hard_bounds(level), arrays.hard_provider, level)
        first, last = arrays.owned_bounds(self._owning)
        slots, _ = places(arrays.slot_start[first], arrays.slot_start[last])
        return Entries(providers, dependants), arrays.slot_provider[slots]

    def _soft_before(self) -> Entries:
        arrays, level = self._arrays, self._soft
        return Entries(*follow(arrays.needs_bounds(level), arrays.needs_provider, level))

    def _write_relations(self, kind: str, rows: Relations, whose: Vertices) -> dict[int, Bounds]:
        kept = np.isin(rows.dependant, whose)
        count = np.count_nonzero(kept)
        begin = self._room.take({kind: int(count)})[kind]
        there = slice(begin, begin + count)
        getattr(self._arrays, f"{kind}_provider")[there] = rows.provider[kept]
        getattr(self._arrays, f"{kind}_relation")[there] = rows.relation_id[kept]
        if kind == "needs":
            self._arrays.needs_weight[there] = rows.weight[kept]
        return _bounds(rows.dependant[kept], begin, whose)

    def _write_groups(self) -> tuple[dict[int, Bounds], Entries]:
        """Write groups anew; also return their slots as entries of their providers' lists."""
        arrays, fresh = self._arrays, self._fresh
        group = np.flatnonzero(np.isin(fresh.groups.owner, self._owning))
        slot = np.flatnonzero(np.isin(fresh.slots.group, group))
        # One more than there are groups: it bounds the slots of the last.
        begins = self._room.take({"group": len(group) + 1, "slot": len(slot)})
        begin, slot_begin = begins["group"], begins["slot"]
        self._write_terms(slice(begin, begin + len(group)), group)
        number = np.searchsorted(group, fresh.slots.group[slot]).astype(np.int32)
        starts = slot_begin + np.searchsorted(number, np.arange(len(group) + 1))
        arrays.slot_start[begin : begin + len(group) + 1] = starts
        there = slice(slot_begin, slot_begin + len(slot))
        arrays.slot_provider[there] = fresh.slots.provider[slot]
        arrays.slot_group[there] = number + begin
        arrays.slot_weight[there] = fresh.slots.weight[slot]
        arrays.slot_relation[there] = fresh.slots.relation_id[slot]
        own = np.arange(arrays.item_count + slot_begin, arrays.item_count + there.stop)
        entries = Entries(fresh.slots.provider[slot], own.astype(np.int32))
        return _bounds(fresh.groups.owner[group], begin, self._owning), entries

    def _write_terms(self, there: slice, group: NDArray[np.int64]) -> None:
        arrays, groups, terms = self._arrays, self._fresh.groups, self._fresh.terms
        arrays.group_ids[there] = groups.group_id[group]
        arrays.group_owner[there] = groups.owner[group]
        arrays.group_rule[there] = groups.rule[group]
        arrays.group_threshold[there] = groups.threshold[group]
        arrays.group_total[there] = terms.total[group]
        arrays.group_required[there] = terms.required[group]
        arrays.group_spare[there] = terms.spare[group]
        arrays.group_reduces[there] = terms.reduces[group]

    def _write_strong(self, before: tuple[Entries, Vertices], slots: Entries) -> dict[int, Bounds]:
        arrays, rows = self._arrays, self._fresh.hard
        kept = np.isin(rows.dependant, self._hard)
        now = Entries(rows.provider[kept], rows.dependant[kept])
        gone, new = _difference(before[0], now)
        lists = Lists(
            "strong", arrays.strong_start, arrays.moved.strong, arrays.strong_target, self._room
        )
        return lists.changed(
            distinct(np.concatenate([gone, before[1]])),
            self._is_stale,
            now.and_then(slots),
            new.and_then(slots),
        )

    def _write_soft(self, before: Entries) -> dict[int, Bounds]:
        arrays, rows = self._arrays, self._fresh.soft
        kept = np.isin(rows.dependant, self._soft)
        now = Entries(rows.provider[kept], rows.dependant[kept])
        gone, new = _difference(before, now)
        lists = Lists("soft", arrays.soft_start, arrays.moved.soft, arrays.soft_target, self._room)
        return lists.changed(distinct(gone), lambda ends: np.isin(ends, self._soft), now, new)

    def _is_stale(self, ends: Vertices) -> NDArray[np.bool_]:
        """Say of entries of a strong list whether they are written anew, if they are still true."""
        arrays = self._arrays
        stale = np.isin(ends, self._hard)
        member = np.flatnonzero(ends >= arrays.item_count)
        slots = ends[member] - np.int32(arrays.item_count)
        stale[member] = np.isin(arrays.group_owner[arrays.slot_group[slots]], self._owning)
        return stale


def _bounds(keys: Vertices, begin: int, wanted: Vertices) -> dict[int, Bounds]:
    """Where the entries of each of `wanted` lie; `keys` are those of all, ascending."""
    first = (np.searchsorted(keys, wanted, "left") + begin).tolist()
    last = (np.searchsorted(keys, wanted, "right") + begin).tolist()
    return dict(zip(wanted.tolist(), zip(first, last, strict=True), strict=True))


def _difference(before: Entries, now: Entries) -> tuple[Vertices, Entries]:
    """Return the providers that lose an entry, and the entries that come; parallel ones count."""
    old = Counter(zip(before.provider.tolist(), before.target.tolist(), strict=True))
    new = Counter(zip(now.provider.tolist(), now.target.tolist(), strict=True))
    gone = {provider for provider, _ in (old - new)}
    coming = sorted((new - old).elements())
    provider, target = zip(*coming, strict=True) if coming else ((), ())
    return (
        np.array(sorted(gone), np.int32),
        Entries(np.array(provider, np.int32), np.array(target, np.int32)),
    )
