"""Copies of the loaded program are processes like those that were started anew."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.copies import Copy, start_copy
from tests.support.processes import free_port


def _served(home: Path) -> Copy:
    words = ("serve", "--listen", f"127.0.0.1:{free_port()}")
    return start_copy(words, {**os.environ, "CADASTRE_HOME": str(home)})


def test_a_copy_writes_to_its_own_streams_and_ends_with_the_programs_code() -> None:
    copy = start_copy(("--version",), os.environ)
    assert copy.stdout.read().startswith("cadastre, version")
    assert copy.wait(20) == 0
    wrong = start_copy(("fly",), os.environ)
    assert "No such command" in wrong.stderr.read()
    assert wrong.wait(20) == 2
    for one in (copy, wrong):
        one.stdout.close()
        one.stderr.close()


def test_a_copy_has_the_environment_it_was_given_and_hears_signals(tmp_path: Path) -> None:
    copy = _served(tmp_path / "home")
    for line in copy.stdout:
        if "Ctrl-C stops" in line:
            break
    assert (tmp_path / "home" / "cadastre.sqlite3").exists()
    assert copy.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        copy.wait(0.1)
    copy.send_signal(signal.SIGINT)
    assert copy.wait(20) == 0
    copy.stdout.close()
    copy.stderr.close()


def test_a_copy_that_was_killed_says_by_which_signal(tmp_path: Path) -> None:
    copy = _served(tmp_path / "home")
    assert copy.stdout.readline()
    copy.kill()
    assert copy.wait(20) == -signal.SIGKILL
    assert copy.poll() == -signal.SIGKILL
    copy.stdout.close()
    copy.stderr.close()
