"""How often a service is down, and whose fault that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.engine.graph import ItemId, ItemNotInGraph
from cmdb.engine.impact.availability import service_availability, unavailability_from
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from tests.cmdb.engine.impact.topologies import (
    ENGINES,
    SOME,
    EngineMaker,
    Question,
    drawn,
    group,
    hard,
    letter,
    questions,
)

both_engines = pytest.mark.parametrize("engine", ENGINES, ids=["plain", "portable"])


@both_engines
def test_only_single_points_and_the_service_itself_count(engine: EngineMaker) -> None:
    """{A B | 1} ──> C ──> S"""
    graph = engine(drawn(hard("CS"), [group("AB", "C", 1)]))
    often = {letter(name): 0.1 for name in "ABCS"}
    (told,) = service_availability(graph, [letter("S")], often)
    assert told.unavailability == pytest.approx(1 - 0.9 * 0.9)
    assert told.availability == pytest.approx(0.81)
    assert [chr(one.item) for one in told.contributors] == ["C", "S"]


@both_engines
def test_the_worst_contributor_comes_first_with_its_share(engine: EngineMaker) -> None:
    """A ──> S <── B"""
    graph = engine(drawn(hard("AS", "BS")))
    often = {letter("A"): 0.001, letter("B"): 0.004}
    (told,) = service_availability(graph, [letter("S")], often)
    assert [(chr(one.item), round(one.share, 2)) for one in told.contributors] == [
        ("B", 0.8),
        ("A", 0.2),
    ]


def test_items_that_are_not_named_count_with_the_default() -> None:
    """A ──> S"""
    engine = PortableGraph.of(drawn(hard("AS")))
    (told,) = service_availability(engine, [letter("S")], {letter("A"): 0.0}, default=0.5)
    assert [chr(one.item) for one in told.contributors] == ["S"]
    assert told.unavailability == pytest.approx(0.5)


def test_something_always_down_keeps_its_service_down() -> None:
    """A ──> S"""
    engine = PortableGraph.of(drawn(hard("AS")))
    (told,) = service_availability(engine, [letter("S")], {letter("A"): 1.0})
    assert (told.unavailability, told.availability) == (1.0, 0.0)


def test_what_never_fails_is_always_there() -> None:
    engine = PortableGraph.of(drawn(hard("AS")))
    (told,) = service_availability(engine, [letter("S")], {})
    assert (told.unavailability, told.contributors) == (0.0, ())


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused_by_name(share: float) -> None:
    engine = PortableGraph.of(drawn(hard("AS")))
    with pytest.raises(ValueError, match="item 65"):
        service_availability(engine, [letter("S")], {letter("A"): share})
    with pytest.raises(ValueError, match="default"):
        service_availability(engine, [letter("S")], {}, default=share)


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(ItemNotInGraph):
        service_availability(PortableGraph.of(drawn(hard("AS"))), [ItemId(7)], {})


@pytest.mark.parametrize(("between", "repair"), [(0, 1), (1, -1), (float("inf"), 1)])
def test_mean_times_that_are_none_are_refused(between: float, repair: float) -> None:
    with pytest.raises(ValueError, match="hours"):
        unavailability_from(between, repair)


@SOME
@given(questions(), st.data())
def test_both_engines_say_the_same_and_more_failures_never_help(
    question: Question, data: st.DataObject
) -> None:
    graph = question.graph
    items = st.sampled_from(graph.items)
    often = data.draw(st.dictionaries(items, st.sampled_from([0.001, 0.02, 0.5]), max_size=10))
    plain, fast = ReferenceEngine(graph), PortableGraph.of(graph)
    told = service_availability(fast, graph.items, often)
    assert told == service_availability(plain, graph.items, often)
    worse = {item: min(1.0, share * 2) for item, share in often.items()}
    for before, after in zip(told, service_availability(fast, graph.items, worse), strict=True):
        assert after.unavailability >= before.unavailability
