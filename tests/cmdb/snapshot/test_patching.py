"""Graphs changed in place: whatever changes, they answer as those that are built anew."""

import random
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmdb.engine.graph import Dependency, ItemId, ItemNotInGraph, ListedGraph, RedundancyGroup
from cmdb.engine.impact.compact import moved
from cmdb.engine.impact.compact.arrays import GraphArrays
from cmdb.engine.impact.compact.build import build_arrays
from cmdb.engine.impact.compact.columns import GraphColumns, columns_of
from cmdb.engine.impact.compact.narrow import NarrowWalk
from cmdb.engine.impact.compact.patching import patched
from cmdb.engine.impact.compact.room import OutOfRoom, Room, used_by, with_room
from cmdb.engine.impact.compact.wide import Scratch, WideWalk
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine

IDS = [ItemId(number) for number in range(10, 22)]


class World:
    """Relations, groups and idle items that change at random; self loops and parallels included."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.idle = {item for item in IDS if draw.random() < 0.2}
        self.relations = self._some_relations()
        self.groups = self._some_groups()

    def _some_relations(self) -> list[Dependency]:
        draw = self.draw
        return [
            Dependency(
                draw.choice(IDS),
                draw.choice(IDS),
                draw.choice(["hard", "hard", "soft"]),
                0.5,
                number,
            )
            for number in range(1, draw.randrange(2, 24))
        ]

    def _some_groups(self) -> list[RedundancyGroup]:
        draw = self.draw
        return [
            RedundancyGroup(
                number,
                draw.choice(IDS),
                draw.choice(["at_least", "percent", "capacity"]),
                draw.choice([0, 1, 2, 50]),
                tuple(
                    (draw.choice(IDS), float(draw.randrange(3)), 100 * number + place)
                    for place in range(draw.randrange(4))
                ),
            )
            for number in range(1, draw.randrange(1, 6))
        ]

    def arrays(self) -> GraphArrays:
        graph = ListedGraph(tuple(IDS), tuple(self.relations), tuple(self.groups))
        return build_arrays(columns_of(graph), np.array([item in self.idle for item in IDS]))[0]

    def change(self) -> tuple[GraphColumns, dict[int, bool]]:
        """Change the needs of some items, and who takes part; return what `patched` wants."""
        draw, before = self.draw, (self.relations, self.groups)
        dirty = set(draw.sample(IDS, draw.randrange(4)))
        self.relations = self._merged(self.relations, self._some_relations(), dirty)
        self.groups = self._merged(self.groups, self._some_groups(), dirty)
        numbers: set[int] = set()
        self.groups = [
            group
            for group in self.groups
            if not (group.group_id in numbers or numbers.add(group.group_id))  # type: ignore[func-returns-value]  # kept once
        ]
        dirty |= {group.dependant for group in before[1] if group not in self.groups}
        switched = set(draw.sample(IDS, draw.randrange(2)))
        dirty |= switched
        for relation in (*before[0], *self.relations):
            dirty |= {relation.dependant} if relation.provider in switched else set()
        for group in (*before[1], *self.groups):
            members = {provider for provider, _, _ in group.members}
            dirty |= {group.dependant} if members & switched else set()
        self.idle ^= switched
        graph = ListedGraph(
            tuple(sorted(dirty)),
            tuple(one for one in self.relations if one.dependant in dirty),
            tuple(group for group in self.groups if group.dependant in dirty),
        )
        return columns_of(graph), {IDS.index(item): item in self.idle for item in switched}

    @staticmethod
    def _merged(old: list[Any], new: list[Any], dirty: Iterable[ItemId]) -> list[Any]:
        kept = [one for one in old if one.dependant not in dirty]
        return kept + [one for one in new if one.dependant in dirty]


def answers(graph: PortableGraph, item: ItemId) -> tuple[Any, ...]:
    report = graph.impact([item])
    rows = [report.affected_item(ItemId(one)) for one in report.ids.tolist()]
    why_not = [report.why_not(row.item) for row in rows]
    needs, needed = graph.suppliers(item), graph.dependants(item)
    return rows, why_not, needs.ids.tolist(), needs.distances.tolist(), needed.ids.tolist()


def wide(arrays: GraphArrays, item: ItemId) -> list[tuple[int, int, int]]:
    """The same failure walked in arrays, however small it is."""
    walk = NarrowWalk(arrays.views, [arrays.vertex(item)], room=-1)
    walk.spread()
    found = WideWalk(arrays, Scratch(arrays), walk.begun).spread()
    ids = arrays.ids[found.vertices].tolist()
    return list(zip(ids, found.states.tolist(), found.distances.tolist(), strict=True))


def assert_alike(graph: PortableGraph, anew: PortableGraph, world: World) -> None:
    for item in IDS:
        if item in world.idle:
            with pytest.raises(ItemNotInGraph):
                graph.impact([item])
            continue
        expected = answers(anew, item)
        assert answers(graph, item) == expected
        assert answers(PortableGraph(graph.arrays), item) == expected
        rows = [(row.item, row.state, row.distance) for row in expected[0]]
        assert wide(graph.held, item) == rows
    oracle = ReferenceEngine(anew.to_listed())
    for item in set(IDS) - world.idle:
        assert oracle.impact([item]).ids.tolist() == graph.impact([item]).ids.tolist()


@pytest.mark.parametrize("few", [0, 256])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_a_changed_graph_answers_as_one_built_anew(
    monkeypatch: pytest.MonkeyPatch, few: int, seed: int
) -> None:
    monkeypatch.setattr(moved, "_FEW", few)
    world = World(random.Random(seed))
    arrays, room = with_room(world.arrays())
    for _ in range(4):
        needs, idle = world.change()
        arrays = patched(arrays, room, needs, idle)
        assert_alike(PortableGraph(arrays), PortableGraph(world.arrays()), world)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_graphs_of_several_ages_and_two_drafts_share_their_arrays(seed: int) -> None:
    world = World(random.Random(seed))
    arrays, room = with_room(world.arrays())
    first = [answers(PortableGraph(arrays), item) for item in IDS if item not in world.idle]
    asked = [item for item in IDS if item not in world.idle]
    needs, idle = world.change()
    one = patched(arrays, room, needs, idle)
    expected = PortableGraph(world.arrays())
    # Another goes on from the same graph, with something else.
    other = World(random.Random(seed + 1))
    needs, idle = other.change()
    patched(arrays, room, needs, {})
    assert_alike(PortableGraph(one), expected, world)
    assert [answers(PortableGraph(arrays), item) for item in asked] == first


def test_a_full_heap_is_said_and_nothing_is_half_changed() -> None:
    world = World(random.Random(3))
    arrays = world.arrays()
    full = Room(used_by(arrays), used_by(arrays))
    before = [answers(PortableGraph(arrays), item) for item in IDS if item not in world.idle]
    asked = [item for item in IDS if item not in world.idle]
    changes = [world.change() for _ in range(50)]
    with pytest.raises(OutOfRoom):
        _ = [patched(arrays, full, *change) for change in changes]
    assert [answers(PortableGraph(arrays), item) for item in asked] == before
