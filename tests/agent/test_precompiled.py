"""The one-file program is compiled once for all cycles of a supervisor, and nobody can change that.

python cadastre-agent.pyz supervise FOLDER ── precompile 3 ──> sealed memory, descriptor 3
                 │                                                     │
                 └── python -c … /proc/self/fd/3 cycle FOLDER  <───────┘  (each cycle)
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from agent import enrolment, precompiled, supervisor
from agent.errors import EXIT_FAILED
from agent.precompiled import Precompiled
from tests.agent.desk import ROOT, Desk, accepted
from tests.agent.programs import packed, pythons
from tests.support.processes import require_program

REFUSING = str(ROOT / "tests" / "agent" / "refusing.py")
_MEMORY = "/memfd:cadastre-agent (deleted)"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Give the one-file program in a folder of its own."""
    return packed(tmp_path / "program")


def _of(program: Path) -> Precompiled:
    return Precompiled(str(program), supervisor.own_command(str(program)))


def _said(command: list[str], *words: str) -> str:
    """Run the agent as the supervisor does, and return what it says."""
    done = subprocess.run(
        [*command, *words], close_fds=False, capture_output=True, text=True, check=True
    )
    return done.stdout


def _held(command: list[str]) -> Path:
    assert command[-1].startswith("/proc/self/fd/")
    return Path(command[-1])


def _newer(program: Path, version: str = "9.8.7") -> bytes:
    """Return the program in another version; as many bytes for versions of one length."""
    beside = program.with_name("newer")
    with zipfile.ZipFile(program) as old, zipfile.ZipFile(beside, "w") as new:
        for name in old.namelist():
            told = f'__version__ = "{version}"\n'.encode()
            new.writestr(name, told if name == "agent/__init__.py" else old.read(name))
    content = beside.read_bytes()
    beside.unlink()
    return content


@contextmanager
def _service(folder: Path, *command: str) -> Iterator[psutil.Process]:
    """Run the agent's service until its first cycle is over."""
    words = [*command, "run", "--state-dir", str(folder)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as service:
        try:
            deadline = time.monotonic() + 60
            while not (folder / "next").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            yield psutil.Process(service.pid)
        finally:
            service.terminate()


def _descriptors(process: psutil.Process) -> list[str]:
    folder = Path(f"/proc/{process.pid}/fd")
    return [str(descriptor.readlink()) for descriptor in folder.iterdir()]


def test_every_module_is_there_compiled_and_none_as_a_source(program: Path) -> None:
    with closing(_of(program)) as agent:
        with zipfile.ZipFile(_held(agent.command())) as held, zipfile.ZipFile(program) as sources:
            names = {name for name in sources.namelist() if name.startswith("agent/")}
            assert set(held.namelist()) == {f"{name}c" for name in names}
        assert _said(agent.command(), "--version") == "cadastre-agent 0.1.0\n"


def test_one_child_compiles_for_all_cycles(program: Path) -> None:
    with closing(_of(program)) as agent:
        first = _held(agent.command()).stat()
        again = _held(agent.command()).stat()
    assert (first.st_ino, first.st_ctime_ns) == (again.st_ino, again.st_ctime_ns)


def test_what_was_compiled_can_be_changed_by_nobody(program: Path) -> None:
    with closing(_of(program)) as agent:
        held = _held(agent.command())
        before = held.read_bytes()
        descriptor = int(held.name)
        with pytest.raises(PermissionError):
            os.pwrite(descriptor, b"x", 0)
        with pytest.raises(PermissionError):
            os.truncate(descriptor, 0)
        with pytest.raises(PermissionError), held.open("r+b", buffering=0) as file:
            file.write(b"x")
        assert held.read_bytes() == before


def test_the_service_reports_from_memory_and_leaves_nothing_on_the_disk(
    program: Path, desk: Desk, enrolled: Path
) -> None:
    desk.replies = [accepted(next_report_seconds=600)]
    before = {path.name for path in enrolled.iterdir()}
    with _service(enrolled, sys.executable, str(program)) as service:
        assert _MEMORY in _descriptors(service)
        assert service.memory_info().rss < 12 * 1024 * 1024
    assert len(desk.reports) == 1
    assert {path.name for path in enrolled.iterdir()} - before <= {"lock", "next", "state.json"}
    assert [path.name for path in program.parent.iterdir()] == [program.name]


def test_two_services_of_one_program_do_not_meet(
    program: Path, desk: Desk, enrolled: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    enrolment.enrol(str(other), {"server": desk.address}, "token")
    desk.requests.clear()
    desk.replies = [accepted(next_report_seconds=600) for _ in range(2)]
    start = (sys.executable, str(program))
    with _service(enrolled, *start) as one, _service(other, *start) as two:
        assert all(_MEMORY in _descriptors(service) for service in (one, two))
    assert len(desk.reports) == 2


@pytest.mark.parametrize("in_place", [True, False])
def test_an_update_is_compiled_anew_before_the_next_cycle(program: Path, *, in_place: bool) -> None:
    older, newer = _newer(program, "9.8.6"), _newer(program, "9.8.7")
    assert len(older) == len(newer)
    program.write_bytes(older)
    times = program.stat()
    with closing(_of(program)) as agent:
        assert _said(agent.command(), "--version") == "cadastre-agent 9.8.6\n"
        target = program if in_place else program.with_name("new")
        target.write_bytes(newer)
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
        target.replace(program)
        assert _said(agent.command(), "--version") == "cadastre-agent 9.8.7\n"


@pytest.mark.parametrize("damage", ["cut short", "garbled", "gone"])
def test_a_damaged_program_is_started_as_it_is_until_it_is_whole_again(
    program: Path, damage: str
) -> None:
    whole = program.read_bytes()
    with closing(_of(program)) as agent:
        agent.command()
        if damage == "gone":
            program.unlink()
        else:
            middle = len(whole) // 2
            short = whole[:middle]
            program.write_bytes(
                short if damage == "cut short" else short + bytes(500) + whole[middle + 500 :]
            )
        assert agent.command() == supervisor.own_command(str(program))
        program.write_bytes(whole)
        assert _said(agent.command(), "--version") == "cadastre-agent 0.1.0\n"
        assert _held(agent.command()).exists()


def test_what_cannot_be_compiled_is_said(program: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program.write_bytes(program.read_bytes()[:5000])
    descriptor = os.memfd_create("test", os.MFD_ALLOW_SEALING)
    try:
        assert precompiled.fill(descriptor, str(program)) == EXIT_FAILED
    finally:
        os.close(descriptor)
    assert capfd.readouterr().err.startswith("cadastre-agent: cycles are compiled each anew")


@pytest.mark.parametrize("python", pythons())
def test_another_interpreter_compiles_for_itself(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    starter = tmp_path / "python3"
    monkeypatch.setattr(sys, "executable", str(starter))
    with closing(_of(program)) as agent:
        seen = []
        for now in (python, pythons()[0]):
            starter.unlink(missing_ok=True)
            starter.write_text(f'#!/bin/sh\nexec {shlex.quote(now)} "$@"\n')
            starter.chmod(0o755)
            held = _held(agent.command())
            seen.append(held.stat().st_ino)
            with zipfile.ZipFile(held) as compiled:
                code = compiled.read("agent/cycle.pyc")
            assert code[:4].hex() == _magic(now)
            assert "cadastre-report/1" in _said(agent.command(), "print", "os")
        assert seen[0] != seen[1]


def _magic(python: str) -> str:
    asked = [python, "-c", "import importlib.util as u; print(u.MAGIC_NUMBER.hex())"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _refused() -> list[str]:
    return [sys.executable, REFUSING, "memory"]


def _without_room() -> list[str]:
    return [require_program("prlimit", "util-linux"), "--fsize=150000"]


@pytest.mark.parametrize("prefix", [_refused, _without_room])
def test_without_such_memory_cycles_cost_more_and_nothing_else(
    program: Path, desk: Desk, enrolled: Path, prefix: Callable[[], list[str]]
) -> None:
    desk.replies = [accepted(next_report_seconds=600)]
    with _service(enrolled, *prefix(), sys.executable, str(program)) as service:
        assert _MEMORY not in _descriptors(service)
    assert len(desk.reports) == 1


def test_a_tree_is_started_as_it_is(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "agent", tmp_path / "agent")
    entry = tmp_path / "agent" / "__main__.py"
    with closing(_of(entry)) as agent:
        assert agent.command() == supervisor.own_command(str(entry))
