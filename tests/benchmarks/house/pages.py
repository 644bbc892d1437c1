"""The item's page and the ticket's page, quiet and while heavy work goes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from cmdb.engine.impact.compact.columns import GraphColumns
from cmdb.engine.impact.portable import PortableGraph
from cmdb.model import shipped_model
from cmdb.records.items import Item
from cmdb.records.relations import Relation
from cmdb.snapshot.reading import read_columns
from discovery.scan.blocking import scan_range
from discovery.settings import ScanSettings
from discovery.snmp.credentials import Community
from discovery.targets.ranges import parse_targets
from server.demo.loading import load_demo
from server.desk.tickets.actions.opening import TicketDraft, open_ticket
from server.foundation.clock import utc_now
from server.foundation.jobs.pool import run_pure
from server.foundation.permissions import system_actor
from server.foundation.progress import SilentReporter
from tests.benchmarks.figures import note, p95_of, tell
from tests.benchmarks.house.site import Place, counting, open_site

_AFFECTED = 100
_SETTING = "SQLite, demo estate, in process through the WSGI application"


def measure_pages(folder: Path) -> None:
    """Tell p95 and query counts of both pages, then p95 again under load."""
    note("loading the demo estate")
    with open_site(f"sqlite:///{folder / 'pages.sqlite'}", folder) as place:
        load_demo(place.database, utc_now(), SilentReporter())
        addresses = {
            "item page": f"/items/{_busiest_item(place)}",
            "ticket page with 100 affected items": f"/tickets/{_ticket(place)}",
        }
        quiet = {name: _measure(place, name, address) for name, address in addresses.items()}
        with _heavy_work(place):
            for name, address in addresses.items():
                _measure_loaded(place, name, address, quiet[name])


def _measure(place: Place, name: str, address: str) -> float:
    _get(place, address)
    with counting(place.database) as statements:
        _get(place, address)
    tell(
        f"{name}: queries",
        len(statements),
        "queries",
        "under 10",
        met=len(statements) < 10,
        setting=f"{_SETTING}; 2 of them find out who asks",
    )
    value = p95_of(lambda: _get(place, address), times=40)
    tell(f"{name}: p95", value, "ms", "under 100", met=value < 100, setting=_SETTING)
    return value


def _measure_loaded(place: Place, name: str, address: str, quiet: float) -> None:
    value = p95_of(lambda: _get(place, address), times=40)
    ratio = value / quiet
    tell(
        f"{name}: p95 under load against quiet",
        ratio,
        "times",
        "not more than 1.5",
        met=ratio <= 1.5,
        setting=f"{_SETTING}; an N-1 sweep in the pool and a scan of a silent /20 in a job thread",
    )


def _get(place: Place, address: str) -> None:
    answer = place.client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _busiest_item(place: Place) -> int:
    with place.database.reading() as session:
        found = session.execute(
            select(Relation.end_id).group_by(Relation.end_id).order_by(func.count().desc()).limit(1)
        ).scalar_one()
    return int(found)


def _ticket(place: Place) -> str:
    with place.database.writing() as session:
        ids = session.scalars(
            select(Item.id)
            .where(Item.class_code.in_(("virtual_machine", "laptop", "switch")))
            .order_by(Item.id)
            .limit(_AFFECTED)
        ).all()
        draft = TicketDraft(
            "A bad Monday",
            affected_item_ids=tuple(ids),
            organisation_id=place.organisation_id,
            requester_id=1,
        )
        return open_ticket(session, system_actor("bench"), draft, utc_now()).reference


@contextmanager
def _heavy_work(place: Place) -> Iterator[None]:
    """Keep the pool at N-1 sweeps and a thread at scanning silent addresses."""
    stop = threading.Event()
    with place.database.reading() as session:
        columns = read_columns(session, shipped_model())
    threads = [
        threading.Thread(target=_sweep, args=(columns, stop), daemon=True),
        threading.Thread(target=_scan, args=(stop,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=60)


def contingency(columns: GraphColumns) -> int:
    """Take every item of the graph away once; return how many fell in all. Runs in a child."""
    return int(np.sum(PortableGraph.build(columns).blast_radius().down))


def _sweep(columns: GraphColumns, stop: threading.Event) -> None:
    while not stop.is_set():
        run_pure(contingency, columns)


def _scan(stop: threading.Event) -> None:
    settings = ScanSettings(port=9, timeout_seconds=1, retries=1)
    while not stop.is_set():
        targets = parse_targets(["127.64.0.0/20"])
        for _ in scan_range(targets, [Community("public")], settings):
            if stop.is_set():
                return
