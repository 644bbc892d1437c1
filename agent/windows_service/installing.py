"""Making the service of Windows and removing it, by the system's own sc.exe and reg.exe.

sc.exe ends with the number of the error (winerror.h). The service runs as LocalSystem: programs of
all users, BitLocker and the disks' own words are told to nobody less.
"""

from __future__ import annotations

import os
import sys

from agent.errors import AgentError
from agent.windows_service.control import NAME
from agent.windows_service.events import MESSAGES, SOURCE_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[list[str]], int]

_SC = "%SystemRoot%\\System32\\sc.exe"
_REG = "%SystemRoot%\\System32\\reg.exe"
_DESCRIPTION = "Reports this machine to Cadastre. It carries out no commands from the server."
_DENIED, _NO_SERVICE, _RUNS, _RUNS_NOT, _BEING_REMOVED, _EXISTS = 5, 1060, 1056, 1062, 1072, 1073
_WHY = {
    _DENIED: "run this as an administrator",
    _NO_SERVICE: "there is no such service",
    1053: "it did not answer in time",
    _BEING_REMOVED: "it is being removed: close the window Services, then try again",
}
# After a crash it starts again; one that stopped by itself needs a person.
_AFTER_A_CRASH = "restart/60000/restart/60000/restart/300000"


def service_command(entry: str, folder: str) -> list[str]:
    """Return what Windows starts, `entry` being the agent's program file.

    The python of a virtual environment starts another one, which Windows would not know: the
    service is that other one, and starts its cycles by the environment's, where psutil lies.
    """
    served = ["service", "run", "--state-dir", folder]
    if getattr(sys, "frozen", False):
        return [sys.executable, *served]
    base: str = getattr(sys, "_base_executable", "") or sys.executable
    inside = [] if base == sys.executable else ["--python", sys.executable]
    return [base, "-I", entry, *served, *inside]


def install(command: list[str], run: Run) -> str:
    """Make the service or change it, and start it; what was done, as a sentence.

    `run` runs a program and returns its exit code. Raises AgentError naming what failed and why.
    """
    from subprocess import list2cmdline  # noqa: PLC0415 - costs 10 ms

    # A path with a blank stands in quotes: without them Windows would start C:\Program.exe.
    started = ["binPath=", list2cmdline(command), "start=", "delayed-auto"]
    made = _sc(run, "create", *started, "DisplayName=", "Cadastre agent", known=(_EXISTS,))
    if made == _EXISTS:
        _sc(run, "stop", known=(_RUNS_NOT,))
        _sc(run, "config", *started)
    _sc(run, "description", _DESCRIPTION)
    _sc(run, "failure", "reset=", "86400", "actions=", _AFTER_A_CRASH)
    _reg(run, "add", "/v", "EventMessageFile", "/t", "REG_EXPAND_SZ", "/d", MESSAGES)
    _sc(run, "start", known=(_RUNS,))
    return f"The agent runs as the service {NAME}, and starts with the machine."


def remove(run: Run) -> str:
    """Stop the service and remove it; what was done, as a sentence. Raises AgentError."""
    _sc(run, "stop", known=(_RUNS_NOT,))
    _sc(run, "delete")
    _reg(run, "delete")
    return f"The service {NAME} is removed; the agent's folder stays."


def run_program(words: list[str]) -> int:
    """Run a program of Windows without showing its output; its exit code."""
    import subprocess  # noqa: PLC0415 - costs 10 ms

    return subprocess.run(words, check=False, stdout=subprocess.DEVNULL).returncode  # noqa: S603 - our words


def _sc(run: Run, verb: str, *words: str, known: tuple[int, ...] = ()) -> int:
    code = run([os.path.expandvars(_SC), verb, NAME, *words])
    if code and code not in known:
        why = _WHY.get(code, f"error {code} of Windows")
        raise AgentError(f"The service {NAME} cannot be told to {verb}: {why}.")
    return code


def _reg(run: Run, verb: str, *words: str) -> None:
    # Without it events are told all the same, behind a sentence that their source is not known.
    run([os.path.expandvars(_REG), verb, SOURCE_KEY, *words, "/f"])
