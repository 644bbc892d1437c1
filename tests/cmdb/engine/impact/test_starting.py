"""Starting from cold: in which order, and what waits for itself for ever."""

from hypothesis import given

from cmdb.engine.graph import ItemId, ListedGraph
from cmdb.engine.impact.networks import to_networkx
from cmdb.engine.impact.starting import ColdStart, cold_start
from cmdb.engine.impact.values import State
from tests.cmdb.engine.impact.literal import group_verdict
from tests.cmdb.engine.impact.topologies import (
    SOME,
    Question,
    drawn,
    group,
    hard,
    questions,
    soft,
)


def start(graph: ListedGraph) -> ColdStart:
    return cold_start(to_networkx(graph))


def names(items: tuple[ItemId, ...]) -> str:
    return "".join(map(chr, items))


def test_providers_start_before_their_dependants() -> None:
    """A ──> B ──> C, A ──> C;  S ··> A"""
    found = start(drawn([*hard("AB", "BC", "AC"), *soft("SA")]))
    assert list(map(names, found.waves)) == ["AS", "B", "C"]
    assert not found.stuck
    assert not found.deadlocks


def test_a_group_needs_only_so_many_to_start() -> None:
    """A, X <──> X', {A X | 1} ──> B, {A X | 2} ──> C"""
    graph = drawn(hard("XY", "YX"), [group("AX", "B", 1), group("AX", "C", 2)])
    found = start(graph)
    assert list(map(names, found.waves)) == ["A", "B"]
    assert names(found.stuck) == "CXY"
    assert list(map(names, found.deadlocks)) == ["XY"]


def test_a_directory_that_runs_on_machines_that_need_it_is_a_deadlock() -> None:
    """{V W | 1} ──> D ──> H ──> V, W: the directory's machines stand on hosts that need it"""
    graph = drawn(hard("DH", "HV", "HW", "DZ"), [group("VW", "D", 1)])
    found = start(graph)
    assert list(map(names, found.deadlocks)) == ["DHVW"]
    assert names(found.stuck) == "DHVWZ"


def test_two_knots_one_behind_the_other_are_one_deadlock() -> None:
    """A <──> B ──> C <──> D"""
    assert list(map(names, start(drawn(hard("AB", "BA", "BC", "CD", "DC"))).deadlocks)) == ["AB"]


def test_nothing_starts_at_once() -> None:
    assert start(ListedGraph()) == ColdStart((), (), ())


@SOME
@given(questions())
def test_the_order_can_be_replayed_and_what_is_stuck_is_stuck(question: Question) -> None:
    graph = question.graph
    found = start(graph)
    running: set[ItemId] = set()
    for wave in found.waves:
        assert wave == tuple(sorted(item for item in graph.items if _can(graph, item, running)))
        running.update(wave)
    assert not any(_can(graph, item, running) for item in graph.items)
    assert set(found.stuck) == set(graph.items) - running
    assert {item for knot in found.deadlocks for item in knot} <= set(found.stuck)
    assert bool(found.stuck) == bool(found.deadlocks)


def _can(graph: ListedGraph, item: ItemId, running: set[ItemId]) -> bool:
    """Whether an item that does not run has all it needs."""
    if item in running:
        return False
    states = {one: State.UP if one in running else State.DOWN for one in graph.items}
    needs = (
        edge.provider
        for edge in graph.dependencies
        if edge.dependant == item and edge.kind == "hard" and edge.provider in states
    )
    if any(provider not in running and provider != item for provider in needs):
        return False
    owned = (group for group in graph.groups if group.dependant == item)
    return all(group_verdict(group, states) is not State.DOWN for group in owned)
