"""The fast engine equals the plain one, and both equal the rules read aloud."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.impact.compact.narrow import NarrowWalk
from cmdb.engine.impact.compact.spread import Fall
from cmdb.engine.impact.compact.wide import Scratch, WideWalk
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from tests.cmdb.engine.impact.literal import literal_states
from tests.cmdb.engine.impact.topologies import MANY, SOME, Question, questions


@MANY
@given(questions())
def test_the_plain_engine_equals_the_rules_read_aloud(question: Question) -> None:
    report = ReferenceEngine(question.graph).impact(question.failed)
    expected = literal_states(question.graph, question.failed)
    assert {item: report.state(item) for item in question.graph.items} == expected


@MANY
@given(questions())
def test_the_portable_engine_equals_the_plain_one_row_for_row(question: Question) -> None:
    plain = ReferenceEngine(question.graph).impact(question.failed)
    fast = PortableGraph.of(question.graph).impact(question.failed)
    assert fast.ids.tolist() == plain.ids.tolist()
    assert fast.states.tolist() == plain.states.tolist()
    assert fast.distances.tolist() == plain.distances.tolist()
    assert fast.count_by_state() == plain.count_by_state()
    items = np.array(question.graph.items)
    assert fast.states_of(items).tolist() == plain.states_of(items).tolist()


@SOME
@given(questions())
def test_both_say_the_same_of_groups_and_soft_needs(question: Question) -> None:
    plain = ReferenceEngine(question.graph).impact(question.failed)
    fast = PortableGraph.of(question.graph).impact(question.failed)
    for item in question.graph.items:
        by_number = {held.group_id: held for held in plain.standings(item)}
        assert {held.group_id: held for held in fast.standings(item)} == by_number
        assert fast.soft_providers(item) == plain.soft_providers(item)


@MANY
@given(questions())
def test_the_wide_walk_equals_the_narrow_one(question: Question) -> None:
    arrays = PortableGraph.of(question.graph).arrays
    failed = sorted(arrays.vertex(item) for item in question.failed)
    walk = NarrowWalk(arrays.views, failed)
    assert walk.spread()
    slim = walk.found()
    scratch = Scratch(arrays)
    for _ in range(2):  # the second walk must find the memory of the first clean
        broad = WideWalk(arrays, scratch, Fall.start(failed)).spread()
        assert broad.vertices.tolist() == slim.vertices.tolist()
        assert broad.states.tolist() == slim.states.tolist()
        assert broad.distances.tolist() == slim.distances.tolist()
    assert not scratch.mark.any()
    assert not scratch.lost.any()


@SOME
@given(questions(), st.integers(0, 60))
def test_the_wide_walk_goes_on_wherever_the_narrow_one_stops(question: Question, room: int) -> None:
    arrays = PortableGraph.of(question.graph).arrays
    failed = sorted(arrays.vertex(item) for item in question.failed)
    scratch = Scratch(arrays)
    whole = WideWalk(arrays, scratch, Fall.start(failed)).spread()
    walk = NarrowWalk(arrays.views, failed, room)
    inside = walk.spread()
    found = walk.found() if inside else WideWalk(arrays, scratch, walk.begun).spread()
    assert found.vertices.tolist() == whole.vertices.tolist()
    assert found.states.tolist() == whole.states.tolist()
    assert found.distances.tolist() == whole.distances.tolist()
    assert not scratch.lost.any()


@SOME
@given(questions())
def test_both_find_the_same_neighbours(question: Question) -> None:
    plain, fast = ReferenceEngine(question.graph), PortableGraph.of(question.graph)
    for item in question.graph.items[:5]:
        for ask in ("suppliers", "dependants"):
            expected, found = getattr(plain, ask)(item), getattr(fast, ask)(item)
            assert found.ids.tolist() == expected.ids.tolist()
            assert found.distances.tolist() == expected.distances.tolist()


@SOME
@given(questions())
def test_both_find_the_same_single_points_and_blast_radii(question: Question) -> None:
    plain, fast = ReferenceEngine(question.graph), PortableGraph.of(question.graph)
    expected, found = (engine.single_points(question.failed) for engine in (plain, fast))
    assert found.causes.tolist() == expected.causes.tolist()
    assert found.services.tolist() == expected.services.tolist()
    assert fast.blast_radius().as_mapping() == plain.blast_radius().as_mapping()


@SOME
@given(questions())
def test_a_graph_read_back_from_arrays_answers_as_before(question: Question) -> None:
    fast = PortableGraph.of(question.graph)
    again = ReferenceEngine(fast.to_listed()).impact(question.failed)
    before = fast.impact(question.failed)
    assert again.ids.tolist() == before.ids.tolist()
    assert again.states.tolist() == before.states.tolist()


@SOME
@given(questions())
def test_groups_that_lost_members_are_the_same_in_columns_and_one_by_one(
    question: Question,
) -> None:
    items = np.array(question.graph.items, np.int64)
    found = [
        engine.impact(question.failed).losses(items)
        for engine in (PortableGraph.of(question.graph), ReferenceEngine(question.graph))
    ]
    fast, plain = (
        {
            group: (
                columns.items[row],
                columns.required[row],
                columns.remaining[row],
                columns.holds[row],
                columns.members[columns.starts[row] : columns.starts[row + 1]].tolist(),
            )
            for row, group in enumerate(columns.groups.tolist())
        }
        for columns in found
    )
    assert fast == plain
    assert all(members for *_, members in fast.values())
