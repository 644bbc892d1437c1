import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes import (
    ServerDidNotStartError,
    ServerProcess,
    as_dependent,
    private_directory,
    require_program,
    start_on_free_ports,
)


def test_a_missing_program_fails_the_test_and_names_the_debian_package() -> None:
    with pytest.raises(pytest.fail.Exception) as failure:
        require_program("no-such-daemon", "no-such-package")
    assert str(failure.value) == (
        "no-such-daemon is missing: `make system` as root installs the Debian package "
        "no-such-package."
    )


def test_a_server_that_ends_at_once_shows_what_it_said(tmp_path: Path) -> None:
    server = ServerProcess(
        ["sh", "-c", "echo the port is taken >&2; exit 1"], tmp_path / "server.log"
    )
    with pytest.raises(ServerDidNotStartError, match="the port is taken"):
        server.start(lambda: False)


def test_a_server_that_lost_a_race_for_its_port_is_started_again() -> None:
    outcomes = [ServerDidNotStartError("taken"), None]

    def start() -> str:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return "up"

    assert start_on_free_ports(start) == "up"


def test_a_server_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    note = tmp_path / "server.pid"
    server = as_dependent(["sh", "-c", f"echo $$ > {note}; exec sleep 60"])
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess; subprocess.Popen({server!r}).wait()",
        ]
    )
    _wait_until(lambda: note.exists() and note.read_text().strip() != "")
    parent.kill()
    parent.wait()
    started = int(note.read_text())
    _wait_until(lambda: not _runs(started))


def test_a_private_directory_is_gone_afterwards() -> None:
    with private_directory("example") as place:
        (place / "file").write_text("kept while it lasts")
        seen = place
    assert not seen.exists()


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
