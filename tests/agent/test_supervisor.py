"""The loop: one child per cycle, and appointments that survive a restart."""

import os
import time
from pathlib import Path

import pytest

from agent import supervisor

CHILD = """import os, sys
folder = sys.argv[2]
with open(os.path.join(folder, "calls"), "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
with open(os.path.join(folder, "next"), "w") as following:
    following.write("42\\n")
"""


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record every sleep; the third one ends the loop."""
    taken: list[float] = []

    def nap(seconds: float) -> None:
        taken.append(seconds)
        if len(taken) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(supervisor, "sleep", nap)
    return taken


def test_each_cycle_is_a_child_and_its_wish_is_obeyed(tmp_path: Path, naps: list[float]) -> None:
    program = tmp_path / "program.py"
    program.write_text(CHILD)
    assert supervisor.supervise(str(program), str(tmp_path)) == 0
    assert (tmp_path / "calls").read_text() == f"cycle {tmp_path}\n" * 2
    assert naps == [0, 42, 42]


def test_a_child_that_dies_is_named_and_not_started_again_at_once(
    tmp_path: Path, naps: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    supervisor.supervise(str(program), str(tmp_path))
    assert all(nap >= supervisor.FALLBACK_SECONDS for nap in naps[1:])
    assert "stopped by signal 9" in capfd.readouterr().err


def test_an_appointment_is_kept_over_a_restart(tmp_path: Path, naps: list[float]) -> None:
    program = tmp_path / "program.py"
    program.write_text(CHILD)
    (tmp_path / "next").write_text("1000\n")
    ago = time.time() - 400
    os.utime(tmp_path / "next", (ago, ago))
    supervisor.supervise(str(program), str(tmp_path))
    assert naps[0] == pytest.approx(600, abs=5)


@pytest.mark.parametrize("age", [5000, -5000])
def test_one_that_has_passed_or_lies_beyond_reason_is_spread(
    tmp_path: Path, naps: list[float], age: float
) -> None:
    program = tmp_path / "program.py"
    program.write_text(CHILD)
    (tmp_path / "next").write_text("1000\n")
    then = time.time() - age
    os.utime(tmp_path / "next", (then, then))
    supervisor.supervise(str(program), str(tmp_path))
    assert 0 <= naps[0] <= supervisor.START_SPREAD_SECONDS


def test_a_short_sleep_takes_as_long_as_asked() -> None:
    started = time.monotonic()
    supervisor.sleep(0.05)
    assert 0.05 <= time.monotonic() - started < 1
