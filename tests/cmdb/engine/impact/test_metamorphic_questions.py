"""What must hold between two answers about weak points, causes and collisions."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemId, ListedGraph
from cmdb.engine.impact.causes import CauseQuestion
from cmdb.engine.impact.collisions import CollisionQuestion, PlannedChange
from cmdb.engine.impact.portable import PortableGraph
from tests.cmdb.engine.impact.topologies import SOME, Question, questions

Pairs = set[tuple[int, int]]


def single_points(graph: ListedGraph) -> Pairs:
    found = PortableGraph.of(graph).single_points(graph.items)
    return set(zip(found.causes.tolist(), found.services.tolist(), strict=True))


def stricter(graph: ListedGraph) -> ListedGraph:
    groups = tuple(replace(group, threshold=group.threshold + 1) for group in graph.groups)
    return replace(graph, groups=groups)


@SOME
@given(questions())
def test_asking_more_of_the_groups_never_takes_a_single_point_away(question: Question) -> None:
    assert single_points(question.graph) <= single_points(stricter(question.graph))


@SOME
@given(questions())
def test_single_points_pass_on_to_whatever_falls_with_their_service(question: Question) -> None:
    """Who takes B down takes down all that B takes down."""
    pairs = single_points(question.graph)
    for cause, through in pairs:
        onward = {(cause, end) for start, end in pairs if start == through and end != cause}
        assert onward <= pairs


@SOME
@given(questions())
def test_a_service_may_be_asked_of_alone_or_with_others(question: Question) -> None:
    engine = PortableGraph.of(question.graph)
    pairs: Pairs = set()
    for service in question.graph.items:
        found = engine.single_points([service])
        pairs |= set(zip(found.causes.tolist(), found.services.tolist(), strict=True))
    assert pairs == single_points(question.graph)


def calendar(question: Question) -> tuple[PlannedChange, ...]:
    items = question.graph.items
    return tuple(
        PlannedChange(place, items[place : place + 2], place % 3, place % 3 + 2)
        for place in range(len(items))
    )


@SOME
@given(questions())
def test_a_further_change_takes_no_collision_away(question: Question) -> None:
    engine, changes = PortableGraph.of(question.graph), calendar(question)
    fewer = engine.collisions(CollisionQuestion(changes[:-1], question.graph.items))
    more = engine.collisions(CollisionQuestion(changes, question.graph.items))
    assert set(fewer) <= set(more)


@SOME
@given(questions())
def test_all_collisions_are_those_of_each_change(question: Question) -> None:
    engine, changes = PortableGraph.of(question.graph), calendar(question)
    services = question.graph.items
    one_by_one = {
        row
        for change in changes
        for row in engine.collisions(CollisionQuestion(changes, services, of=change))
    }
    assert one_by_one == set(engine.collisions(CollisionQuestion(changes, services)))


def renamed(item: ItemId) -> ItemId:
    return ItemId(item * 1_000_003 + 17)


@SOME
@given(questions(), st.data())
def test_other_numbers_for_the_same_items_have_the_same_causes(
    question: Question, data: st.DataObject
) -> None:
    graph = question.graph
    other = ListedGraph(
        tuple(map(renamed, graph.items)),
        tuple(
            replace(edge, provider=renamed(edge.provider), dependant=renamed(edge.dependant))
            for edge in graph.dependencies
        ),
        tuple(
            replace(
                group,
                dependant=renamed(group.dependant),
                members=tuple((renamed(item), share, row) for item, share, row in group.members),
            )
            for group in graph.groups
        ),
    )
    symptoms = data.draw(st.sets(st.sampled_from(graph.items), max_size=6))
    watched = np.array(graph.items[::2], np.int64)
    one = PortableGraph.of(graph).causes(CauseQuestion(tuple(symptoms), watched))
    two = PortableGraph.of(other).causes(
        CauseQuestion(tuple(map(renamed, symptoms)), np.array([renamed(i) for i in watched]))
    )
    assert [(renamed(row.item), row.score) for row in one.ranked] == [
        (row.item, row.score) for row in two.ranked
    ]
    assert [renamed(row.item) for row in one.together] == [row.item for row in two.together]


@SOME
@given(questions(), st.data())
def test_a_silent_watched_item_never_speaks_for_a_cause_that_reaches_it(
    question: Question, data: st.DataObject
) -> None:
    """Watching one thing more, which is well, lowers the score of all that would take it down."""
    items = question.graph.items
    symptoms = tuple(data.draw(st.sets(st.sampled_from(items), min_size=1, max_size=5)))
    well = data.draw(st.sampled_from(items))
    engine = PortableGraph.of(question.graph)
    few = engine.causes(CauseQuestion(symptoms, np.array([], np.int64), limit=100))
    more = engine.causes(CauseQuestion(symptoms, np.array([well]), limit=100))
    scores = {row.item: row.score for row in few.ranked}
    for row in more.ranked:
        assert row.score <= scores[row.item]
