"""The agent of this very machine, kept running beside the server.

A process of its own (``python -m server.commands.local_agent``) waits until the server answers,
enrols the agent, lets it report once and then keeps it running. It reads one line of JSON and
afterwards only whether its standard input is still open: when the server is gone, however it
went, the pipe closes and the agent is stopped. It knows the agent by its command line alone and
imports nothing heavy, because it lives as long as the server does.
"""

import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.foundation.settings import child_environment

_PATIENCE_SECONDS = 60.0
_STOP_SECONDS = 3.0
_REPAIR_SECONDS = 60.0
#: The agent's exit code when the server refuses its key: the register may be a new one.
_REFUSED = 5


@dataclass(frozen=True, slots=True)
class Orders:
    """What the keeper is told: where the server is, and where the agent's state and code lie."""

    server: str
    site: str
    home: str
    agent_code: str
    authority: str = ""

    @property
    def state(self) -> Path:
        """Return the agent's folder."""
        return Path(self.home) / "agent"


class Keeper:
    """Keeps one agent: enrolled, reporting, and gone when the server is gone."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._gone = threading.Event()
        self._running: subprocess.Popen[bytes] | None = None

    def server_is_gone(self) -> None:
        """Stop the agent; called from the thread that watches standard input."""
        self._gone.set()
        _end(self._running)

    def keep(self) -> None:
        """Bring the machine into the register and keep it there until the server is gone."""
        if not self._server_answers():
            return
        self._report_first()
        while not self._gone.is_set():
            self._running = self._start("run")
            if self._gone.is_set():
                _end(self._running)
            self._running.wait()
            self._gone.wait(_REPAIR_SECONDS)

    def _server_answers(self) -> bool:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._gone.is_set() and time.monotonic() < deadline:
            if self._asked_once():
                return True
            self._gone.wait(0.2)
        return False

    def _asked_once(self) -> bool:
        address = urlsplit(self._orders.server)
        host, port = address.hostname or "", address.port
        connection = http.client.HTTPConnection(host, port, timeout=5)
        if address.scheme == "https":
            context = ssl.create_default_context(cafile=self._orders.authority or None)
            connection = http.client.HTTPSConnection(host, port, timeout=5, context=context)
        try:
            connection.request("GET", f"{address.path}/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _report_first(self) -> None:
        if self._enrolled_with() != self._orders.server:
            self._enrol()
        outcome = self._once()
        if outcome.returncode == _REFUSED:
            self._enrol()
            outcome = self._once()
        if self._gone.is_set():
            return
        if outcome.returncode != 0:
            _complain(outcome.stderr.strip() or "the local agent could not report")
            return
        found = re.search(r"Accepted as (\d+)", outcome.stdout)
        place = f"/items/{found.group(1)}" if found else "/items"
        print(f"This machine is in the register: {self._orders.site}{place}", flush=True)

    def _enrolled_with(self) -> str | None:
        """Return the server the agent reports to; another port or name is another server."""
        try:
            settings = json.loads((self._orders.state / "settings.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return settings.get("server") if isinstance(settings, dict) else None

    def _enrol(self) -> None:
        """Have a token made that works once, and trade it for the agent's own key."""
        cadastre = [sys.executable, "-m", "server"]
        made = _run(
            [*cadastre, "agents", "enrolment-token", "--quiet", "--name", "local agent"],
            environment={"CADASTRE_HOME": self._orders.home},
        )
        words = ["enrol", "--server", self._orders.server, "--token", "-"]
        if self._orders.authority:
            words += ["--ca-file", self._orders.authority]
        enrolled = _run(self._agent(*words), self._orders.agent_code, made.stdout)
        for outcome in (made, enrolled):
            if outcome.returncode != 0 and not self._gone.is_set():
                _complain(outcome.stderr.strip())

    def _once(self) -> "subprocess.CompletedProcess[str]":
        return _run(self._agent("once"), self._orders.agent_code)

    def _start(self, verb: str) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C is for the server, which lets the agent finish.
        return subprocess.Popen(  # noqa: S603 - the agent's own command line, no shell
            self._agent(verb),
            cwd=self._orders.agent_code,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _agent(self, *words: str) -> list[str]:
        state = ["--state-dir", str(self._orders.state)]
        return [sys.executable, "-m", "agent", words[0], *state, *words[1:]]


class LocalAgent:
    """The keeper as the server sees it: a child with an open pipe."""

    def __init__(self, orders: Orders) -> None:
        self._owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "server.commands.local_agent"],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._write(json.dumps(asdict(orders)).encode() + b"\n")

    def stop(self) -> None:
        """Close the pipe and wait for a while. A forked child of the starter must not do this."""
        if os.getpid() != self._owner or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(2 * _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _write(self, line: bytes) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(line)
            self._process.stdin.flush()


def _run(
    command: list[str],
    folder: str | None = None,
    given: str = "",
    environment: dict[str, str] | None = None,
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own programs, no shell
        command,
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env=child_environment(environment or {}),
    )


def _end(process: "subprocess.Popen[bytes] | None") -> None:
    if process is None or process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _complain(text: str) -> None:
    print(f"cadastre: {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Read the orders, keep the agent, end with the server."""
    keeper = Keeper(Orders(**json.loads(sys.stdin.readline())))

    def watch() -> None:
        sys.stdin.read()
        keeper.server_is_gone()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    keeper.keep()
    watcher.join()


if __name__ == "__main__":
    main()
