"""The item list over 100,000 items, filtered and sorted, on both databases."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import text

from cmdb.records.bulk import insert_rows
from cmdb.records.items import Item
from server.foundation.clock import utc_now
from tests.benchmarks.figures import note, p95_of, tell
from tests.benchmarks.house.site import Place, open_site
from tests.support.postgres import PostgresCluster

_ITEMS = 100_000
_CLASSES = ("laptop", "virtual_machine", "server", "switch", "printer", "desktop", "phone")
_LISTS = (
    "/api/v1/items?class=server&environment=production&sort=name&limit=50",
    "/api/v1/items?class=computer&stage=in_use&sort=-last_seen&limit=50",
    "/api/v1/items?q=host-07&sort=name&limit=50",
)


def measure_lists(folder: Path, cluster: PostgresCluster) -> None:
    """Tell the worst p95 of the lists on each database."""
    urls = {
        "SQLite": f"sqlite:///{folder / 'lists.sqlite'}",
        "PostgreSQL": cluster.new_database(),
    }
    for kind, url in urls.items():
        note(f"loading {_ITEMS} items into {kind}")
        with open_site(url, folder) as place:
            _fill(place)
            worst = max(p95_of(partial(_get, place, address), times=30) for address in _LISTS)
        tell(
            f"item list over 100,000 items, filter and sort: p95, {kind}",
            worst,
            "ms",
            "under 150",
            met=worst < 150,
            setting=f"{kind}; worst of {len(_LISTS)} lists; rows bulk-loaded past the door",
        )


def _get(place: Place, address: str) -> None:
    answer = place.client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _fill(place: Place) -> None:
    now = utc_now()
    with place.database.writing() as session:
        for offset in range(0, _ITEMS, 10_000):
            rows = [
                {
                    "organisation_id": place.organisation_id,
                    "class_code": _CLASSES[number % len(_CLASSES)],
                    "name": f"host-{number * 7919 % _ITEMS:06d}",
                    "name_key": f"host-{number * 7919 % _ITEMS:06d}",
                    "stage": "in_use" if number % 11 else "retired",
                    "environment": ("production", "test", None)[number % 3],
                    "criticality": number % 5,
                    "vendor": "Dell Inc.",
                    "model": "R650",
                    "serial": f"SN{number:06d}",
                    "location_id": None,
                    "attributes": {"cpu_cores": number % 64},
                    "confidence": 1.0,
                    "first_seen_at": now,
                    "last_seen_at": now - timedelta(seconds=number * 31 % 86_400),
                    "updated_at": now,
                    "version": 1,
                }
                for number in range(offset, offset + 10_000)
            ]
            insert_rows(session, Item, rows)
        session.execute(text("ANALYZE"))
