import signal
import time
from pathlib import Path

from tests.server.command_line import Cadastre, Running
from tests.support.processes import free_port

IN_REGISTER = r"This machine is in the register: http://127\.0\.0\.1:\d+/items/(\d+)"


def _token(cadastre: Cadastre) -> str:
    words = ("token", "create", "--login", "admin", "--name", "test", "--quiet")
    return cadastre.succeed(*words).strip()


def _agents_of(home: Path) -> list[str]:
    """Return the command lines of processes that work on this data folder's agent."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(home / "agent") in words:
                found.append(words)
    return found


def _wait_until_gone(home: Path) -> None:
    deadline = time.monotonic() + 15
    while _agents_of(home):
        assert time.monotonic() < deadline, _agents_of(home)
        time.sleep(0.1)


def _started(cadastre: Cadastre, port: int | None = None) -> tuple[Running, str]:
    running = cadastre.serve("--with-local-agent", port=port)
    return running, running.wait_for(IN_REGISTER)


def test_this_machine_comes_into_the_register_and_its_agent_stays_until_the_end(
    cadastre: Cadastre,
) -> None:
    running, item = _started(cadastre)
    status, body = running.get(f"/api/v1/items/{item}", _token(cadastre))
    assert status == 200
    assert body["name"]
    deadline = time.monotonic() + 10
    while not any("supervise" in words for words in _agents_of(cadastre.home)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert running.stop() == 0
    assert _agents_of(cadastre.home) == []


def test_a_second_start_enrols_nothing_and_finds_the_same_machine(cadastre: Cadastre) -> None:
    port = free_port()
    running, item = _started(cadastre, port)
    running.stop()
    again, same = _started(cadastre, port)
    again.stop()
    assert same == item
    assert len(cadastre.succeed("agents", "list").splitlines()) == 1


def test_a_server_that_moved_to_another_port_keeps_its_machine(cadastre: Cadastre) -> None:
    running, item = _started(cadastre)
    running.stop()
    again, same = _started(cadastre)
    again.stop()
    assert again.port != running.port
    assert same == item


def test_a_new_register_is_entered_anew(cadastre: Cadastre) -> None:
    port = free_port()
    running, _item = _started(cadastre, port)
    running.stop()
    for left in cadastre.home.glob("cadastre.sqlite3*"):
        left.unlink()
    again, _item = _started(cadastre, port)
    assert again.stop() == 0
    assert len(cadastre.succeed("agents", "list").splitlines()) == 1


def test_the_agent_does_not_outlive_a_server_that_was_killed(cadastre: Cadastre) -> None:
    running, _item = _started(cadastre)
    running.stop(signal.SIGKILL)
    _wait_until_gone(cadastre.home)
