"""The figures of the shared graph: start, memory, changes seen by every worker, the past.

Each worker is a process of its own that is told what to do by a line and answers with a line of
JSON. The estate lies in a SQLite database written past the door; its changes go through the door.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.portable import PortableGraph
from cmdb.inventory.door import Inventory
from cmdb.observation import ItemReference, SeenRelation
from cmdb.records.relations import GraphChange, Relation
from cmdb.snapshot.live import LiveGraphs
from cmdb.vocabulary import DEPENDS_ON, REST
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.benchmarks.estate_graph import generate, pick_sources
from tests.benchmarks.estate_register import fill_register
from tests.benchmarks.figures import median_of, note, tell

_LARGE, _PAST = 1_000_000, 100_000
_TAIL = 20_000


class _Worker:
    """A process that holds the graph and says how it fares."""

    def __init__(self, url: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.impact_worker", url, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: object) -> dict[str, Any]:
        """Send one line; return the answer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def stop(self) -> None:
        """Let the process go."""
        self._process.communicate(timeout=30)


def run() -> None:
    """Measure at a million items, then the past at a hundred thousand."""
    with tempfile.TemporaryDirectory() as folder:
        _measure_large(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _measure_past(Path(folder))


def _measure_large(folder: Path) -> None:
    note(f"writing an estate of {_LARGE} items into a database")
    estate = generate(_LARGE)
    database = fill_register(folder / "estate.sqlite3", estate)
    plain = PortableGraph.build(estate.columns)
    source = pick_sources(estate, plain, [50])[50]
    del estate, plain
    url, cache = str(database.url), folder / "cache"
    setting = f"{_LARGE} items, SQLite"
    note("rebuilding the snapshot from the tables")
    first = _Worker(url, cache)
    built = first.ask("see")
    tell(
        "worker start, rebuild from SQL",
        built["seconds"],
        "s",
        "at most 8",
        met=built["seconds"] <= 8,
        setting=f"{setting}; {_busy(built)}",
    )
    second = _Worker(url, cache)
    _tell_start(second.ask("see"), setting)
    _tell_blast(second.ask("blast", source), setting, "mapped, no tail")
    _tell_names(second.ask("names", 5_000), setting)
    _tell_memory(second.ask("memory"), 10.0, f"{setting}, empty tail")
    workers = [first, second]
    _measure_visibility(database, workers, setting)
    _measure_rate(database, second, setting)
    _tell_blast(second.ask("blast", source), setting, "with a tail")
    _tell_memory(second.ask("memory"), 30.0, f"{setting}, {_TAIL} changes replayed")
    for worker in workers:
        worker.stop()
    database.dispose()


def _busy(seen: dict[str, Any]) -> str:
    """Say how much of a figure was work: on a busy machine the rest is waiting for a turn."""
    return f"{seen['cpu'] * 1000:.3g} ms of processor time"


def _tell_start(seen: dict[str, Any], setting: str) -> None:
    tell(
        "worker start, attach",
        seen["seconds"] * 1000,
        "ms",
        "at most 100",
        met=seen["seconds"] <= 0.1,
        setting=f"{setting}; file verified, log asked, graph ready; {_busy(seen)}",
    )


def _tell_blast(seen: dict[str, Any], setting: str, how: str) -> None:
    tell(
        f"impact, blast 50, {how}",
        seen["seconds"] * 1e6,
        "µs",
        "at most 40",
        met=seen["seconds"] <= 40e-6,
        setting=f"{setting}, redundancy included, {seen['found']} found; {_busy(seen)}",
    )


def _tell_names(seen: dict[str, Any], setting: str) -> None:
    tell(
        "names of 5,000 items",
        seen["seconds"] * 1000,
        "ms",
        "at most 2",
        met=seen["seconds"] <= 0.002,
        setting=f"{setting}; {_busy(seen)}",
    )


def _tell_memory(seen: dict[str, Any], private_wanted: float, setting: str) -> None:
    tell(
        "memory shared by all workers",
        seen["shared"],
        "MB",
        "at most 150",
        met=seen["shared"] <= 150,
        setting=setting,
    )
    tell(
        "memory private to a worker",
        seen["private"],
        "MB",
        f"at most {private_wanted:.0f}",
        met=seen["private"] <= private_wanted,
        setting=f"{setting}; private dirty pages beside those before the graph was attached",
    )


def _relate(database: Database, pairs: list[tuple[int, int]]) -> None:
    seen = [
        SeenRelation(DEPENDS_ON, ItemReference(item_id=one), ItemReference(item_id=other))
        for one, other in pairs
    ]
    with database.writing() as session:
        Inventory(session, utc_now()).relate(seen, REST, 1)


def _measure_visibility(database: Database, workers: list[_Worker], setting: str) -> None:
    note("one change after the other, looked for in each of two workers")
    times: list[float] = []
    cpu: list[float] = []
    for number in range(1, 41):
        _relate(database, [(number * 1000, number * 1000 + 7)])
        committed = time.perf_counter()
        cpu += [worker.ask("see")["cpu"] for worker in workers]
        times.append(time.perf_counter() - committed)
    worst = max(times)
    tell(
        "change to a relation visible in every worker",
        worst * 1000,
        "ms",
        "at most 50",
        met=worst <= 0.05,
        setting=f"{setting}; worst of {len(times)}, median {statistics.median(times) * 1000:.1f}; "
        f"each worker {_busy({'cpu': statistics.median(cpu)})}",
    )


def _measure_rate(database: Database, worker: _Worker, setting: str) -> None:
    note(f"{_TAIL} changes, a hundred to a commit, replayed commit by commit")
    spent, cpu, made = 0.0, 0.0, 0
    for batch in range(_TAIL // 100):
        pairs = [(batch * 4000 + 11 * n + 5, batch * 3000 + 13 * n + 900) for n in range(100)]
        _relate(database, [pair for pair in pairs if pair[0] != pair[1]])
        seen = worker.ask("see")
        spent += seen["seconds"]
        cpu += seen["cpu"]
        made += 100
    tell(
        "changes replayed by a worker",
        made / spent,
        "changes/s",
        "at least 2000",
        met=made / spent >= 2000,
        setting=f"{setting}, {made} new relations in commits of a hundred; "
        f"{_busy({'cpu': cpu})} in all",
    )


def _measure_past(folder: Path) -> None:
    note(f"the past of {_PAST} items")
    database = fill_register(folder / "estate.sqlite3", generate(_PAST))
    with database.reading() as session:
        live = session.scalars(select(Relation.id).order_by(Relation.id).limit(1000)).all()
    before = utc_now()
    with database.writing() as session:
        Inventory(session, utc_now() + timedelta(hours=1)).unrelate(list(live), REST)
    with database.reading() as session:
        assert session.scalar(select(GraphChange.seq).where(GraphChange.at <= before)) == 1

        def ask() -> None:
            LiveGraphs().as_of(session, before).engine.impact([ItemId(1)])

        seconds = median_of(ask)
    tell(
        "the graph as of a past moment",
        seconds,
        "s",
        "at most 1",
        met=seconds <= 1,
        setting=f"{_PAST} items, SQLite, nothing kept from earlier questions, then one impact",
    )
    database.dispose()
