"""The figures of the register: identity, the query language, and history."""

from tests.benchmarks.figures import calibrate
from tests.benchmarks.register.history import measure_history
from tests.benchmarks.register.identity import measure_identity
from tests.benchmarks.register.queries import measure_queries
from tests.benchmarks.register.reconciling import measure_reconciling
from tests.support.postgres import running_cluster

__all__ = ["run"]


def run() -> None:
    """Measure everything; ``BENCH_SHARE=0.1`` measures history and queries on a tenth of it."""
    calibrate()
    with running_cluster(shared_buffers="1GB") as cluster:
        measure_history(cluster)
        measure_queries(cluster)
    measure_reconciling()
    measure_identity()
