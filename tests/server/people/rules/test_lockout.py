from datetime import UTC, datetime, timedelta

import pytest

from server.people.rules.lockout import WINDOW, seconds_to_wait

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _ago(*minutes: float) -> list[datetime]:
    return [NOON - timedelta(minutes=ago) for ago in minutes]


def test_a_few_failures_cost_nothing() -> None:
    assert seconds_to_wait(_ago(1, 2, 3, 4), 5, NOON) == 0


def test_the_fifth_failure_locks_until_the_first_is_forgotten() -> None:
    assert seconds_to_wait(_ago(1, 2, 3, 4, 10), 5, NOON) == 5 * 60


def test_failures_before_the_window_are_forgotten() -> None:
    assert seconds_to_wait([*_ago(1, 2, 3, 4), NOON - WINDOW], 5, NOON) == 0


@pytest.mark.parametrize("part", [0.1, 0.5, 0.999])
def test_the_last_moment_of_a_lock_is_still_locked(part: float) -> None:
    failures = [NOON - WINDOW + timedelta(seconds=part)] * 5
    assert seconds_to_wait(failures, 5, NOON) == 1
