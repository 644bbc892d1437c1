"""Odd graphs: what is passed over is said, what is extreme stays right and quick."""

import time

import numpy as np
import pytest

from cmdb.engine.graph import Finding, ItemId, ListedGraph, RedundancyGroup
from cmdb.engine.impact.compact.arrays import Ids
from cmdb.engine.impact.compact.columns import (
    GraphColumns,
    GroupColumns,
    MemberColumns,
    RelationColumns,
)
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.reference import ReferenceEngine
from cmdb.engine.impact.values import State
from tests.cmdb.engine.impact.topologies import (
    ENGINES,
    EngineMaker,
    drawn,
    fail,
    group,
    hard,
    letter,
    states,
)

both_engines = pytest.mark.parametrize("engine", ENGINES, ids=["plain", "portable"])


@both_engines
def test_a_self_loop_is_ignored(engine: EngineMaker) -> None:
    """A ──> A ──> B"""
    assert states(fail(engine(drawn(hard("AA", "AB"))), "B")) == {"B": "down"}


@both_engines
def test_an_item_is_no_member_of_its_own_group(engine: EngineMaker) -> None:
    """{A C | 1} ──> C is {A | 1} ──> C"""
    report = fail(engine(drawn(groups=[group("AC", "C", 1)])), "A")
    assert states(report) == {"A": "down", "C": "down"}


@both_engines
def test_an_empty_group_holds(engine: EngineMaker) -> None:
    """{ | 3} ──> B <── A"""
    report = fail(engine(drawn(hard("AB"), [group("", "B", 3)])), "A")
    (standing,) = report.standings(letter("B"))
    assert standing.holds
    assert standing.slack == 0


@both_engines
def test_a_group_that_asks_for_more_than_it_has_needs_every_member(engine: EngineMaker) -> None:
    """{A B | 5} ──> C, {A=1 B=0 | 9 capacity} ──> D"""
    asked = [group("AB", "C", 5), group("AB", "D", 9, "capacity", [1, 0])]
    assert states(fail(engine(drawn(groups=asked)), "B")) == {"B": "down", "C": "down", "D": "down"}
    assert fail(engine(drawn(groups=asked)), "").standings(letter("D"))[0].holds


@both_engines
def test_two_groups_of_one_number_are_refused(engine: EngineMaker) -> None:
    """{A B | 1} ──> C, twice"""
    with pytest.raises(ValueError, match="number"):
        engine(drawn(groups=[group("AB", "C", 1), group("AB", "C", 1)]))


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_amounts_that_are_no_amounts_are_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="negative"):
        RedundancyGroup(1, ItemId(2), "capacity", amount)
    one = np.array([1])
    thresholds, rules = np.array([amount]), np.zeros(1, np.int8)
    with pytest.raises(ValueError, match="negative"):
        PortableGraph.build(GraphColumns(one, groups=GroupColumns(one, one, rules, thresholds)))


def test_what_was_passed_over_is_said_by_number() -> None:
    items = np.array([1, 2, 3])
    columns = GraphColumns(
        items,
        RelationColumns.of([1, 2, 9], [2, 2, 1], [11, 12, 13]),
        RelationColumns.of([3], [8], [14]),
        GroupColumns(
            np.array([21, 22, 23]),
            np.array([3, 7, 1]),
            np.zeros(3, np.int8),
            np.array([5.0, 1.0, 1.0]),
        ),
        MemberColumns(
            np.array([21, 21, 21, 22, 99, 21]),
            np.array([1, 1, 3, 1, 1, 6]),
            np.ones(6),
            np.array([31, 32, 33, 34, 35, 36]),
        ),
    )
    findings = {kind: numbers.tolist() for kind, numbers in _findings(columns).items()}
    assert findings == {
        Finding.UNKNOWN_END: [13, 14, 36],
        Finding.SELF_LOOP: [12, 33],
        Finding.UNKNOWN_DEPENDANT: [22],
        Finding.UNKNOWN_GROUP: [34, 35],
        Finding.PARALLEL_MEMBER: [32],
        Finding.THRESHOLD_ABOVE_TOTAL: [21],
        Finding.EMPTY_GROUP: [23],
    }


def _findings(columns: GraphColumns) -> dict[Finding, Ids]:
    return PortableGraph.build(columns).findings


def test_a_clean_graph_has_no_findings() -> None:
    assert PortableGraph.of(drawn(hard("AB"), [group("AB", "C", 1)])).findings == {}


@both_engines
def test_a_graph_of_nothing_answers(engine: EngineMaker) -> None:
    built = engine(ListedGraph())
    assert len(built.impact([])) == 0
    assert built.blast_radius().down.tolist() == []
    assert built.single_points([]).causes.tolist() == []


def _chain(count: int, *, closed: bool = False) -> PortableGraph:
    items = np.arange(count)
    after = (items + 1) % count
    ends = slice(None) if closed else slice(0, -1)
    return PortableGraph.build(GraphColumns(items, RelationColumns.of(items[ends], after[ends])))


def test_a_cycle_of_500_falls_as_a_whole_and_only_when_hit() -> None:
    report = _chain(500, closed=True).impact([ItemId(250)])
    assert report.count_by_state()[State.DOWN] == 500
    assert report.distance(ItemId(249)) == 499
    assert len(report.path(ItemId(249))) == 499


def test_a_chain_of_100_000_is_followed_to_its_end() -> None:
    graph = _chain(100_000)
    started = time.perf_counter()
    report = graph.impact([ItemId(0)])
    assert report.distance(ItemId(99_999)) == 99_999
    assert time.perf_counter() - started < 10


def test_a_star_of_50_000_leaves_falls_at_once() -> None:
    leaves = np.arange(1, 50_001)
    centre = np.zeros_like(leaves)
    graph = PortableGraph.build(GraphColumns(np.arange(50_001), RelationColumns.of(centre, leaves)))
    report = graph.impact([ItemId(0)])
    assert len(report) == 50_001
    assert report.distances.max() == 1


def test_a_group_of_50_000_counts_every_loss_once() -> None:
    """{1 ... 50,000 | 3} ──> 0"""
    members, one = np.arange(1, 50_001), np.array([1])
    graph = PortableGraph.build(
        GraphColumns(
            np.arange(50_001),
            groups=GroupColumns(one, one - 1, np.zeros(1, np.int8), np.array([3.0])),
            members=MemberColumns(np.ones_like(members), members, np.ones(50_000), members),
        )
    )
    enough = graph.impact(map(ItemId, range(4, 50_001)))
    assert enough.state(ItemId(0)) is State.AT_RISK
    assert enough.why_not(ItemId(0)).holding[0].slack == 0
    short = graph.impact(map(ItemId, range(3, 50_001)))
    reason = short.reason(ItemId(0))
    assert reason is not None
    assert reason.group is not None
    assert len(reason.group.lost) == 49_998


def test_a_tightly_knotted_third_of_all_applications_falls_together() -> None:
    """3,000 items of which 1,000 need each other at random, and 2,000 more need one of those."""
    dice = np.random.default_rng(3)
    knot = np.concatenate([np.arange(1_000), dice.integers(0, 1_000, 2_000)])
    into = np.concatenate([(np.arange(1_000) + 1) % 1_000, dice.integers(0, 1_000, 2_000)])
    outside = np.arange(1_000, 3_000)
    columns = GraphColumns(
        np.arange(3_000),
        RelationColumns.of(
            np.concatenate([knot, dice.integers(0, 1_000, 2_000)]), np.concatenate([into, outside])
        ),
    )
    graph = PortableGraph.build(columns)
    report = graph.impact([ItemId(17)])
    assert report.count_by_state()[State.DOWN] == 3_000
    plain = ReferenceEngine(graph.to_listed()).impact([ItemId(17)])
    assert report.ids.tolist() == plain.ids.tolist()
    assert report.distances.tolist() == plain.distances.tolist()
