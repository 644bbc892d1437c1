"""Reports a second from eight clients, what was lost, and what a machine takes up."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from cmdb.records.facts import Installation
from cmdb.records.items import Item
from server.foundation.database import Database
from tests.benchmarks.figures import note, tell
from tests.benchmarks.intake.machines import PACKAGES, DrawnMachine
from tests.benchmarks.intake.serving import Served, serving

_CLIENTS = 8
_MACHINES = 200
#: Per database: new machines, unchanged reports and changed ones a second, bytes a machine.
_TARGETS = {"SQLite": (60, 600, 80, 45_000), "PostgreSQL": (60, 500, 80, 100_000)}


@dataclass
class Run:
    """One phase: how long it took, what it cost the server, how many were not answered 202."""

    seconds: float
    cpu_seconds: float
    failed: int


def measure_database(kind: str, url: str, home: Path) -> None:
    """Measure one database from empty."""
    new, same, changed, largest = _TARGETS[kind]
    machines = [DrawnMachine(number) for number in range(_MACHINES)]
    with serving(url, home) as served:
        _enrol(served, machines)
        empty = _bytes_of(served.database)
        note(f"{kind}: {_MACHINES} new machines")
        _told(kind, "new machines", new, _sent(served, machines, DrawnMachine.whole), _MACHINES)
        _tell_losses(kind, served, machines)
        size = (_bytes_of(served.database) - empty) / _MACHINES
        setting = f"{kind}; {_MACHINES} machines with {PACKAGES} packages, catalogue included"
        tell(
            f"database bytes a machine, {kind}",
            size,
            "B",
            f"at most {largest}",
            met=size <= largest,
            setting=setting,
        )
        note(f"{kind}: unchanged and changed reports")
        twice = machines * 3
        _told(
            kind,
            "unchanged reports",
            same,
            _sent(served, twice, DrawnMachine.unchanged),
            len(twice),
        )
        _told(
            kind,
            "5 packages changed",
            changed,
            _sent(served, machines, DrawnMachine.upgraded),
            _MACHINES,
        )


def _enrol(served: Served, machines: Sequence[DrawnMachine]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    for machine in machines:
        wish = {"token": served.token, "agent_id": machine.agent_id}
        connection.request(
            "POST", "/api/v1/agents/enrol", json.dumps(wish), {"Content-Type": "application/json"}
        )
        machine.key = json.load(connection.getresponse())["key"]


def _sent(
    served: Served, machines: Sequence[DrawnMachine], make: Callable[[DrawnMachine], bytes]
) -> Run:
    """Send one report of each from eight clients at once; drawing them is not measured."""
    bodies = [(machine.key, make(machine)) for machine in machines]
    failed: list[int] = []

    def client(part: Sequence[tuple[str, bytes]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
        for key, body in part:
            headers = {
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
            }
            connection.request("POST", "/api/v1/reports", body, headers)
            answer = connection.getresponse()
            told = json.load(answer)
            if answer.status != 202 or told.get("resend"):
                failed.append(answer.status)

    workers = [
        threading.Thread(target=client, args=(bodies[start::_CLIENTS],))
        for start in range(_CLIENTS)
    ]
    cpu, started = served.cpu_seconds(), time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return Run(time.perf_counter() - started, served.cpu_seconds() - cpu, len(failed))


def _told(kind: str, what: str, target: float, run: Run, number: int) -> None:
    rate = number / run.seconds
    cost = run.cpu_seconds * 1000 / number
    setting = (
        f"{kind}; {_CLIENTS} clients, {cost:.2f} ms CPU of the server each, {run.failed} failed"
    )
    tell(
        f"{what}, {kind}",
        rate,
        "1/s",
        f"at least {target}",
        met=rate >= target and not run.failed,
        setting=setting,
    )


def _tell_losses(kind: str, served: Served, machines: Sequence[DrawnMachine]) -> None:
    with served.database.reading() as session:
        query = (
            select(Item.name, func.count(Installation.release_id))
            .join(Installation, Installation.item_id == Item.id)
            .group_by(Item.name)
        )
        counts = {row[0]: row[1] for row in session.execute(query)}
    whole = sum(counts.get(f"host-{machine.number}") == PACKAGES for machine in machines)
    lost = len(machines) - whole
    tell(
        f"lost or torn reports, {kind}",
        lost,
        "machines",
        "0",
        met=lost == 0,
        setting=f"{kind}; cold catalogue, {_CLIENTS} clients, each package counted",
    )


def _bytes_of(database: Database) -> int:
    with database.reading() as session:
        if database.is_sqlite:
            pages = session.scalar(text("PRAGMA page_count")) or 0
            free = session.scalar(text("PRAGMA freelist_count")) or 0
            return int(pages - free) * int(session.scalar(text("PRAGMA page_size")) or 0)
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
