"""A directory that goes away in the middle of an answer disables nobody."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from server.people.actions.directories import change_directory
from server.people.models import Directory
from server.people.sources import Access
from server.people.sync import sync_directory
from tests.server.people.company import NOON, Company
from tests.support.directory import SlapdServer
from tests.support.people import World

_CHUNK = 4096


class CuttingLine:
    """A line to a server that breaks after so many bytes of answers."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.allowed: float = float("inf")
        self.passed = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self.passed = 0
                for source, target, counted in ((near, far, False), (far, near, True)):
                    what = (source, target, counted)
                    threading.Thread(target=self._pass, args=what, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                self.passed += len(data) if counted else 0
                if counted and self.passed > self.allowed:
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def line(company: Company, world: World, directory: SlapdServer) -> Iterator[CuttingLine]:
    """Put a line between us and the directory, which holds two pages of people."""
    line = CuttingLine(directory.tls_port)
    with company.database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        elsewhere = {"url": f"ldaps://127.0.0.1:{line.port}", "password": directory.reader_password}
        change_directory(session, world.admin, row, elsewhere, company.secrets, NOON)
    people = [company.hire(f"p{number:03}") for number in range(560)]
    company.form("All", *people[:5])
    yield line
    line.close()


def test_nobody_is_disabled_wherever_the_answer_breaks_off(
    company: Company, line: CuttingLine
) -> None:
    assert company.sync().state == "finished"
    whole = line.passed
    for share in (0.2, 0.5, 0.9, 0.99):
        line.allowed = whole * share
        report = company.sync(confirm=True)
        assert (report.state, report.persons_deactivated) == ("failed", 0), share
    assert len(company.people()) == 560
    assert len(company.members("All")) == 5
    later = NOON + timedelta(minutes=1)
    broken = sync_directory(
        company.database, Access(company.secrets), company.directory_id, later, delta=True
    )
    assert broken.state == "failed"
    line.allowed = float("inf")
    assert company.sync().state == "finished"
    assert len(company.people()) == 560
