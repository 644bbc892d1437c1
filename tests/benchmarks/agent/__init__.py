"""The figures of the agent: a whole report beside the agents that Debian ships, pair by pair."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.agent.desk import Desk, listening
from tests.benchmarks.agent.costs import measure_costs
from tests.benchmarks.figures import calibrate, note, tell

__all__ = ["run"]

_ROOT = Path(__file__).parents[3]


def run() -> None:
    """Measure CPU and memory in interleaved pairs, then the bytes of ten unchanged cycles."""
    calibrate()
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder:
        measure_costs(Path(folder))
        _measure_bytes(Path(folder))


def _measure_bytes(folder: Path) -> None:
    state = folder / "state"
    environment = os.environ | {"CADASTRE_AGENT_STATE": str(state)}
    agent = [sys.executable, "-m", "agent"]
    with listening(Desk()) as desk:
        enrol = [*agent, "enrol", "--server", desk.address, "--token", "bench"]
        subprocess.run(enrol, cwd=_ROOT, env=environment, check=True, capture_output=True)
        for _ in range(12):
            subprocess.run(
                [*agent, "once"], cwd=_ROOT, env=environment, check=True, capture_output=True
            )
        sizes = [one.wire_bytes for one in desk.requests if one.path.endswith("/reports")]
    # The first is whole, and with the second the package manager has been asked.
    typical = statistics.median(sizes[2:])
    tell(
        "bytes of a cycle on this live machine",
        typical,
        "B",
        "at most 700",
        met=typical <= 700,
        setting=f"median of ten cycles, headers included: {sizes[2:]}",
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    note(f"the largest child of these cycles took {peak:.0f} MiB (the package manager's)")
