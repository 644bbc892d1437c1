import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.foundation.locks import FileLock, LockTaken, locked

HOLD = """
import sys
from pathlib import Path
from server.foundation.locks import FileLock
FileLock(Path(sys.argv[1])).take()
print("held", flush=True)
sys.stdin.read()
"""


def test_one_holder_at_a_time_and_its_process_is_named(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.take()
    with pytest.raises(LockTaken) as caught:
        second.take()
    assert caught.value.holder == os.getpid()
    first.release()
    second.take()
    second.release()


def test_a_block_holds_it_to_its_end(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"), pytest.raises(LockTaken):
        FileLock(tmp_path / "lock").take()
    FileLock(tmp_path / "lock").take()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        lock = FileLock(tmp_path / "lock")
        with pytest.raises(LockTaken) as caught:
            lock.take()
        assert caught.value.holder == process.pid
        process.kill()
        lock.take(wait=True)
        lock.release()
