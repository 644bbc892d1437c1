"""One device changed: what it costs to bring the whole topology, as it is stored, up to date.

CPU is that of this process and of the children that compute, from reading what devices said to the
commit of the links.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.outcomes import Author
from cmdb.records.relations import Relation
from discovery.findings import DeviceFindings
from discovery.topology.values import Device
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.pool import stop_pool
from server.foundation.settings import Settings
from server.migrations.runner import Migrations
from server.people.organisations import create_organisation
from server.scanning.mapping import run_topology
from server.scanning.models import NetworkHalfLink, NetworkLink
from server.scanning.recording import record_device
from tests.benchmarks.figures import tell
from tests.benchmarks.register.settling import analyse

_SECONDS = 2
_TIMES = {"id", "first_seen_at", "last_seen_at"}


def measure(devices: Sequence[Device]) -> None:
    """Tell what a change costs, and whether the register is then as if derived from scratch."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'topology.sqlite3'}"
        Migrations(url).upgrade()
        database = Database(url)
        organisation = _fill(database, devices)
        context = JobContext(database, Settings(home=home), {})
        setting = f"{len(devices)} devices in SQLite, read, derived and stored"
        tell("topology of the register", _cost(context), "CPU s", "none", met=True, setting=setting)
        _visit(database, organisation, [_moved(devices[len(devices) // 2])])
        seconds = _cost(context)
        known = _stored(database)
        for one in (home / "cache").iterdir():
            one.unlink()
        run_topology(context)
        same = known == _stored(database)
        stop_pool()
        database.dispose()
    target = f"<= {_SECONDS}"
    tell("one device changed", seconds, "CPU s", target, met=seconds <= _SECONDS, setting=setting)
    setting += "; links, half-links and relations after a change and from scratch"
    tell("same rows from scratch", float(same), "yes", "1", met=same, setting=setting)


def _fill(database: Database, devices: Sequence[Device]) -> int:
    with database.writing() as session:
        organisation = create_organisation(session, None, "root", "Root", utc_now()).id
    _visit(database, organisation, [device.findings for device in devices])
    analyse(database)
    return organisation


def _visit(database: Database, organisation: int, findings: Sequence[DeviceFindings]) -> None:
    author = Author(None, "bench")
    for start in range(0, len(findings), 100):
        with database.writing() as session:
            for found in findings[start : start + 100]:
                recorded = record_device(session, found, organisation, author, utc_now())
                if recorded.item_id is None:
                    raise AssertionError(f"{found.address}: {recorded.detail}")


def _moved(device: Device) -> DeviceFindings:
    """Let the station of a switch's last port move to the port before."""
    *rows, before, last = device.findings.learnt
    joined = replace(before, macs=tuple(sorted((*before.macs, *last.macs))))
    return replace(device.findings, learnt=(*rows, joined))


def _cost(context: JobContext) -> float:
    before = _used()
    run_topology(context)
    return _used() - before


def _used() -> float:
    here = psutil.Process()
    times = [one.cpu_times() for one in (here, *here.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def _stored(database: Database) -> str:
    """Return a digest of all rows that a derivation writes, without when they were seen."""
    found = hashlib.sha256()
    with database.reading() as session:
        for row in _rows(session):
            found.update(row.encode())
    return found.hexdigest()


def _rows(session: Session) -> Iterator[str]:
    for entity in (NetworkLink, NetworkHalfLink):
        columns = [one for one in entity.__table__.columns if one.name not in _TIMES]
        for row in session.execute(select(*columns).order_by(entity.key)):
            yield repr(tuple(row))
    ends = Relation.type_code, Relation.start_id, Relation.end_id
    query = select(*ends, Relation.confidence, Relation.evidence, Relation.valid_to)
    for row in session.execute(query.order_by(*ends, Relation.id)):
        yield repr(tuple(row))
