"""What a whole report costs: ours in the ways it is run, beside the agents that Debian ships.

The one-file program is what our line installs and what the Debian package holds. Its service starts
a cycle as `agent.precompiled` says, and so does this; that cycle reports to a register on this
machine over HTTP, while the others, and our `print`, write their report down.
"""

import compileall
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agent import enrolment, supervisor
from agent.precompiled import Precompiled, place
from tests.agent.desk import ROOT, Desk, listening
from tests.agent.programs import packed
from tests.benchmarks.figures import note, tell
from tests.support.processes import require_program

_PAIRS = 9
_OTHER_TASKS = "--no-task=deploy,collect,esx,wakeonlan,netdiscovery,netinventory,wmi"
_PEERS = (("fusion", 5), ("ocs", 12))
_COST = """
import json, resource, subprocess, sys
done = subprocess.run(
    sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False
)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


@dataclass(frozen=True)
class _Cost:
    """Processor seconds of a command and all it started, and the largest one's memory in KiB."""

    seconds: float
    peak: int


def measure_costs(folder: Path) -> None:
    """Run every way by turns, and tell the ratios."""
    tree, archive, state = folder / "tree", packed(folder / "one-file"), folder / "reporting"
    shutil.copytree(ROOT / "agent", tree / "agent")
    compileall.compile_dir(tree, quiet=2)
    entry = tree / "agent" / "__main__.py"
    with (
        listening(Desk()) as desk,
        closing(Precompiled(str(archive), supervisor.own_command(str(archive)))) as service,
    ):
        enrolment.enrol(str(state), {"server": desk.address}, "bench")
        cycle = ("cycle", str(state))
        commands = {
            "service": [*service.command(), *cycle],
            "tree's cycle": [*supervisor.own_command(str(entry)), *cycle],
            "uncompiled cycle": [*supervisor.own_command(str(archive)), *cycle],
            "tree": [*supervisor.own_command(str(entry)), "print"],
            "one file": [*supervisor.own_command(str(archive)), "print"],
            **_others(folder),
        }
        note(f"{_PAIRS} interleaved rounds of {', '.join(commands)}")
        costs = _by_turns(commands, lambda: _forget(state))
        sent = [len(report["sections"]) for report in desk.reports]
    if len(sent) != 3 * (_PAIRS + 1) or min(sent) < max(sent):
        sys.exit(f"cycles sent other reports than whole ones: {sent}")
    _tell_all(costs)


def _others(folder: Path) -> dict[str, list[str]]:
    fusion = require_program("fusioninventory-agent", "fusioninventory-agent")
    ocs = require_program("ocsinventory-agent", "ocsinventory-agent")
    return {
        "fusion": [fusion, f"--local={folder}", "--force", "--no-httpd", _OTHER_TASKS],
        "ocs": [ocs, f"--local={folder}"],
    }


def _forget(state: Path) -> None:
    """Let the next cycle report everything, as the first one did."""
    (state / "state.json").write_text('{"sequence": 1}')
    (state / "state.json").chmod(0o600)


def _by_turns(commands: dict[str, list[str]], before: Callable[[], None]) -> dict[str, list[_Cost]]:
    """Return each command's costs, round by round; a first round that warms up is left out."""
    costs: dict[str, list[_Cost]] = {name: [] for name in commands}
    for turn in range(_PAIRS + 1):
        for name, command in commands.items():
            before()
            cost = _cost(name, command)
            if turn:
                costs[name].append(cost)
    return costs


def _cost(name: str, command: Sequence[str]) -> _Cost:
    inherited = [int(word.rpartition("/")[2]) for word in command if word.startswith(place(0)[:-1])]
    done = subprocess.run(
        [sys.executable, "-c", _COST, *command],
        capture_output=True,
        check=True,
        pass_fds=inherited,
    )
    code, seconds, peak = json.loads(done.stdout)
    if code:
        sys.exit(f"{name} ended with {code}")
    return _Cost(seconds, peak)


def _tell_all(costs: dict[str, list[_Cost]]) -> None:
    for ours, setting in (
        ("service", "a service's cycle from the one-file program, whole report delivered"),
        ("tree", "print from the unpacked tree, whole report"),
    ):
        for peer, target in _PEERS:
            ratio = _ratio(costs, peer, ours)
            tell(
                f"CPU of {peer} to ours ({ours})",
                ratio,
                "times",
                f"at least {target}",
                met=ratio >= target,
                setting=f"median of {_PAIRS} pairs, {setting}",
            )
    same = _ratio(costs, "service", "tree's cycle")
    tell(
        "CPU of a cycle from the one-file program to the tree's",
        same,
        "times",
        "at most 1.15",
        met=same <= 1.15,
        setting=f"median of {_PAIRS} pairs; {_milliseconds(costs)}",
    )
    memory = statistics.median(
        theirs.peak / mine.peak
        for mine, theirs in zip(costs["service"], costs["fusion"], strict=True)
    )
    tell(
        "peak memory of fusion to ours",
        memory,
        "times",
        "at least 3",
        met=memory >= 3,
        setting=f"{costs['service'][0].peak / 1024:.1f} MiB ours, a service's cycle",
    )


def _ratio(costs: dict[str, list[_Cost]], above: str, below: str) -> float:
    pairs = zip(costs[above], costs[below], strict=True)
    return statistics.median(one.seconds / other.seconds for one, other in pairs)


def _milliseconds(costs: dict[str, list[_Cost]]) -> str:
    medians = {
        name: statistics.median(cost.seconds for cost in found) for name, found in costs.items()
    }
    return ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in medians.items())
