"""How often a service is down when two things may fail at once, against every possible world."""

from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemId, ListedGraph
from cmdb.engine.impact.joint_outage import joint_outage
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from cmdb.engine.impact.reliability import (
    assumed_reliabilities,
    reliability_of,
)
from cmdb.engine.impact.values import State
from cmdb.model import standing_model
from tests.cmdb.engine.impact.topologies import (
    SOME,
    Question,
    drawn,
    group,
    hard,
    letter,
    questions,
)


def literally(graph: ListedGraph, service: ItemId, often: dict[ItemId, float]) -> float:
    """Let every world come true, weighed by how likely it is."""
    engine, items = ReferenceEngine(graph), sorted(often)
    down = 0.0
    for falls in product((False, True), repeat=len(items)):
        failed = [item for item, fell in zip(items, falls, strict=True) if fell]
        if engine.impact(failed).state(service) is State.DOWN:
            down += prod(
                often[i] if fell else 1 - often[i] for i, fell in zip(items, falls, strict=True)
            )
    return down


def test_two_legs_of_one_redundancy_count_together() -> None:
    """{A B | 1} ──> C ──> S, and A stands on X, B on Y."""
    graph = drawn(hard("CS", "XA", "YB"), [group("AB", "C", 1)])
    often = {letter(name): 0.01 for name in "ABXYC"}
    told = joint_outage(PortableGraph.of(graph), letter("S"), often)
    named = ["".join(map(chr, one.items)) for one in told.contributors]
    assert named == ["C", "AB", "AY", "BX", "XY"]
    assert told.single == pytest.approx(0.01)
    assert told.unavailability == pytest.approx(literally(graph, letter("S"), often), rel=1e-2)
    assert told.contributors[0].share == pytest.approx(0.01 / told.unavailability)


def test_what_is_left_out_of_the_pairs_is_told() -> None:
    """{A B C | 1} ──> S: no two are enough, and only the two worst are tried."""
    graph = PortableGraph.of(drawn([], [group("ABC", "S", 1)]))
    often = {letter(name): 0.5 for name in "ABC"}
    told = joint_outage(graph, letter("S"), often, most=2)
    assert (told.unavailability, told.contributors, told.untried) == (0.0, (), 1)


def test_something_always_down_keeps_its_service_down() -> None:
    graph = PortableGraph.of(drawn(hard("AS")))
    told = joint_outage(graph, letter("S"), {letter("A"): 1.0, letter("S"): 0.1})
    assert told.unavailability == 1.0


@SOME
@given(questions(), st.data())
def test_the_answer_bounds_every_possible_world(question: Question, data: st.DataObject) -> None:
    """Single failures are a lower bound; where no three are needed, pairs make an upper one."""
    graph = question.graph
    service = data.draw(st.sampled_from(graph.items))
    failing = st.sampled_from(graph.items)
    often = data.draw(st.dictionaries(failing, st.sampled_from([0.01, 0.1, 0.4]), max_size=6))
    told = joint_outage(PortableGraph.of(graph), service, often)
    worlds = literally(graph, service, often)
    assert told.single <= worlds + 1e-12
    if not needs_three(graph, service, often):
        assert told.unavailability >= worlds - 1e-12


def needs_three(graph: ListedGraph, service: ItemId, often: dict[ItemId, float]) -> bool:
    """Say whether some three items or more take the service down, and no two of them."""
    engine, items = ReferenceEngine(graph), sorted(often)
    fatal = [
        frozenset(i for i, fell in zip(items, falls, strict=True) if fell)
        for falls in product((False, True), repeat=len(items))
    ]
    fatal = [one for one in fatal if one and engine.impact(one).state(service) is State.DOWN]
    small = [one for one in fatal if len(one) <= 2]
    return any(not any(one <= wide for one in small) for wide in fatal)


def test_assumptions_are_about_classes_that_there_are() -> None:
    model = standing_model()
    assert all(model.find_class(code) for code in assumed_reliabilities())


@pytest.mark.parametrize(
    ("attributes", "classes", "expected"),
    [
        ({}, ["server"], (40_000, 6, False)),
        ({}, ["business_service", "service", "item"], None),
        ({"hours_between_failures": 100.0}, ["server"], (100, 6, True)),
        ({"hours_between_failures": "100", "hours_to_repair": "1"}, ["item"], (100, 1, True)),
        ({"hours_to_repair": 1}, ["business_service"], None),
        ({"hours_to_repair": "soon"}, ["server"], (40_000, 6, False)),
    ],
)
def test_an_items_own_word_goes_before_its_class(
    attributes: dict[str, object], classes: list[str], expected: tuple[float, float, bool] | None
) -> None:
    found = reliability_of(attributes, classes)
    told = found and (found.hours_between_failures, found.hours_to_repair, found.own)
    assert told == expected
