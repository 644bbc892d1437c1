"""The figures of the register. Identity so far; reconciliation, queries and history belong here."""

from tests.benchmarks.figures import calibrate
from tests.benchmarks.register.identity import measure_identity

__all__ = ["run"]


def run() -> None:
    """Measure everything there is."""
    calibrate()
    measure_identity()
