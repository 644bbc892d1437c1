"""How redundancy groups are boiled down to arithmetic."""

import pytest

from cmdb.engine.graph import GroupRule, ItemId, ListedGraph, RedundancyGroup, terms_of

KNOWN = {ItemId(number) for number in range(1, 10)}


def members(*capacities: float) -> tuple[tuple[ItemId, float, int], ...]:
    return tuple(
        (ItemId(number), capacity, number) for number, capacity in enumerate(capacities, 1)
    )


@pytest.mark.parametrize(
    ("rule", "threshold", "required", "spare"),
    [
        ("at_least", 2, 2, 1),
        ("at_least", 0, 0, 3),
        ("at_least", 1.5, 2, 1),
        ("at_least", 7, 3, 0),
        ("percent", 50, 2, 1),
        ("percent", 33.33, 1, 2),
        ("percent", 33.34, 2, 1),
        ("percent", 100, 3, 0),
    ],
)
def test_counted_groups_need_whole_members(
    rule: GroupRule, threshold: float, required: float, spare: float
) -> None:
    terms = terms_of(RedundancyGroup(1, ItemId(9), rule, threshold, members(1, 1, 1)), KNOWN)
    assert (terms.required, terms.spare, terms.reduces) == (required, spare, False)


def test_a_hundred_percent_of_very_many_is_all_of_them() -> None:
    crowd = tuple((ItemId(number), 1.0, number) for number in range(100_000))
    known = {ItemId(number) for number in range(100_001)}
    group = RedundancyGroup(1, ItemId(100_000), "percent", 100, crowd)
    assert terms_of(group, known).required == 100_000


def test_capacity_groups_need_capacity_and_reduce_before_they_fail() -> None:
    terms = terms_of(RedundancyGroup(1, ItemId(9), "capacity", 12, members(10, 5)), KNOWN)
    assert (terms.total, terms.required, terms.reduces) == (15, 12, True)
    assert terms.spare == pytest.approx(3)


def test_a_capacity_out_of_reach_makes_every_member_count() -> None:
    terms = terms_of(RedundancyGroup(1, ItemId(9), "capacity", 16, members(10, 5, 0)), KNOWN)
    assert (terms.total, terms.required, terms.spare, terms.reduces) == (3, 3, 0, False)


def test_a_member_named_twice_counts_once_with_its_larger_capacity() -> None:
    twice = ((ItemId(1), 5.0, 41), (ItemId(1), 8.0, 40), (ItemId(2), 1.0, 42))
    terms = terms_of(RedundancyGroup(1, ItemId(9), "capacity", 2, twice), KNOWN)
    assert terms.members == [(1, 8.0, 40), (2, 1.0, 42)]


def test_unknown_members_and_the_dependant_itself_are_no_members() -> None:
    odd = ((ItemId(1), 1.0, 1), (ItemId(9), 1.0, 2), (ItemId(77), 1.0, 3))
    terms = terms_of(RedundancyGroup(1, ItemId(9), "at_least", 1, odd), KNOWN)
    assert [provider for provider, _, _ in terms.members] == [1]


def test_a_gathered_graph_holds_all_items_named_anywhere() -> None:
    group = RedundancyGroup(1, ItemId(4), "at_least", 1, members(1, 1))
    assert ListedGraph.of(groups=[group], items=[ItemId(8)]).items == (1, 2, 4, 8)
