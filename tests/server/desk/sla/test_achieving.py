"""Targets that could have been kept, by quantiles."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from server.desk.sla.rules.achieving import (
    LEAST_CASES,
    Done,
    achievable,
    agreeable,
    quantile,
)

MINUTES = st.floats(0, 100_000)


def done(used: float, priority: int = 2, service_id: int | None = 7) -> Done:
    return Done(service_id, "resolve", priority, "office", 60, used, used <= 60)


def test_the_proposal_is_what_the_wanted_share_would_have_kept() -> None:
    (row,) = achievable([done(minutes) for minutes in range(1, 101)], 0.9)
    assert (row.cases, row.half, row.most, row.kept) == (100, 50, 90, 0.6)
    assert (row.target, row.achievable) == (60, 90)
    (row,) = achievable([done(minutes) for minutes in range(1, 101)], 0.95)
    assert (row.most, row.achievable) == (95, 120)


def test_too_few_cases_propose_nothing() -> None:
    (row,) = achievable([done(10)] * (LEAST_CASES - 1), 0.9)
    assert (row.half, row.achievable) == (10, None)
    (row,) = achievable([done(10)] * LEAST_CASES, 0.9)
    assert row.achievable == 10


def test_services_and_priorities_stand_apart_and_what_has_none_comes_last() -> None:
    rows = achievable([done(1, 2, None), done(1, 3, 9), done(1, 1, 9), done(1, 5, 4)], 0.9)
    assert [(row.service_id, row.priority) for row in rows] == [(4, 5), (9, 1), (9, 3), (None, 2)]


@given(st.lists(MINUTES, min_size=1, max_size=60), st.integers(1, 100))
def test_a_quantile_is_the_least_case_that_covers_the_share(
    values: list[float], percent: int
) -> None:
    ordered = sorted(values)
    found = quantile(ordered, percent / 100)
    assert sum(one <= found for one in ordered) * 100 >= percent * len(ordered)
    assert sum(one < found for one in ordered) * 100 < percent * len(ordered)


@given(st.lists(MINUTES, min_size=2))
def test_a_target_to_agree_on_is_never_less_than_what_was_needed(values: list[float]) -> None:
    assert all(agreeable(one) >= one for one in values)
    steps = [agreeable(one) for one in sorted(values)]
    assert all(one <= other for one, other in pairwise(steps))
