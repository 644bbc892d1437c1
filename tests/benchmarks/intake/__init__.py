"""The figures of the intake: machines and reports a second over HTTP, and what they take up.

One server process as an installation starts it, eight clients on keep-alive connections beside it
on the same machine. Rates hold only beside other rates of the same run; CPU is told with them.
"""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import calibrate
from tests.benchmarks.intake.rates import measure_database
from tests.support.postgres import running_cluster

__all__ = ["run"]


def run() -> None:
    """Measure SQLite, then PostgreSQL."""
    calibrate()
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder, running_cluster() as made:
        measure_database("SQLite", "", Path(folder) / "sqlite")
        measure_database("PostgreSQL", made.new_database(), Path(folder) / "postgres")
