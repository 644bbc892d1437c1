"""A server as an installation starts it, in a process of its own."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.permissions import system_actor
from server.items.enrolment import TokenDraft, create_token
from tests.support.processes import free_port

_START_SECONDS = 120


@dataclass(frozen=True)
class Served:
    """A running server: where it listens, its process, its database, a token for agents."""

    port: int
    process: int
    database: Database
    token: str

    def cpu_seconds(self) -> float:
        """Return the CPU time of the server's processes so far."""
        first = psutil.Process(self.process)
        times = [one.cpu_times() for one in (first, *first.children(recursive=True))]
        return sum(one.user + one.system for one in times)


@contextmanager
def serving(url: str, home: Path) -> Iterator[Served]:
    """Start ``cadastre serve`` over ``url`` ("" for SQLite in ``home``) and stop it at the end."""
    home.mkdir(parents=True)
    port = free_port()
    environment = os.environ | {"CADASTRE_HOME": str(home)}
    if url:
        environment["CADASTRE_DATABASE_URL"] = url
    command = [sys.executable, "-m", "server", "serve", "--listen", f"127.0.0.1:{port}"]
    with (home / "server.log").open("wb") as log:
        running = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(port)
        database = Database(url or f"sqlite:///{home / 'cadastre.sqlite3'}")
        with database.writing() as session:
            draft = TokenDraft("bench", 1, uses=None)
            token = create_token(session, system_actor("bench"), draft, utc_now())
        yield Served(port, running.pid, database, token)
        database.dispose()
    finally:
        running.terminate()
        running.wait(30)


def _wait(port: int) -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("the server did not start")
