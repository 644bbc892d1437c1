"""What Prometheus may know: requests as they come, the register and the jobs at each scrape."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from cmdb.records.relations import GraphChange, Relation
from server.foundation.clock import utc_now
from server.foundation.counting import together
from server.foundation.database import Database
from server.foundation.jobs import queries

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: The register is counted at most this often: a scrape every few seconds must not cost a scan.
_COUNT_EVERY_SECONDS = 60
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

log = structlog.get_logger(__name__)


class Metrics:
    """The figures of one running server."""

    def __init__(self, database: Database) -> None:
        counting = CollectorRegistry()
        self._requests = Counter(
            "cadastre_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=counting,
        )
        self._seconds = Histogram(
            "cadastre_http_request_seconds",
            "Time to answer a request.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=counting,
        )
        shared = together()
        self._registry = counting if shared is None else shared
        self._registry.register(_FromDatabase(database))
        # Memory and file handles are one process's own: told where there is but one.
        standards = (ProcessCollector, GCCollector) if shared is None else ()
        for standard in (PlatformCollector, *standards):
            standard(registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. ``route`` is the rule, never the path: there must be few of them."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _FromDatabase(Collector):
    """Jobs and register, read when asked; an unreachable database is itself a figure."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._register: list[Metric] = []
        self._counted_at = float("-inf")

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the registry must not ask the database just to learn our names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        up = 1
        try:
            with self._database.reading() as session:
                yield from _jobs(session)
                yield from self._counted(session)
        except SQLAlchemyError as error:
            up = 0
            log.warning("the database does not answer the metrics", error=type(error).__name__)
        yield GaugeMetricFamily("cadastre_database_up", "Whether the database answers.", up)

    def _counted(self, session: Session) -> list[Metric]:
        with self._lock:
            if time.monotonic() - self._counted_at > _COUNT_EVERY_SECONDS:
                self._register = list(_register(session))
                self._counted_at = time.monotonic()
            return self._register


def _jobs(session: Session) -> Iterator[Metric]:
    by_state = GaugeMetricFamily("cadastre_jobs", "Jobs by state.", labels=("state",))
    for state, count in queries.count_by_state(session).items():
        by_state.add_metric((state,), count)
    yield by_state
    now = utc_now()
    oldest = queries.oldest_due(session, now)
    yield GaugeMetricFamily(
        "cadastre_oldest_due_job_seconds",
        "How long the job that waits longest has been due.",
        (now - oldest).total_seconds() if oldest else 0,
    )
    seen = queries.runner_seen_at(session)
    yield GaugeMetricFamily(
        "cadastre_job_runner_silence_seconds",
        "Since when no job runner has spoken up; -1 when there is none.",
        (now - seen).total_seconds() if seen else -1,
    )


def _register(session: Session) -> Iterator[Metric]:
    counts: dict[str, Callable[[], int | None]] = {
        "cadastre_items": lambda: session.scalar(select(func.count()).select_from(Item)),
        "cadastre_relations": lambda: session.scalar(
            select(func.count()).select_from(Relation).where(Relation.valid_to.is_(None))
        ),
        "cadastre_graph_sequence": lambda: session.scalar(select(func.max(GraphChange.seq))),
    }
    helps = ("Items in the register.", "Relations that hold.", "Last step of the change log.")
    for (name, count), text in zip(counts.items(), helps, strict=True):
        yield GaugeMetricFamily(name, text, count() or 0)
