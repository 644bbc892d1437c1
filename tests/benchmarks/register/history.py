"""An item's history page over 20,000,000 rows of history on PostgreSQL.

Rows are drawn inside the database: most items have some two hundred, one in a thousand has a
thousand times as many, and every tenth row is a relation, which is read from both ends.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import text

from server.foundation.clock import utc_now
from tests.benchmarks.figures import note, p95, scaled, tell
from tests.benchmarks.house.site import open_site
from tests.benchmarks.register.settling import analyse
from tests.support.postgres import PostgresCluster

ROWS = 20_000_000
_PER_ITEM = 200
_BATCH = 1_000_000
_PAGES = 200

_ITEMS = text("""
    INSERT INTO item (id, organisation_id, class_code, name, name_key, stage, vendor, model,
                      serial, attributes, confidence, first_seen_at, last_seen_at, updated_at,
                      version)
    SELECT n, :organisation, 'server', 'host-' || n, 'host-' || n, 'in_use', '', '', '', '{}',
           1.0, :now, :now, :now, 1
    FROM generate_series(1, :items) AS n
""")
# Spread like a life: ids grow with time, and items take turns.
_HISTORY = text("""
    INSERT INTO history_entry (item_id, other_id, at, observed_at, kind, subject, detail, source,
                               request_id)
    SELECT CASE WHEN n % 5 = 0 THEN 1 + (n % 1009) * (:items / 1010)
                ELSE 1 + (n * 7919) % :items END,
           CASE WHEN n % 10 = 0 THEN 1 + (n * 104729) % :items END,
           CAST(:begin AS timestamptz) + n * interval '1 second',
           CAST(:begin AS timestamptz) + n * interval '1 second',
           CASE WHEN n % 10 = 0 THEN 'related' ELSE 'changed' END,
           CASE WHEN n % 10 = 0 THEN 'depends_on' ELSE 'os_version' END,
           '{"old": "11.4", "new": "12.1"}', 'agent', ''
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n
""")
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def measure_history(cluster: PostgresCluster) -> None:
    """Tell the 95th percentile of the first and of a later page of items' histories."""
    url = cluster.new_database()
    with TemporaryDirectory() as folder, open_site(url, Path(folder)) as place:
        rows, random = scaled(ROWS), Random(11)
        items = max(2020, rows // _PER_ITEM)
        note(f"drawing {rows} rows of history of {items} items inside PostgreSQL")
        with place.database.writing() as session:
            told = {"organisation": place.organisation_id, "now": utc_now(), "items": items}
            session.execute(_ITEMS, told)
        for first in range(1, rows + 1, _BATCH):
            with place.database.writing() as session:
                last = min(first + _BATCH - 1, rows)
                span = {"first": first, "last": last, "begin": _BEGIN, "items": items}
                session.execute(_HISTORY, span)
        analyse(place.database)
        busy = [1 + number * (items // 1010) for number in random.sample(range(1009), 20)]
        quiet = [random.randrange(1, items + 1) for _ in range(_PAGES)]
        times = [p for item_id in [*busy, *quiet] for p in _pages(place.client, item_id)]
    cluster.drop_database(url)
    found = p95(times)
    tell(
        f"an item's history over {rows:,} rows on PostgreSQL: p95",
        found,
        "ms",
        "under 100",
        met=found < 100,
        setting=f"page, and second fifty over REST, of {len(busy)} busy, {len(quiet)} other items",
    )


def _pages(client: FlaskClient, item_id: int) -> Iterator[float]:
    """Yield how long the page takes, and the next fifty rows over REST."""
    yield _timed(client, f"/items/{item_id}/history")
    rest = f"/api/v1/items/{item_id}/history?limit=50"
    cursor = client.get(rest).get_json()["next_cursor"]
    if cursor is not None:
        yield _timed(client, f"{rest}&cursor={cursor}")


def _timed(client: FlaskClient, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return (time.perf_counter() - started) * 1000
