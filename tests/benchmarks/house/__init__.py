"""The figures of the house."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import calibrate
from tests.benchmarks.house.bulk import measure_bulk
from tests.benchmarks.house.listing import measure_lists
from tests.benchmarks.house.pages import measure_pages
from tests.benchmarks.house.starting import measure_start
from tests.support.postgres import running_cluster

__all__ = ["run"]


def run() -> None:
    """Measure everything, slowest set-up last."""
    calibrate()
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder, running_cluster() as made:
        place = Path(folder)
        measure_pages(place)
        measure_lists(place, made)
        measure_bulk(place, made)
        measure_start(place)
