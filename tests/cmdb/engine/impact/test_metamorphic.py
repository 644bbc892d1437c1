"""How an answer must change, or not, when the question changes."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import Dependency, ItemId, ListedGraph, RedundancyGroup
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.values import State
from tests.cmdb.engine.impact.topologies import MANY, SOME, Question, questions


def verdicts(graph: ListedGraph, failed: frozenset[ItemId]) -> dict[ItemId, State]:
    report = PortableGraph.of(graph).impact(failed)
    return {item: report.state(item) for item in graph.items}


def whole(graph: ListedGraph, failed: frozenset[ItemId]) -> list[tuple[int, int, int]]:
    report = PortableGraph.of(graph).impact(failed)
    columns = report.ids.tolist(), report.states.tolist(), report.distances.tolist()
    return list(zip(*columns, strict=True))


@MANY
@given(questions(), st.data())
def test_more_failures_never_make_anything_better(question: Question, data: st.DataObject) -> None:
    more = question.failed | {data.draw(st.sampled_from(question.graph.items))}
    before, after = verdicts(question.graph, question.failed), verdicts(question.graph, more)
    assert all(after[item] >= before[item] for item in before)


@MANY
@given(questions())
def test_asking_more_of_the_groups_never_makes_anything_better(question: Question) -> None:
    graph = question.graph
    stricter = replace(
        graph, groups=tuple(replace(group, threshold=group.threshold + 1) for group in graph.groups)
    )
    before, after = verdicts(graph, question.failed), verdicts(stricter, question.failed)
    assert all(after[item] >= before[item] for item in before)


@MANY
@given(questions())
def test_needing_every_member_equals_hard_relations_as_far_as_down_goes(
    question: Question,
) -> None:
    """Only *down* is compared: hard relations also pass degraded and at risk on, groups do not."""
    graph = question.graph
    strict = replace(graph, groups=tuple(_all_of(group) for group in graph.groups))
    joined = [
        Dependency(provider, group.dependant)
        for group in graph.groups
        for provider, _, _ in group.members
    ]
    hard = replace(graph, groups=(), dependencies=(*graph.dependencies, *joined))
    one, other = verdicts(strict, question.failed), verdicts(hard, question.failed)
    down = {item for item, state in one.items() if state is State.DOWN}
    assert down == {item for item, state in other.items() if state is State.DOWN}


def _all_of(group: RedundancyGroup) -> RedundancyGroup:
    return replace(group, rule="at_least", threshold=len(group.members))


@SOME
@given(questions())
def test_a_group_of_one_that_is_needed_takes_down_as_a_hard_relation_does(
    question: Question,
) -> None:
    graph = question.graph
    hard = [edge for edge in graph.dependencies if edge.kind == "hard"]
    ones = [
        RedundancyGroup(1_000 + place, edge.dependant, "percent", 100, ((edge.provider, 1, 0),))
        for place, edge in enumerate(hard)
    ]
    by_hard = verdicts(replace(graph, groups=(), dependencies=tuple(hard)), question.failed)
    by_group = verdicts(replace(graph, groups=tuple(ones), dependencies=()), question.failed)
    assert by_group == by_hard


@SOME
@given(questions())
def test_the_distance_over_hard_relations_alone_is_the_number_of_hops(question: Question) -> None:
    hard = [edge for edge in question.graph.dependencies if edge.kind == "hard"]
    graph = PortableGraph.of(ListedGraph(question.graph.items, tuple(hard)))
    for item in question.failed:
        report, users = graph.impact([item]), graph.dependants(item)
        assert report.ids.tolist()[1:] == users.ids.tolist()
        assert report.distances.tolist()[1:] == users.distances.tolist()


@SOME
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_in_which_a_graph_is_told_changes_nothing(
    question: Question, dice: Random
) -> None:
    graph = question.graph
    told = ListedGraph(
        tuple(dice.sample(graph.items, len(graph.items))),
        tuple(dice.sample(graph.dependencies, len(graph.dependencies))),
        tuple(dice.sample(graph.groups, len(graph.groups))),
    )
    assert whole(told, question.failed) == whole(graph, question.failed)


@SOME
@given(questions(), st.integers(2, 10**12), st.integers(-(10**6), 10**12))
def test_other_numbers_for_the_same_items_change_nothing(
    question: Question, factor: int, shift: int
) -> None:
    """Also moves the numbers so far apart that they are searched for instead of looked up."""

    def renamed(item: ItemId) -> ItemId:
        return ItemId(item * factor + shift)

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
                members=tuple(
                    (renamed(item), capacity, number) for item, capacity, number in group.members
                ),
            )
            for group in graph.groups
        ),
    )
    expected = [
        (renamed(ItemId(item)), state, away) for item, state, away in whole(graph, question.failed)
    ]
    assert whole(other, frozenset(map(renamed, question.failed))) == expected


@SOME
@given(questions())
def test_parallel_relations_count_once(question: Question) -> None:
    graph = question.graph
    doubled = replace(
        graph,
        dependencies=graph.dependencies * 2,
        groups=tuple(replace(group, members=group.members * 2) for group in graph.groups),
    )
    assert whole(doubled, question.failed) == whole(graph, question.failed)


@SOME
@given(questions())
def test_relations_to_items_that_are_gone_count_as_gone(question: Question) -> None:
    graph = question.graph
    kept = frozenset(graph.items)
    clean = ListedGraph(
        graph.items,
        tuple(edge for edge in graph.dependencies if {edge.provider, edge.dependant} <= kept),
        tuple(
            replace(group, members=tuple(slot for slot in group.members if slot[0] in kept))
            for group in graph.groups
            if group.dependant in kept
        ),
    )
    assert whole(graph, question.failed) == whole(clean, question.failed)
