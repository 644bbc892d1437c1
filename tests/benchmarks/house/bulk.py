"""Bulk upsert of 10,000 items with 30,000 relations in one HTTP request."""

import json
import random
import statistics
import time
from pathlib import Path

from server.foundation.clock import utc_now
from server.foundation.permissions import system_actor
from server.people.actions.tokens import TokenWish, create_token
from tests.benchmarks.figures import ROUNDS, note, tell
from tests.benchmarks.house.site import Place, open_site
from tests.support.postgres import PostgresCluster

_ITEMS = 10_000
_TARGETS = {"SQLite": 2_000, "PostgreSQL": 1_500}


def measure_bulk(folder: Path, cluster: PostgresCluster) -> None:
    """Tell items a second, relations, history and change log included, on each database."""
    body = _body()
    for kind, target in _TARGETS.items():
        note(f"bulk upsert into {kind}")
        rates = []
        for number in range(ROUNDS):
            path = folder / f"bulk-{number}.sqlite"
            url = f"sqlite:///{path}" if kind == "SQLite" else cluster.new_database()
            with open_site(url, folder) as place:
                rates.append(_ITEMS / _upsert(place, body))
            path.unlink(missing_ok=True)
        rate = statistics.median(rates)
        tell(
            f"bulk upsert in one request, {kind}",
            rate,
            "items/s",
            f"at least {target}",
            met=rate >= target,
            setting=f"{kind}; 10,000 items, 30,000 relations, empty database, median of {ROUNDS}",
        )


def _body() -> bytes:
    chance = random.Random(1)
    lines = [
        {
            "kind": "item",
            "key": f"s{n}",
            "class": "server",
            "values": {
                "name": f"srv-{n}",
                "os_name": "Debian GNU/Linux",
                "memory_bytes": 1 << 34,
                "cpu_cores": 8,
                "environment": "production",
            },
            "identifiers": {
                "serial": f"SN{n:08d}",
                "vendor": "Dell Inc.",
                "mac": [f"d8:9e:f3:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"],
            },
        }
        for n in range(_ITEMS)
    ]
    relations: set[tuple[int, int]] = set()
    while len(relations) < 3 * _ITEMS:
        one, other = chance.randrange(_ITEMS), chance.randrange(_ITEMS)
        if one != other:
            relations.add((max(one, other), min(one, other)))
    lines += [
        {"kind": "relation", "type": "depends_on", "start": f"s{start}", "end": f"s{end}"}
        for start, end in sorted(relations)
    ]
    return "\n".join(json.dumps(line) for line in lines).encode()


def _upsert(place: Place, body: bytes) -> float:
    with place.database.writing() as session:
        made = create_token(session, system_actor("bench"), 1, TokenWish("bench"), utc_now())
    headers = {"Authorization": f"Bearer {made.secret}", "Content-Type": "application/x-ndjson"}
    address = f"/api/v1/items/bulk?organisation_id={place.organisation_id}"
    fresh = place.client.application.test_client()
    started = time.perf_counter()
    answer = fresh.post(address, data=body, headers=headers)
    seconds = time.perf_counter() - started
    created = answer.data.count(b'"outcome":"created"')
    if answer.status_code != 200 or created != 4 * _ITEMS:
        raise RuntimeError(f"bulk answered {answer.status_code}, {created} created")
    return seconds
