"""Which readings are worth telling."""

from pathlib import Path
from typing import Any

import pytest

from agent import readings
from tests.agent.recordings import recorded

GIB = 1024**3
TOLD: dict[str, Any] = {
    "uptime_seconds": 1000,
    "load": [1.0, 1.0, 1.0],
    "memory_available_bytes": 10 * GIB,
    "filesystem_free_bytes": {"/": 100 * GIB},
}


def test_readings_are_taken_from_the_kernel(tmp_path: Path) -> None:
    taken = readings.take(recorded("rack-server", tmp_path))
    assert taken["uptime_seconds"] == 86400
    assert taken["load"] == [0.52, 0.4, 0.31]
    assert taken["memory_available_bytes"] == 20480100 // 1024 * 1024 * 1024


@pytest.mark.parametrize("age", [None, 86400, -1])
def test_all_are_told_at_first_once_a_day_and_when_the_clock_was_turned(
    age: float | None,
) -> None:
    assert readings.due(TOLD, TOLD, age) == TOLD


@pytest.mark.parametrize(
    ("change", "due"),
    [
        ({}, set()),
        ({"uptime_seconds": 5000}, set()),
        ({"uptime_seconds": 10}, {"uptime_seconds"}),
        ({"load": [1.9, 1.0, 1.0]}, set()),
        ({"load": [4.0, 1.0, 1.0]}, {"load"}),
        ({"memory_available_bytes": 9 * GIB}, set()),
        ({"memory_available_bytes": 7 * GIB}, {"memory_available_bytes"}),
        ({"filesystem_free_bytes": {"/": 90 * GIB}}, set()),
        ({"filesystem_free_bytes": {"/": 70 * GIB}}, {"filesystem_free_bytes"}),
        ({"filesystem_free_bytes": {"/": 100 * GIB, "/data": 1}}, {"filesystem_free_bytes"}),
    ],
)
def test_between_two_days_only_what_moved_is_told(change: dict[str, Any], due: set[str]) -> None:
    assert set(readings.due({**TOLD, **change}, TOLD, 3600)) == due
