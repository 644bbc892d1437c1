"""Runs ``cadastre`` as its users do: as a process, in a data folder of its own."""

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import server.cli
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.people.actions.installation import create_first_administrator
from tests.support.copies import Copy, start_copy
from tests.support.processes import as_dependent, free_port

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def failed_in_one_sentence(self) -> bool:
        """Say whether it failed as a person should see it: one line, no traceback."""
        lines = self.err.strip().splitlines()
        return self.code != 0 and len(lines) == 1 and lines[0].startswith("cadastre: ")


@dataclass
class Cadastre:
    """One installation: a data folder, and the commands run on it."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the address of its database."""
        return self.settings.get("database_url") or f"sqlite:///{self.home}/cadastre.sqlite3"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment without whatever the tester's own settings are."""
        clean = {name: text for name, text in os.environ.items() if "CADASTRE" not in name}
        mine = {f"CADASTRE_{name.upper()}": text for name, text in self.settings.items()}
        return {**clean, **mine, "CADASTRE_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}

    def run(self, *words: str, given: str = "") -> Outcome:
        """Run a command to its end, in this process: starting one costs a second each time."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "environ", self.environment)
            patch.setattr(sys, "stdin", io.StringIO(given))
            with redirect_stdout(out), redirect_stderr(err):
                code = server.cli.run(words)
        return Outcome(code, out.getvalue(), err.getvalue())

    def run_apart(self, *words: str, given: str = "", timeout_seconds: float = 60) -> Outcome:
        """Run a command to its end as a process of its own."""
        done = subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def succeed(self, *words: str, given: str = "") -> str:
        """Run a command that must succeed; return what it printed."""
        outcome = self.run(*words, given=given)
        assert outcome.code == 0, outcome.err
        return outcome.out

    def begin(self) -> str:
        """Do what the very first start does, without a server; return the one-time password."""
        self.succeed("migrate")
        database = Database(self.url)
        with database.writing() as session:
            made = create_first_administrator(session, "Organisation", utc_now())
        database.dispose()
        return made.one_time_password

    def serve(self, *words: str, port: int | None = None) -> "Running":
        """Start ``cadastre serve`` as a copy of the loaded program; the caller stops it."""
        chosen = port or free_port()
        listen = ("--listen", f"127.0.0.1:{chosen}")
        return Running(start_copy(("serve", *listen, *words), self.environment), chosen)

    def start(self, *words: str, port: int) -> "Running":
        """Start a process of the installation as people do: it reads in the program itself."""
        process = subprocess.Popen(
            as_dependent(self.command(*words)),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Running(process, port)

    @staticmethod
    def command(*words: str) -> list[str]:
        """Return the command line of ``cadastre``."""
        return [sys.executable, "-m", "server", *words]


class Running:
    """A running process of an installation, with everything it printed."""

    def __init__(self, process: subprocess.Popen[str] | Copy, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._lines: list[str] = []
        self._errors: list[str] = []
        self.process = process
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self._lines)),
            threading.Thread(target=self._read, args=(self.process.stderr, self._errors)),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def out(self) -> str:
        """Return what it has printed so far."""
        return "".join(self._lines)

    @property
    def err(self) -> str:
        """Return what it has complained about so far."""
        return "".join(self._errors)

    def wait_for(self, pattern: str, timeout_seconds: float = _PATIENCE_SECONDS) -> str:
        """Wait until a line matches; return the first group, or the match without groups."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            found = re.search(pattern, self.out)
            if found:
                return found.group(1) if found.groups() else found.group()
            assert self.process.poll() is None, self.out + self.err
            assert time.monotonic() < deadline, self.out + self.err
            time.sleep(0.02)

    def wait_until_ready(self) -> "Running":
        """Wait until it answers that it is ready."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.get("/readyz")[0] != 200:
            assert self.process.poll() is None, self.out + self.err
            assert time.monotonic() < deadline, self.out + self.err
            time.sleep(0.05)
        return self

    def get(self, path: str, token: str = "") -> tuple[int, Any]:
        """Return status and JSON body; status 0 when nobody answers."""
        return self.send("GET", path, token)

    def send(self, method: str, path: str, token: str = "", body: object = None) -> tuple[int, Any]:
        """Send a request; return status and JSON body, status 0 when nobody answers."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return answer.status, _parsed(answer.read())
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def stop(self, how: signal.Signals = signal.SIGINT, timeout_seconds: float = 20) -> int:
        """Stop it as Ctrl-C does, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(timeout_seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            for reader in self._readers:
                reader.join(10)
        return code

    @staticmethod
    def _read(stream: Any, lines: list[str]) -> None:
        with stream:
            lines.extend(stream)


def occupied_port() -> tuple[socket.socket, int]:
    """Return a listening socket and its port."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen(1)
    return taken, taken.getsockname()[1]


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
