"""One report against an item of which ten sources speak: identity, words, winners and history."""

import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from cmdb.engine.identity import normalise
from cmdb.inventory.door import Inventory
from cmdb.observation import Observation, Origin
from cmdb.vocabulary import FQDN, MAC, SERIAL, SERVER, SourceCode
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.people.organisations import create_organisation
from tests.benchmarks.figures import tell
from tests.support.databases import prepare_schema

_ITEMS = 200
_SOURCES = (
    "agent",
    "snmp",
    "glpi",
    "fusioninventory",
    "ocs",
    *(f"import:list-{number}" for number in range(5)),
)
_ROUNDS = 5


def measure_reconciling() -> None:
    """Tell the CPU time of one report in which five of sixteen values are new."""
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'reconciling.sqlite'}"
        prepare_schema(url)
        database = Database(url)
        with database.writing() as session:
            organisation = create_organisation(session, None, "root", "Root", utc_now()).id
        now = utc_now() - timedelta(days=1)
        for source in _SOURCES:
            _report(database, source, organisation, now, 0)
        spent = []
        for number in range(1, _ROUNDS + 1):
            began = time.process_time()
            _report(database, "agent", organisation, now + timedelta(hours=number), number)
            spent.append((time.process_time() - began) * 1000 / _ITEMS)
        database.dispose()
    value = sorted(spent)[len(spent) // 2]
    tell(
        "one report against an item with 10 sources",
        value,
        "ms CPU",
        "under 2",
        met=value < 2,
        setting=f"SQLite, each of {_ITEMS} by itself, committed together; 5 of 16 values new",
    )


def _report(database: Database, source: str, organisation: int, now: datetime, number: int) -> None:
    with database.writing() as session:
        inventory = Inventory(session, now)
        inventory.record_many(
            [_seen(source, organisation, now, item, number) for item in range(_ITEMS)]
        )


def _seen(source: str, organisation: int, now: datetime, item: int, number: int) -> Observation:
    claims = (
        normalise(SERIAL, f"SN{item:08d}", "Dell Inc."),
        normalise(FQDN, f"host-{item}.corp.example", ""),
        normalise(MAC, "02:00:" + item.to_bytes(4, "big").hex(":"), ""),
    )
    return Observation(
        origin=Origin(SourceCode(source), f"{source}-{item}"),
        class_code=SERVER,
        organisation_id=organisation,
        observed_at=now,
        identifiers=tuple(one for one in claims if one is not None),
        values={
            "name": f"host-{item}",
            "vendor": "Dell Inc.",
            "model": "PowerEdge R650",
            "serial": f"SN{item:08d}",
            "fqdn": f"host-{item}.corp.example",
            "asset_tag": f"A-{item}",
            "os_name": "Debian GNU/Linux",
            "os_version": f"12.{number}",
            "kernel": f"6.1.{number}",
            "memory_bytes": (number + 1) << 34,
            "cpu_sockets": 2,
            "cpu_cores": 24 + number,
            "cpu_model": "Xeon 4310",
            "bios_version": f"2.{number}",
            "description": "A machine of the estate.",
            "environment": "production",
        },
    )
