"""The agent as a service of Windows, before a stand-in of Windows: real threads, real children."""

import ctypes
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from agent.errors import AgentError
from agent.windows_service import control, installing, running
from agent.windows_service.command import act, cycle_command
from agent.windows_service.control import (
    PRESHUTDOWN,
    RUNNING,
    SHUTDOWN,
    START_PENDING,
    STOP,
    STOP_PENDING,
    STOPPED,
    Service,
)
from agent.windows_service.events import SOURCE_KEY, EventLog
from agent.windows_service.running import Reporting
from tests.agent.desk import ROOT, Desk
from tests.agent.windows import ControlManager, Programs

Start = Callable[[Path, list[str]], "Future[int]"]

#: Says who it is, and hangs like a file server that is away.
HANGING = """import os, sys, time
with open(os.path.join(sys.argv[1], "child.new"), "w") as file:
    file.write(str(os.getpid()))
os.rename(os.path.join(sys.argv[1], "child.new"), os.path.join(sys.argv[1], "child"))
time.sleep(600)
"""
FAILING = "import sys; sys.exit('cadastre-agent: the disk is full.')"


@pytest.fixture
def windows() -> ControlManager:
    return ControlManager()


@pytest.fixture
def start(windows: ControlManager) -> Iterator[Start]:
    """Give what starts the service, as Windows starts a process; it is stopped at the end."""
    with ThreadPoolExecutor(1) as pool:
        started: list[Future[int]] = []

        def begin(folder: Path, command: list[str]) -> "Future[int]":
            tell = EventLog(windows.library)
            service = Service(windows.library, Reporting(str(folder), command, tell), tell)
            started.append(pool.submit(service.dispatch))
            return started[-1]

        yield begin
        if not all(one.done() for one in started):
            windows.send(STOP)


def _states(windows: ControlManager) -> list[int]:
    return [one.state for one in windows.states]


def _child_of(folder: Path) -> psutil.Process:
    deadline = time.monotonic() + 20
    while not (folder / "child").exists():
        assert time.monotonic() < deadline, "no cycle was started"
        time.sleep(0.02)
    return psutil.Process(int((folder / "child").read_text()))


def test_it_starts_reports_and_stops_when_windows_says_so(
    windows: ControlManager, start: Start, desk: Desk, enrolled: Path
) -> None:
    entry = str(ROOT / "agent" / "__main__.py")
    served = start(enrolled, cycle_command(entry, str(enrolled), None))
    assert windows.wait_for(RUNNING).accepted == 0x1 | 0x4 | 0x100
    deadline = time.monotonic() + 30
    while not (enrolled / "next").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    windows.send(STOP)
    assert served.result(20) == 0
    assert _states(windows) == [START_PENDING, RUNNING, STOP_PENDING, STOPPED]
    assert windows.states[-1].exit_code == 0
    assert len(desk.reports) == 1
    assert windows.events == []


@pytest.mark.parametrize("code", [STOP, SHUTDOWN, PRESHUTDOWN])
def test_a_stop_during_a_cycle_ends_the_child_and_says_that_it_is_stopping(
    windows: ControlManager, start: Start, enrolled: Path, code: int
) -> None:
    served = start(enrolled, [sys.executable, "-c", HANGING, str(enrolled)])
    child = _child_of(enrolled)
    windows.send(code)
    assert served.result(20) == 0
    assert _states(windows) == [START_PENDING, RUNNING, STOP_PENDING, STOPPED]
    assert not child.is_running()
    assert windows.answers == [0]
    # Whoever stopped it knows that the cycle did not end.
    assert windows.events == []


def test_a_cycle_that_fails_is_told_and_the_service_goes_on(
    windows: ControlManager, start: Start, enrolled: Path
) -> None:
    served = start(enrolled, [sys.executable, "-c", FAILING])
    deadline = time.monotonic() + 20
    while not windows.events and time.monotonic() < deadline:
        time.sleep(0.02)
    assert windows.events == ["cadastre-agent: the disk is full."]
    assert not served.done()
    windows.send(STOP)
    assert served.result(20) == 0


def test_a_cycle_that_cannot_be_started_is_told_and_the_service_goes_on(
    windows: ControlManager, start: Start, enrolled: Path, tmp_path: Path
) -> None:
    served = start(enrolled, [str(tmp_path / "python.exe")])
    deadline = time.monotonic() + 20
    while not windows.events and time.monotonic() < deadline:
        time.sleep(0.02)
    assert windows.events[0].startswith("The cycle cannot be started: ")
    windows.send(STOP)
    assert served.result(20) == 0


def test_a_cycle_that_hangs_is_ended(
    windows: ControlManager, start: Start, enrolled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_LONGEST_SECONDS", 1.0)
    served = start(enrolled, [sys.executable, "-c", HANGING, str(enrolled)])
    child = _child_of(enrolled)
    deadline = time.monotonic() + 20
    while not windows.events and time.monotonic() < deadline:
        time.sleep(0.02)
    assert windows.events == ["The cycle took too long and was ended."]
    assert not child.is_running()
    windows.send(STOP)
    assert served.result(20) == 0


def test_without_enrolment_it_stops_with_its_own_code_and_the_way_is_shown(
    windows: ControlManager, start: Start, folder: Path
) -> None:
    folder.mkdir(mode=0o700)
    assert start(folder, []).result(20) == 3
    assert _states(windows) == [START_PENDING, STOPPED]
    last = windows.states[-1]
    assert (last.exit_code, last.own_exit_code) == (control.OWN_ERROR, 3)
    assert "cadastre-agent enrol" in windows.events[0]


def test_a_defect_of_ours_is_told_and_never_leaves_a_service_that_seems_to_run(
    windows: ControlManager,
) -> None:
    class Broken:
        def prepare(self) -> None:
            pass

        def run(self) -> None:
            raise ZeroDivisionError("by nothing")

        def stop(self) -> None:
            pass

    service = Service(windows.library, Broken(), EventLog(windows.library))
    assert service.dispatch() == 1
    assert _states(windows) == [START_PENDING, RUNNING, STOPPED]
    assert windows.events == ["ZeroDivisionError: by nothing"]


def test_other_controls_are_not_for_it(
    windows: ControlManager, start: Start, enrolled: Path
) -> None:
    pause, interrogate = 2, control.INTERROGATE
    served = start(enrolled, [sys.executable, "-c", HANGING, str(enrolled)])
    windows.wait_for(RUNNING)
    for code in (pause, interrogate, STOP):
        windows.send(code)
    assert served.result(20) == 0
    assert windows.answers == [control.NOT_IMPLEMENTED, 0, 0]


@pytest.mark.parametrize(
    ("code", "words"), [(1063, "cadastre-agent service install"), (1056, r"\(error 1056\)")]
)
def test_started_by_hand_it_says_who_starts_it(
    windows: ControlManager, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    windows.starts = False
    monkeypatch.setattr(ctypes, "get_last_error", lambda: code, raising=False)
    work = Reporting("nowhere", [], print)
    with pytest.raises(AgentError, match=words):
        Service(windows.library, work, print).dispatch()


def test_the_shapes_are_those_of_windows() -> None:
    pointer = ctypes.sizeof(ctypes.c_void_p)
    assert ctypes.sizeof(control.Status) == 28
    assert ctypes.sizeof(control.Entry) == 2 * pointer


def test_it_is_made_changed_and_removed() -> None:
    programs = Programs()
    command = [r"C:\Program Files\Python\python.exe", "-I", "a.pyz", "service", "run"]
    assert "service cadastre-agent" in installing.install(command, programs)
    made = programs.services["cadastre-agent"]
    assert made["binPath="] == r'"C:\Program Files\Python\python.exe" -I a.pyz service run'
    assert made["start="] == "delayed-auto"
    assert made["actions="].startswith("restart/")
    assert programs.running == {"cadastre-agent"}
    assert programs.keys[SOURCE_KEY][-2:] == [r"%SystemRoot%\System32\EventCreate.exe", "/f"]
    installing.install([r"D:\agent.exe", "service", "run"], programs)
    assert programs.services["cadastre-agent"]["binPath="] == r"D:\agent.exe service run"
    assert programs.running == {"cadastre-agent"}
    installing.remove(programs)
    assert (programs.services, programs.running) == ({}, set())
    assert programs.keys[SOURCE_KEY] == ["delete", "/f"]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [(5, "as an administrator"), (1072, "close the window Services"), (87, "error 87 of Windows")],
)
def test_what_windows_refuses_is_said_in_words(refusal: int, words: str) -> None:
    with pytest.raises(AgentError, match=words):
        installing.install(["agent.exe"], Programs(refusal=refusal))


def test_what_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(AgentError, match="there is no such service"):
        installing.remove(Programs())


def test_windows_starts_the_python_that_an_environment_is_made_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "_base_executable", "/base/python")
    started = installing.service_command("a.pyz", "state")
    assert started[:2] == ["/base/python", "-I"]
    assert started[-2:] == ["--python", sys.executable]
    # psutil lies in the environment, so its python runs the cycles.
    monkeypatch.setattr(sys, "executable", "/base/python")
    ran = cycle_command("a.pyz", "state", started[-1])
    assert (ran[0], ran[-3:]) == (started[-1], ["a.pyz", "cycle", "state"])
    assert "--python" not in installing.service_command("a.pyz", "state")


@pytest.mark.parametrize("action", ["install", "remove", "run"])
def test_elsewhere_it_is_refused(action: str, enrolled: Path) -> None:
    with pytest.raises(AgentError, match="service of Windows"):
        act(action, "a.pyz", str(enrolled), None)
