"""The supervisor's loop inside a service: it ends, and its child with it, when Windows says so."""

from __future__ import annotations

import os
import threading

from agent import settings, supervisor
from agent.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

# A cycle takes seconds; one that hangs is ended, as SIGALRM ends it elsewhere.
_LONGEST_SECONDS = 900.0
# winbase.h: no console, and other programs go first.
_CREATION = 0x0800_0000 | 0x0000_4000
_TASKKILL = "%SystemRoot%\\System32\\taskkill.exe"


class _Stopped(Exception):
    pass


class Reporting:
    """Reports for ever from the agent's folder `folder`; `command` runs one cycle.

    `tell` gets a sentence for each cycle that failed.
    """

    def __init__(self, folder: str, command: list[str], tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._command = command
        self._tell = tell
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Raise AgentError where nobody enrolled."""
        require_enrolment(self._folder)

    def run(self) -> None:
        """Start one child after another until `stop` is called."""
        try:
            supervisor.cycles(self._folder, self._cycle, self._sleep)
        except _Stopped:
            return

    def stop(self) -> None:
        """End the loop and the child under way: what it had not delivered waits in its folder."""
        with self._turn:
            self._stopping.set()
            if self._child is not None:
                _end(self._child)

    def _sleep(self, seconds: float) -> None:
        supervisor.sleep(seconds, self._nap)

    def _nap(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise _Stopped

    def _cycle(self) -> None:
        import subprocess  # noqa: PLC0415 - only where a service runs

        try:
            child = self._start()
        except OSError as error:
            self._tell(f"The cycle cannot be started: {error}.")
            return
        try:
            _, told = child.communicate(timeout=_LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            _end(child)
            _, told = child.communicate()
            told += b"The cycle took too long and was ended."
        finally:
            with self._turn:
                self._child = None
        if self._stopping.is_set():
            raise _Stopped
        if child.returncode:
            words = told.decode("utf-8", "replace").strip()
            self._tell(words or f"The cycle ended with {child.returncode}.")

    def _start(self) -> subprocess.Popen[bytes]:
        from subprocess import DEVNULL, PIPE, Popen  # noqa: PLC0415 - only where a service runs

        with self._turn:
            if self._stopping.is_set():
                raise _Stopped
            self._child = Popen(  # noqa: S603 - our own program
                self._command,
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=PIPE,
                creationflags=_CREATION if os.name == "nt" else 0,
            )
            return self._child


def require_enrolment(folder: str) -> None:
    """Raise AgentError unless there are settings and a key in the agent's folder."""
    state = State(folder)
    settings.load(state)
    state.key()


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child with all that it started."""
    import subprocess  # noqa: PLC0415 - only where a service runs

    if os.name == "nt" and child.poll() is None:
        words = [os.path.expandvars(_TASKKILL), "/t", "/f", "/pid", str(child.pid)]
        subprocess.run(words, check=False, capture_output=True)  # noqa: S603 - our own words
    child.kill()
