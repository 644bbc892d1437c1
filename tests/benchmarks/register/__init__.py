"""The figures of the register: identity, and the query language. History belongs here."""

from tests.benchmarks.figures import calibrate
from tests.benchmarks.register.identity import measure_identity
from tests.benchmarks.register.queries import measure_queries

__all__ = ["run"]


def run() -> None:
    """Measure everything there is."""
    calibrate()
    measure_queries()
    measure_identity()
