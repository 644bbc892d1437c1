"""Several processes that answer for one server over PostgreSQL."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.server.command_line import Cadastre, Running
from tests.support.postgres import PostgresCluster
from tests.support.processes import free_port

_ROUTE = "/api/v1/items"
_LOCK = {"code": "door_lock", "parent": "device", "label": {"en": "Door lock"}}


@pytest.fixture
def two(
    postgres_cluster: PostgresCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """Serve from two processes, with temporary files in a folder of their own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    url = postgres_cluster.new_database()
    cadastre = Cadastre(tmp_path / "home", {"database_url": url, "web_processes": "2"})
    cadastre.begin()
    words = ("token", "create", "--login", "admin", "--name", "test", "--quiet")
    (tmp_path / "token").write_text(cadastre.succeed(*words).strip())
    port = free_port()
    running = cadastre.start("serve", "--listen", f"127.0.0.1:{port}", port=port)
    yield running.wait_until_ready()
    assert running.stop() == 0
    assert "Traceback" not in running.err
    assert not list((tmp_path / "tmp").glob("cadastre-figures-*"))


def _children(running: Running) -> set[int]:
    number = running.process.pid
    listed = Path(f"/proc/{number}/task/{number}/children").read_text()
    return {int(one) for one in listed.split()}


def _ask_until_all_have_answered(running: Running, folder: Path) -> int:
    """Send requests until each process has counted one; return how many were sent."""
    sent = 0
    deadline = time.monotonic() + 60
    while _counting(folder) != _children(running):
        assert time.monotonic() < deadline
        with ThreadPoolExecutor(8) as several:
            statuses = list(several.map(lambda _: running.get(_ROUTE)[0], range(16)))
        assert set(statuses) == {401}
        sent += len(statuses)
    return sent


def _counting(folder: Path) -> set[int]:
    names = (path.stem for path in folder.glob("tmp/cadastre-figures-*/histogram_*.db"))
    return {int(name.partition("_")[2]) for name in names}


def _counted(running: Running) -> float:
    _, told = running.get("/metrics")
    lines = re.findall(rf'cadastre_http_requests_total{{[^}}]*route="{_ROUTE}".*}} (.+)', told)
    return sum(map(float, lines))


def test_their_figures_add_up_whichever_is_asked(two: Running, tmp_path: Path) -> None:
    assert len(_children(two)) == 2
    sent = _ask_until_all_have_answered(two, tmp_path)
    assert [_counted(two) for _ in range(8)] == [sent] * 8


def test_one_that_was_killed_is_replaced_and_what_it_counted_counts(
    two: Running, tmp_path: Path
) -> None:
    sent = _ask_until_all_have_answered(two, tmp_path)
    before = _children(two)
    lost = min(before)
    os.kill(lost, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(_children(two) - {lost}) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    two.wait_until_ready()
    assert _counted(two) == sent
    assert two.out.count("Open ") == 1


def test_a_class_made_in_one_is_known_in_all_at_once(two: Running, tmp_path: Path) -> None:
    token = (tmp_path / "token").read_text()
    for number in range(4):
        code = f"door_lock_{number}"
        made = _LOCK | {"code": code}
        assert two.send("POST", "/api/v1/model/classes", token, made)[0] == 201
        with ThreadPoolExecutor(8) as several:
            told = several.map(lambda _: two.get("/api/v1/model", token)[1], range(16))
        assert [code in json.dumps(one["classes"]) for one in told] == [True] * 16


def test_sqlite_takes_one(cadastre: Cadastre) -> None:
    cadastre.settings = {"web_processes": "2"}
    outcome = cadastre.run("serve", "--listen", f"127.0.0.1:{free_port()}")
    assert outcome.failed_in_one_sentence
    assert "web_processes must be 1 on SQLite" in outcome.err
    assert not cadastre.home.exists()


def test_fewer_than_none_are_refused(cadastre: Cadastre) -> None:
    cadastre.settings = {"web_processes": "-1"}
    outcome = cadastre.run("serve", "--listen", f"127.0.0.1:{free_port()}")
    assert outcome.failed_in_one_sentence
    assert "web_processes cannot be less than 0" in outcome.err
