"""What a report says about one item: reason, path, why not, pages, neighbours, single points."""

import numpy as np
import pytest

from cmdb.engine.impact.values import ReasonKind, State, Step
from tests.cmdb.engine.impact.topologies import (
    ENGINES,
    EngineMaker,
    drawn,
    fail,
    group,
    hard,
    letter,
    soft,
)

pytestmark = pytest.mark.parametrize("engine", ENGINES, ids=["plain", "portable"])


def test_the_reason_names_the_hard_provider_and_its_relation(engine: EngineMaker) -> None:
    """A ──> B"""
    reason = fail(engine(drawn(hard("AB"))), "A").reason(letter("B"))
    assert reason is not None
    assert reason.kind is ReasonKind.HARD_PROVIDER
    assert reason.step == Step(letter("A"), letter("B"), "hard", 100)
    assert reason.provider_state is State.DOWN


def test_the_reason_of_a_short_group_lists_who_fell_and_what_was_needed(
    engine: EngineMaker,
) -> None:
    """{A B C | 2} ──> D"""
    estate = drawn(groups=[group("ABC", "D", 2)])
    reason = fail(engine(estate), "AC").reason(letter("D"))
    assert reason is not None
    assert reason.kind is ReasonKind.GROUP_SHORT
    assert reason.evidence == (letter("A"), letter("C"))
    assert reason.group is not None
    assert (reason.group.required, reason.group.total, reason.group.remaining) == (2, 3, 1)
    assert reason.group.slack == -1


def test_why_not_names_the_groups_that_hold_and_their_slack(engine: EngineMaker) -> None:
    """{A B C | 1} ──> D <·· A"""
    report = fail(engine(drawn(soft("AD"), [group("ABC", "D", 1)])), "A")
    answer = report.why_not(letter("D"))
    assert answer.state is State.DEGRADED
    assert answer.softened == (letter("A"),)
    (held,) = answer.holding
    assert held.slack == 1
    assert [lost.item for lost in held.lost] == [letter("A")]


def test_why_not_speaks_of_capacity_in_its_own_unit(engine: EngineMaker) -> None:
    """{A=10 B=40 | 30} ──> C"""
    estate = drawn(groups=[group("AB", "C", 30, "capacity", [10, 40])])
    report = fail(engine(estate), "A")
    (held,) = report.why_not(letter("C")).holding
    assert (held.total, held.required, held.remaining, held.slack) == (50, 30, 40, 10)
    reason = report.reason(letter("C"))
    assert reason is not None
    assert reason.kind is ReasonKind.GROUP_REDUCED


def test_a_path_through_a_group_names_the_group(engine: EngineMaker) -> None:
    """A ──> B, {B C | 2} ──> D ──> E"""
    pair = group("BC", "D", 2)
    report = fail(engine(drawn(hard("AB", "DE"), [pair])), "A")
    assert report.path(letter("E")) == (
        Step(letter("A"), letter("B"), "hard", 100),
        Step(letter("B"), letter("D"), "member", 300, pair.group_id),
        Step(letter("D"), letter("E"), "hard", 101),
    )


def test_pages_are_cut_from_one_order_worst_then_nearest_then_by_number(
    engine: EngineMaker,
) -> None:
    """A ──> C ──> D, A ──> B, A ··> F, {A E | 1} ──> G"""
    estate = drawn([*hard("AC", "CD", "AB"), *soft("AF")], [group("AE", "G", 1)])
    report = fail(engine(estate), "A")
    assert [chr(row.item) for row in report.affected()] == list("ABCDFG")
    assert [chr(row.item) for row in report.affected(2, 2)] == list("CD")
    assert report.affected(6, 10) == []
    with pytest.raises(ValueError, match="is up"):
        report.affected_item(letter("E"))


def test_the_columns_of_causes_say_the_same_as_the_reasons(engine: EngineMaker) -> None:
    """A ──> B, A ··> C, {A D | 1} ──> E, {A F | 2} ──> G"""
    held, short = group("AD", "E", 1), group("AF", "G", 2)
    report = fail(engine(drawn([*hard("AB"), *soft("AC")], [held, short])), "A")
    causes = report.causes()
    rows = zip(report.ids, causes.kinds, causes.providers, causes.groups, strict=True)
    a = letter("A")
    assert {chr(item): (ReasonKind(kind), by, group) for item, kind, by, group in rows} == {
        "A": (ReasonKind.FAILED, -1, -1),
        "B": (ReasonKind.HARD_PROVIDER, a, -1),
        "C": (ReasonKind.SOFT_PROVIDER, a, -1),
        "E": (ReasonKind.GROUP_LOST_MEMBER, a, held.group_id),
        "G": (ReasonKind.GROUP_SHORT, a, short.group_id),
    }


def test_states_of_many_items_come_in_the_order_asked(engine: EngineMaker) -> None:
    """A ──> B     C"""
    report = fail(engine(drawn(hard("AB"), alone="C")), "A")
    asked = np.array([letter("C"), letter("B"), letter("C")])
    assert report.states_of(asked).tolist() == [State.UP, State.DOWN, State.UP]


def test_suppliers_and_dependants_follow_every_kind_of_relation(engine: EngineMaker) -> None:
    """A ──> B ··> C, {C D | 1} ──> E"""
    built = engine(drawn([*hard("AB"), *soft("BC")], [group("CD", "E", 1)]))
    needs = built.suppliers(letter("E"))
    assert [chr(item) for item in needs.ids] == list("CDBA")
    assert needs.distances.tolist() == [1, 1, 2, 3]
    users = built.dependants(letter("A"))
    assert [chr(item) for item in users.ids] == list("BCE")
    assert [chr(item) for item in built.dependants(letter("A"), within=2).ids] == list("BC")
    assert built.dependants(letter("A"), within=0).ids.tolist() == []


def test_single_points_are_what_alone_takes_a_service_down(engine: EngineMaker) -> None:
    """
    H ──> A, H ──> B, {A B | 1} ──> S: the pair is redundant, the host under both is not
    """
    built = engine(drawn(hard("HA", "HB"), [group("AB", "S", 1)]))
    points = built.single_points([letter("S")])
    assert points.causes.tolist() == [letter("H")]
    assert points.services.tolist() == [letter("S")]


def test_blast_radius_counts_what_goes_down_with_each_item(engine: EngineMaker) -> None:
    """
    H ──> A, H ──> B, {A B | 1} ──> S
    """
    built = engine(drawn(hard("HA", "HB"), [group("AB", "S", 1)]))
    assert built.blast_radius().as_mapping() == {
        letter("A"): 1,
        letter("B"): 1,
        letter("H"): 4,
        letter("S"): 1,
    }
    assert built.blast_radius([letter("H")]).down.tolist() == [4]
