"""Start a real server for the length of a test session and be sure that it ends with it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

Server = TypeVar("Server")

# Debian keeps daemons in sbin, which is not on everybody's PATH.
_SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
_POLL_SECONDS = 0.02


class ServerDidNotStartError(Exception):
    """A server ended, or stayed mute, before it answered its first question."""


def require_program(name: str, package: str, search_path: str = _SEARCH_PATH) -> str:
    """Return the path of a program; without it the test fails and names the Debian package."""
    path = shutil.which(name, path=search_path)
    if path is None:
        pytest.fail(
            f"{name} is missing: `make system` as root installs the Debian package {package}.",
            pytrace=False,
        )
    return path


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a loopback port nobody held a moment ago; `start_on_free_ports` retries on a race."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers_on(port: int, address: str = "127.0.0.1") -> bool:
    """Tell whether something accepts TCP connections on a loopback port."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def private_directory(prefix: str, owner: str | None = None) -> Iterator[Path]:
    """Yield a directory outside pytest's own, which other users could not reach, then remove it."""
    directory = Path(tempfile.mkdtemp(prefix=f"cadastre-{prefix}-"))
    try:
        if owner is not None:
            shutil.chown(directory, owner)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def as_dependent(
    command: Sequence[str], user: str | None = None, death_signal: str = "TERM"
) -> list[str]:
    """Wrap a command so that it dies with the test process, and runs as `user` when one is given.

    The kernel delivers the signal (PR_SET_PDEATHSIG), so even `kill -9` on pytest leaves no server.
    """
    setpriv = require_program("setpriv", "util-linux")
    identity = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    return [setpriv, *identity, f"--pdeathsig={death_signal}", "--", *command]


class ServerProcess:
    """A server in the foreground, its output in a file that is shown when it fails to start."""

    def __init__(self, command: Sequence[str], log: Path, user: str | None = None) -> None:
        self._command = as_dependent(command, user)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, is_ready: Callable[[], bool], timeout_seconds: float = 20) -> None:
        """Run the command and wait for `is_ready`; raises ServerDidNotStartError with the log."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )
        deadline = time.monotonic() + timeout_seconds
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerDidNotStartError(self._story())
            time.sleep(_POLL_SECONDS)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask the server to end; after ten seconds, end it."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def _story(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-12:]
        return "\n".join([f"{' '.join(self._command)} did not start:", *lines])


def start_on_free_ports(start: Callable[[], Server], attempts: int = 3) -> Server:
    """Call `start`, which picks its own free ports, again when another process was quicker."""
    for _ in range(attempts - 1):
        try:
            return start()
        except ServerDidNotStartError:
            continue
    return start()
