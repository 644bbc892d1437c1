"""The figures of the agent: a whole report beside the agents that Debian ships, pair by pair."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.agent.desk import Desk, listening
from tests.benchmarks.figures import calibrate, note, tell
from tests.support.processes import require_program

__all__ = ["run"]

_ROOT = Path(__file__).parents[3]
_PAIRS = 5
_OTHER_TASKS = "--no-task=deploy,collect,esx,wakeonlan,netdiscovery,netinventory,wmi"


def run() -> None:
    """Measure CPU and memory in interleaved pairs, then the bytes of ten unchanged cycles."""
    calibrate()
    with tempfile.TemporaryDirectory(prefix="cadastre-bench-") as folder:
        _measure_reports(Path(folder))
        _measure_bytes(Path(folder))


def _measure_reports(folder: Path) -> None:
    ours = [sys.executable, "-I", "-S", "-B", str(_ROOT / "agent" / "__main__.py"), "print"]
    fusion = [
        require_program("fusioninventory-agent", "fusioninventory-agent"),
        f"--local={folder}",
        "--force",
        "--no-httpd",
        _OTHER_TASKS,
    ]
    ocs = [require_program("ocsinventory-agent", "ocsinventory-agent"), f"--local={folder}"]
    note(f"{_PAIRS} interleaved rounds of three agents")
    costs: dict[str, list[tuple[float, float]]] = {"ours": [], "fusion": [], "ocs": []}
    for _ in range(_PAIRS):
        for name, command in (("ours", ours), ("fusion", fusion), ("ocs", ocs)):
            costs[name].append(_cost(command))
    for peer, target in (("fusion", 5), ("ocs", 12)):
        pairs = zip(costs["ours"], costs[peer], strict=True)
        ratio = statistics.median(theirs[0] / mine[0] for mine, theirs in pairs)
        tell(
            f"CPU of {peer} to ours",
            ratio,
            "times",
            f"at least {target}",
            met=ratio >= target,
            setting=f"median of {_PAIRS} pairs, whole local report",
        )
    memory = statistics.median(
        theirs[1] / mine[1] for mine, theirs in zip(costs["ours"], costs["fusion"], strict=True)
    )
    tell(
        "peak memory of fusion to ours",
        memory,
        "times",
        "at least 3",
        met=memory >= 3,
        setting=f"{costs['ours'][0][1] / 1024:.1f} MiB ours",
    )


def _cost(command: Sequence[str]) -> tuple[float, float]:
    """Return CPU seconds and peak KiB of a command with all it starts."""
    script = (
        "import json,resource,subprocess,sys\n"
        "subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL)\n"
        "used=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([used.ru_utime+used.ru_stime,used.ru_maxrss]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, check=True)
    seconds, peak = json.loads(done.stdout)
    return float(seconds), float(peak)


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
