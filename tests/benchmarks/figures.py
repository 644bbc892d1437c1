"""Figures: measured over rounds, told as one JSON object a line."""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence

ROUNDS = 5


def tell(figure: str, value: float, unit: str, target: str, *, met: bool, setting: str) -> None:
    """Write one figure to standard output."""
    document = {
        "figure": figure,
        "value": round(value, 3),
        "unit": unit,
        "target": target,
        "met": met,
        "setting": setting,
    }
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def scaled(number: int) -> int:
    """Return how many of something to make: all of them, or the share ``BENCH_SHARE`` of them."""
    return max(1, int(number * float(os.environ.get("BENCH_SHARE", "1"))))


def note(text: str) -> None:
    """Say on standard error what is going on."""
    sys.stderr.write(f"… {text}\n")
    sys.stderr.flush()


def calibrate() -> None:
    """Tell how fast this machine is now: seconds for a fixed loop, to compare runs by."""

    def loop() -> None:
        total = 0
        for number in range(2_000_000):
            total += number & 7
        if total < 0:
            raise AssertionError

    seconds = median_of(loop)
    tell("calibration", seconds, "s", "none", met=True, setting="2,000,000 turns of a Python loop")


def median_of(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median wall time of ``rounds`` runs, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def p95_of(work: Callable[[], object], times: int = 100, rounds: int = ROUNDS) -> float:
    """Return the median over rounds of the 95th percentile of single runs, in milliseconds."""
    found = []
    for _ in range(rounds):
        singles = []
        for _ in range(times):
            started = time.perf_counter()
            work()
            singles.append((time.perf_counter() - started) * 1000)
        found.append(p95(singles))
    return statistics.median(found)
