"""The figures of the desk: opening tickets, the queue and a ticket's page at size, clocks."""

import tempfile
from pathlib import Path

from tests.benchmarks.desk.opening import measure_opening
from tests.benchmarks.desk.queue import measure_queue
from tests.benchmarks.figures import calibrate, note
from tests.benchmarks.house.site import open_site

__all__ = ["run"]


def run() -> None:
    """Measure everything on SQLite, in process through the WSGI application."""
    calibrate()
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder:
        home = Path(folder)
        note("opening tickets")
        with open_site(f"sqlite:///{home / 'opening.sqlite'}", home) as place:
            measure_opening(place)
        note("a queue of 200,000 tickets")
        with open_site(f"sqlite:///{home / 'queue.sqlite'}", home) as place:
            measure_queue(place)
