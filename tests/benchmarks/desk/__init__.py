"""The figures of the desk: opening tickets, the queue and a ticket's page at size, clocks."""

import tempfile
from pathlib import Path

from tests.benchmarks.desk.opening import measure_opening
from tests.benchmarks.desk.queue import measure_queue
from tests.benchmarks.figures import calibrate, note
from tests.benchmarks.house.site import open_site
from tests.support.postgres import running_cluster

__all__ = ["run"]


def run() -> None:
    """Measure everything in process through the WSGI application.

    ``BENCH_SHARE=0.1`` measures the queues at a tenth of their size.
    """
    calibrate()
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder:
        home = Path(folder)
        note("opening tickets")
        with open_site(f"sqlite:///{home / 'opening.sqlite'}", home) as place:
            measure_opening(place)
        note("a queue on SQLite")
        with open_site(f"sqlite:///{home / 'queue.sqlite'}", home) as place:
            measure_queue(place, "SQLite", 200_000)
        note("a queue on PostgreSQL")
        with (
            running_cluster(shared_buffers="1GB") as cluster,
            open_site(cluster.new_database(), home) as place,
        ):
            measure_queue(place, "PostgreSQL", 1_000_000, slope=True)
