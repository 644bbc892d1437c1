"""Start ``cadastre`` as a copy of a process that has loaded it: a tenth of a second, not three."""

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tests.support.loaded import MOST_BYTES
from tests.support.processes import as_dependent

_ROOT = Path(__file__).parents[2]


class Copy:
    """A running copy; speaks as ``subprocess.Popen`` does."""

    def __init__(self, pid: int, stdout: IO[str], stderr: IO[str], end: int) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self._end = end

    def poll(self) -> int | None:
        """Return how it ended; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, once it has. Raises ``subprocess.TimeoutExpired``."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("cadastre", timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._end], [], [], seconds)[0]:
            # Nothing at all: the process that would have told us is gone, and took it along.
            self.returncode = int(os.read(self._end, 16) or -signal.SIGTERM)
            os.close(self._end)
        return self.returncode


def start_copy(words: Sequence[str], environment: Mapping[str, str]) -> Copy:
    """Start ``cadastre`` with these words, in the folder of the sources."""
    control = _loaded()
    output, errors, end = os.pipe(), os.pipe(), os.pipe()
    order = json.dumps({"words": list(words), "environment": dict(environment)}).encode()
    given = [pipe[1] for pipe in (output, errors, end)]
    socket.send_fds(control, [order], given)
    for number in given:
        os.close(number)
    pid = int(control.recv(MOST_BYTES))
    return Copy(pid, os.fdopen(output[0]), os.fdopen(errors[0]), end[0])


@functools.cache
def _loaded() -> socket.socket:
    """Return the way to the process that has loaded the program; it ends with this process."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.support.loaded", str(its.fileno())]
    process = subprocess.Popen(
        as_dependent(command),
        cwd=_ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        pass_fds=[its.fileno()],
    )
    its.close()
    atexit.register(_end, mine, process)
    return mine


def _end(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    control.close()
    process.wait(10)
