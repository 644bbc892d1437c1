"""Each rule of the impact engine on a graph drawn by hand, for both engines.

In the drawings `A ──> B` reads "B needs A", `A ··> B` "B needs A softly", and `{A B | 1} ──> C`
"C needs at least one of A and B".
"""

import pytest

from cmdb.engine.graph import ItemNotInGraph
from cmdb.engine.impact.values import ReasonKind, State
from tests.cmdb.engine.impact.topologies import (
    ENGINES,
    EngineMaker,
    drawn,
    fail,
    group,
    hard,
    letter,
    soft,
    states,
)

pytestmark = pytest.mark.parametrize("engine", ENGINES, ids=["plain", "portable"])


def test_a_hard_provider_that_is_down_takes_its_dependants_down(engine: EngineMaker) -> None:
    """A ──> B ──> C     D"""
    report = fail(engine(drawn(hard("AB", "BC"), alone="D")), "A")
    assert states(report) == {"A": "down", "B": "down", "C": "down"}
    assert report.distances.tolist() == [0, 1, 2]
    assert report.state(letter("D")) is State.UP


def test_failure_never_travels_from_dependant_to_provider(engine: EngineMaker) -> None:
    """A ──> B ──> C, and C fails"""
    assert states(fail(engine(drawn(hard("AB", "BC"))), "C")) == {"C": "down"}


def test_distance_is_that_of_the_shortest_way(engine: EngineMaker) -> None:
    """
    A ──> B ──> C ──> D
    └─────────────────^
    """
    report = fail(engine(drawn(hard("AB", "BC", "CD", "AD"))), "A")
    assert report.distance(letter("D")) == 1
    assert [step.provider for step in report.path(letter("D"))] == [letter("A")]


def test_a_group_that_lost_a_member_and_holds_puts_its_dependant_at_risk(
    engine: EngineMaker,
) -> None:
    """{A B | 1} ──> C"""
    report = fail(engine(drawn(groups=[group("AB", "C", 1)])), "A")
    assert states(report) == {"A": "down", "C": "at_risk"}


def test_a_group_with_less_than_it_needs_takes_its_dependant_down(engine: EngineMaker) -> None:
    """{A B | 1} ──> C"""
    report = fail(engine(drawn(groups=[group("AB", "C", 1)])), "AB")
    assert states(report) == {"A": "down", "B": "down", "C": "down"}


def test_a_group_falls_one_step_after_the_member_that_tips_it_over(engine: EngineMaker) -> None:
    """
    A ──────────────┐
    B ──> D ──> E ──┴ {A E | 1} ──> F
    """
    report = fail(engine(drawn(hard("BD", "DE"), [group("AE", "F", 1)])), "AB")
    assert report.state(letter("F")) is State.DOWN
    assert report.distance(letter("F")) == 3
    assert [chr(step.provider) for step in report.path(letter("F"))] == ["B", "D", "E"]


def test_an_item_needs_every_one_of_its_groups(engine: EngineMaker) -> None:
    """{A B | 1} ──> E <── {C D | 1}"""
    estate = drawn(groups=[group("AB", "E", 1), group("CD", "E", 1)])
    assert fail(engine(estate), "AC").state(letter("E")) is State.AT_RISK
    assert fail(engine(estate), "CD").state(letter("E")) is State.DOWN


def test_a_member_may_serve_several_groups(engine: EngineMaker) -> None:
    """{A B | 1} ──> D, {A C | 2} ──> E"""
    estate = drawn(groups=[group("AB", "D", 1), group("AC", "E", 2)])
    assert states(fail(engine(estate), "A")) == {"A": "down", "E": "down", "D": "at_risk"}


@pytest.mark.parametrize(
    ("threshold", "failed", "expected"),
    [
        (50, "A", "at_risk"),  # 3 of 4 up
        (50, "AB", "at_risk"),  # 2 of 4 up
        (50, "ABC", "down"),  # 1 of 4 up
        (51, "AB", "down"),  # 51 % of four members is three of them
        (100, "A", "down"),
        (120, "A", "down"),  # asks too much: every member is needed
        (0, "ABCD", "at_risk"),
    ],
)
def test_a_percentage_is_rounded_up_to_whole_members(
    engine: EngineMaker, threshold: float, failed: str, expected: str
) -> None:
    """{A B C D | percent} ──> E"""
    estate = drawn(groups=[group("ABCD", "E", threshold, "percent")])
    assert fail(engine(estate), failed).state(letter("E")).text == expected


def test_two_thirds_in_percent_are_two_of_three_members(engine: EngineMaker) -> None:
    """{A B C | 66.67 %} ──> E"""
    estate = drawn(groups=[group("ABC", "E", 66.67, "percent")])
    assert fail(engine(estate), "A").state(letter("E")) is State.AT_RISK
    assert fail(engine(estate), "AB").state(letter("E")) is State.DOWN


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        ("C", "at_risk"),  # C carries nothing: still 100 %
        ("B", "degraded"),  # 60 of 60 needed
        ("A", "down"),  # 40 left
    ],
)
def test_a_capacity_group_below_all_of_it_degrades_until_it_falls_short(
    engine: EngineMaker, failed: str, expected: str
) -> None:
    """{A=60 B=40 C=0 | 60} ──> D"""
    estate = drawn(groups=[group("ABC", "D", 60, "capacity", [60, 40, 0])])
    assert fail(engine(estate), failed).state(letter("D")).text == expected


def test_capacities_add_up_without_the_errors_of_binary_fractions(engine: EngineMaker) -> None:
    """{A=0.1 B=0.2 C=0.3 | 0.3} ──> D: 0.1 + 0.2 is enough for 0.3"""
    estate = drawn(groups=[group("ABC", "D", 0.3, "capacity", [0.1, 0.2, 0.3])])
    assert fail(engine(estate), "C").state(letter("D")) is State.DEGRADED


def test_a_degraded_hard_provider_degrades_and_so_on(engine: EngineMaker) -> None:
    """A ··> B ──> C ──> D"""
    report = fail(engine(drawn([*soft("AB"), *hard("BC", "CD")])), "A")
    expected = {"A": "down", "B": "degraded", "C": "degraded", "D": "degraded"}
    assert states(report) == expected
    assert report.distances.tolist() == [0, 1, 2, 3]


def test_a_soft_relation_passes_degraded_on_but_never_down(engine: EngineMaker) -> None:
    """A ··> B ··> C"""
    report = fail(engine(drawn(soft("AB", "BC"))), "A")
    assert states(report) == {"A": "down", "B": "degraded", "C": "degraded"}


def test_at_risk_does_not_cross_a_soft_relation(engine: EngineMaker) -> None:
    """{A B | 1} ──> C ··> D"""
    report = fail(engine(drawn(soft("CD"), [group("AB", "C", 1)])), "A")
    assert states(report) == {"A": "down", "C": "at_risk"}


def test_at_risk_crosses_hard_relations(engine: EngineMaker) -> None:
    """{A B | 1} ──> C ──> D"""
    report = fail(engine(drawn(hard("CD"), [group("AB", "C", 1)])), "A")
    assert states(report) == {"A": "down", "C": "at_risk", "D": "at_risk"}


def test_neither_at_risk_nor_degraded_crosses_a_group(engine: EngineMaker) -> None:
    """
    {A B | 1} ──> C ─┐
    A ··> D ─────────┴ {C D | 2} ──> E
    """
    estate = drawn(soft("AD"), [group("AB", "C", 1), group("CD", "E", 2)])
    report = fail(engine(estate), "A")
    assert states(report) == {"A": "down", "D": "degraded", "C": "at_risk"}


def test_the_worst_of_several_rules_wins(engine: EngineMaker) -> None:
    """
    A ··> C <── {A B | 1}
    A ··> C ──> D <── A
    """
    estate = drawn([*soft("AC"), *hard("CD", "AD")], [group("AB", "C", 1)])
    assert states(fail(engine(estate), "A")) == {"A": "down", "D": "down", "C": "degraded"}


def test_a_cycle_does_not_fall_by_itself_nor_explain_itself(engine: EngineMaker) -> None:
    """
    A ──> B ──> C ──> D
          ^─────┘
    """
    estate = drawn(hard("AB", "BC", "CB", "CD"), alone="E")
    assert states(fail(engine(estate), "E")) == {"E": "down"}
    report = fail(engine(estate), "A")
    reason = report.reason(letter("B"))
    assert reason is not None
    assert reason.evidence == (letter("A"),)


def test_two_that_keep_each_other_up_fall_only_when_the_last_outside_help_does(
    engine: EngineMaker,
) -> None:
    """{A C | 1} ──> B, {B D | 1} ──> C: B and C hold each other after A and D are gone."""
    estate = drawn(groups=[group("AC", "B", 1), group("BD", "C", 1)])
    assert states(fail(engine(estate), "AD")) == {
        "A": "down",
        "B": "at_risk",
        "C": "at_risk",
        "D": "down",
    }


def test_several_failures_at_once_are_more_than_their_sum(engine: EngineMaker) -> None:
    """{A B | 1} ──> C ──> D"""
    estate = drawn(hard("CD"), [group("AB", "C", 1)])
    for alone in "AB":
        assert fail(engine(estate), alone).count_by_state()[State.DOWN] == 1
    assert fail(engine(estate), "AB").count_by_state()[State.DOWN] == 4


def test_a_failed_item_that_would_fall_anyway_is_its_own_reason(engine: EngineMaker) -> None:
    """A ──> B, both fail"""
    report = fail(engine(drawn(hard("AB"))), "AB")
    reason = report.reason(letter("B"))
    assert reason is not None
    assert reason.kind is ReasonKind.FAILED
    assert report.path(letter("B")) == ()


def test_no_depth_is_too_deep(engine: EngineMaker) -> None:
    """A chain of 60 letters and signs"""
    names = "".join(chr(code) for code in range(40, 100))
    links = [names[place : place + 2] for place in range(len(names) - 1)]
    report = fail(engine(drawn(hard(*links))), names[0])
    assert report.distance(letter(names[-1])) == 59
    assert len(report.path(letter(names[-1]))) == 59


def test_nothing_failing_affects_nothing(engine: EngineMaker) -> None:
    """A ──> B"""
    report = fail(engine(drawn(hard("AB"))), "")
    assert len(report) == 0
    assert report.affected() == []
    assert report.reason(letter("A")) is None


def test_questions_about_unknown_items_are_refused_by_name(engine: EngineMaker) -> None:
    """A ──> B"""
    built = engine(drawn(hard("AB")))
    with pytest.raises(ItemNotInGraph, match="item 90"):
        fail(built, "AZ")
    with pytest.raises(ItemNotInGraph):
        fail(built, "A").state(letter("Z"))
    with pytest.raises(ItemNotInGraph):
        built.suppliers(letter("Z"))
    with pytest.raises(ItemNotInGraph):
        built.single_points([letter("Z")])
