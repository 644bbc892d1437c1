"""Scheduled changes that get in each other's way, also where neither alone does any harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.collisions import Collision, CollisionQuestion, PlannedChange
from cmdb.engine.impact.engine import ImpactEngine
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from tests.cmdb.engine.impact.topologies import (
    ENGINES,
    MANY,
    EngineMaker,
    Question,
    drawn,
    group,
    hard,
    letter,
    questions,
)

both_engines = pytest.mark.parametrize("engine", ENGINES, ids=["plain", "portable"])


def change(number: int, names: str, starts: float = 0, ends: float = 10) -> PlannedChange:
    return PlannedChange(number, tuple(map(letter, names)), starts, ends)


def collide(engine: ImpactEngine, services: str, *changes: PlannedChange) -> list[Collision]:
    asked = CollisionQuestion(changes, tuple(map(letter, services)))
    return list(engine.collisions(asked))


@both_engines
def test_two_harmless_changes_that_take_both_legs_of_a_service_collide(
    engine: EngineMaker,
) -> None:
    """{A B | 1} ──> C ──> S"""
    graph = engine(drawn(hard("CS"), [group("AB", "C", 1)]))
    (found,) = collide(graph, "S", change(1, "A", 0, 6), change(2, "B", 4, 9))
    assert found == Collision(1, 2, 4, 6, (), (), (letter("S"),))


@both_engines
def test_it_takes_no_direct_touch_of_the_group(engine: EngineMaker) -> None:
    """X ──> A, Y ──> B, {A B | 1} ──> S"""
    graph = engine(drawn(hard("XA", "YB"), [group("AB", "S", 1)]))
    (found,) = collide(graph, "S", change(2, "Y"), change(1, "X"))
    assert (found.first, found.second, found.only_together) == (1, 2, (letter("S"),))


@both_engines
def test_changes_to_one_leg_or_of_a_group_that_can_spare_both_do_not_collide(
    engine: EngineMaker,
) -> None:
    """{A B C | 1} ──> S"""
    graph = engine(drawn(groups=[group("ABC", "S", 1)]))
    assert collide(graph, "S", change(1, "A"), change(2, "B")) == []


@both_engines
def test_capacity_adds_up(engine: EngineMaker) -> None:
    """{A=10 B=10 C=30 | 20 capacity} ──> S"""
    graph = engine(drawn(groups=[group("ABC", "S", 20, "capacity", [10, 10, 30])]))
    rows = collide(graph, "S", change(1, "A"), change(2, "B"), change(3, "C"))
    assert [(row.first, row.second, row.only_together) for row in rows] == [
        (1, 3, (letter("S"),)),
        (2, 3, (letter("S"),)),
    ]


@both_engines
def test_windows_that_only_touch_do_not_overlap(engine: EngineMaker) -> None:
    """{A B | 1} ──> S"""
    graph = engine(drawn(groups=[group("AB", "S", 1)]))
    assert collide(graph, "S", change(1, "A", 0, 5), change(2, "B", 5, 9)) == []


@both_engines
def test_the_same_item_and_the_same_service_are_collisions_too(engine: EngineMaker) -> None:
    """A ──> S <── B"""
    graph = engine(drawn(hard("AS", "BS"), alone="C"))
    rows = collide(graph, "S", change(1, "AC"), change(2, "B"), change(3, "C"))
    assert [(row.first, row.second, row.items, row.services) for row in rows] == [
        (1, 2, (), (letter("S"),)),
        (1, 3, (letter("C"),), ()),
    ]


@both_engines
def test_one_change_is_asked_of_alone(engine: EngineMaker) -> None:
    """{A B | 1} ──> S; change 3 is on the calendar already and is edited"""
    graph = engine(drawn(groups=[group("AB", "S", 1)]))
    there = (change(1, "A"), change(2, "A"), change(3, "A"))
    asked = CollisionQuestion(there, (letter("S"),), of=change(3, "B"))
    rows = graph.collisions(asked)
    assert [(row.first, row.second) for row in rows] == [(1, 3), (2, 3)]


@both_engines
def test_a_change_to_an_item_outside_the_graph_is_refused(engine: EngineMaker) -> None:
    graph = engine(drawn(hard("AB")))
    with pytest.raises(ItemNotInGraph):
        collide(graph, "B", change(1, "AZ"))
    with pytest.raises(ItemNotInGraph):
        collide(graph, "Z", change(1, "A"))
    with pytest.raises(ItemNotInGraph):
        graph.collisions(CollisionQuestion((), (), of=change(1, "Z")))


@both_engines
def test_no_changes_do_not_collide(engine: EngineMaker) -> None:
    assert collide(engine(drawn(hard("AB"))), "B") == []


@pytest.mark.parametrize(
    ("starts", "ends"), [(5, 5), (6, 5), (0, float("nan")), (float("-inf"), 4)]
)
def test_a_window_that_is_none_is_refused_by_the_number_of_its_change(
    starts: float, ends: float
) -> None:
    with pytest.raises(ValueError, match="change 7: its window"):
        PlannedChange(7, (), starts, ends)


def test_two_changes_of_one_number_are_refused() -> None:
    with pytest.raises(ValueError, match="same number"):
        CollisionQuestion((change(1, "A"), change(1, "B")), ())


def calendars(question: Question, data: st.DataObject) -> tuple[PlannedChange, ...]:
    items = st.sets(st.sampled_from(question.graph.items), min_size=1, max_size=4)
    windows = st.tuples(st.integers(0, 20), st.integers(1, 12))
    rows = data.draw(st.lists(st.tuples(items, windows), max_size=6))
    return tuple(
        PlannedChange(number, tuple(touched), start, start + length)
        for number, (touched, (start, length)) in enumerate(rows, 1)
    )


@MANY
@given(questions(), st.data())
def test_the_fast_search_equals_brute_force(question: Question, data: st.DataObject) -> None:
    """Above all: no pair whose touched groups do not meet takes more down together than apart."""
    changes = calendars(question, data)
    of = data.draw(st.none() | st.sampled_from(changes)) if changes else None
    asked = CollisionQuestion(changes, question.graph.items, of)
    plain = ReferenceEngine(question.graph).collisions(asked)
    fast = PortableGraph.of(question.graph)
    assert fast.collisions(asked) == plain
    # What it has kept of the first question changes no answer to the next ones.
    assert fast.collisions(asked) == plain
    assert fast.collisions(CollisionQuestion(changes, ())) == PortableGraph.of(
        question.graph
    ).collisions(CollisionQuestion(changes, ()))


@MANY
@given(questions(), st.data())
def test_every_collision_can_be_replayed(question: Question, data: st.DataObject) -> None:
    changes = calendars(question, data)
    engine = PortableGraph.of(question.graph)
    by_number = {one.change_id: one for one in changes}
    for row in engine.collisions(CollisionQuestion(changes, question.graph.items)):
        one, other = by_number[row.first].items, by_number[row.second].items
        assert all(_down(engine, one, item) for item in row.services)
        assert all(_down(engine, other, item) for item in row.services)
        for item in row.only_together:
            assert not _down(engine, one, item)
            assert not _down(engine, other, item)
            assert _down(engine, (*one, *other), item)


def _down(engine: ImpactEngine, failed: tuple[ItemId, ...], item: ItemId) -> bool:
    return engine.impact(failed).state(item).text == "down"
