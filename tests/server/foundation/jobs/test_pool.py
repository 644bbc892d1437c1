import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.foundation.jobs.pool import ComputationLost, run_pure, stop_pool


def _square(number: int) -> int:
    return number * number


def _who() -> int:
    return os.getpid()


def _fail() -> None:
    raise ValueError("not today")


def _die_once(marker: str) -> str:
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second time"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_computation_runs_in_another_process_and_gives_its_value_back() -> None:
    assert run_pure(_square, 12) == 144
    assert run_pure(_who) != os.getpid()


def test_what_the_computation_raises_is_raised_here() -> None:
    with pytest.raises(ValueError, match="not today"):
        run_pure(_fail)


def test_a_killed_child_is_replaced_and_the_computation_done_again(tmp_path: Path) -> None:
    assert run_pure(_die_once, str(tmp_path / "died")) == "second time"


def test_a_computation_that_keeps_dying_is_given_up_and_the_pool_goes_on() -> None:
    with pytest.raises(ComputationLost):
        run_pure(_die)
    assert run_pure(_square, 3) == 9
    stop_pool()
    assert run_pure(_square, 4) == 16


_PARENT = """
from server.foundation.jobs.pool import run_pure
from os import getpid
if __name__ == "__main__":
    print(run_pure(getpid), flush=True)
    input()
"""


def test_children_do_not_outlive_a_parent_that_was_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert Path(f"/proc/{child}").exists()
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < deadline, "the child lives on"
        time.sleep(0.05)


def test_a_process_that_leaves_at_once_leaves_no_complaint_in_the_log() -> None:
    words = (
        "import math, os\n"
        "from server.foundation.jobs.pool import leave_pool, run_pure\n"
        "assert run_pure(math.sqrt, 4.0) == 2.0\n"
        "leave_pool()\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, timeout=60, check=False
    )
    # The tracker of semaphores writes when its last user is gone; the pipe stays open until then.
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
