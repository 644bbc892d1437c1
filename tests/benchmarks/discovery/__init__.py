"""Discovery: recorded networks and devices against what is known of them, topology at size,
and what asking costs.

The recordings are not part of this project. ``CADASTRE_BENCH_RECORDINGS`` names a folder that holds
``networks`` and ``devices``; without it these figures say that they were not measured.
"""

import os
import time
from collections import Counter
from pathlib import Path

from discovery.topology.solving import solve
from discovery.topology.values import Device
from tests.benchmarks.discovery import renewal
from tests.benchmarks.discovery.devices import score_devices
from tests.benchmarks.discovery.networks import solve_network
from tests.benchmarks.discovery.scale import BRIDGES, SITES, STATIONS, digest, network
from tests.benchmarks.discovery.wire import measure
from tests.benchmarks.figures import calibrate, note, tell

VARIABLE = "CADASTRE_BENCH_RECORDINGS"
_WANTED = {
    **dict.fromkeys(("interfaces", "addresses", "entities", "vlans", "links"), 99.0),
    "serial": 95.0,
    **dict.fromkeys(("version", "hardware"), 85.0),
}
_SECONDS = 30


def run() -> None:
    """Tell all figures."""
    calibrate()
    folder = Path(os.environ.get(VARIABLE, ""))
    if os.environ.get(VARIABLE) and (folder / "networks").is_dir():
        _networks(folder / "networks")
        _devices(folder / "devices")
    else:
        absent = f"not measured: {VARIABLE} names no folder with recordings"
        tell("recorded networks", 0, "links", "all", met=False, setting=absent)
        tell("recorded devices", 0, "%", "99", met=False, setting=absent)
    devices = _size()
    renewal.measure(devices)
    measure()


def _networks(folder: Path) -> None:
    expected = found = false = 0
    names = sorted(one.name for one in folder.iterdir() if (one / "expected.json").exists())
    for name in names:
        result, _ = solve_network(folder / name)
        for missed in result.missed:
            note(f"{name}: missed {missed}")
        for wrong in result.false:
            note(f"{name}: false {wrong}")
        expected, found = expected + result.expected, found + result.found
        false += len(result.false)
    setting = f"{len(names)} networks in {folder}, {expected} links and outside neighbours expected"
    share = 100 * found / expected if expected else 0
    tell("links of recorded networks", share, "%", "100", met=found == expected, setting=setting)
    tell("false links in them", false, "links", "0", met=not false, setting=setting)


def _devices(folder: Path) -> None:
    expected, found, missed = score_devices(folder)
    for line, count in sorted(Counter(missed).items()):
        note(f"missed {line} ({count})")
    for kind, count in expected.items():
        share = 100 * found[kind] / count
        wanted = _WANTED.get(kind)
        target = f">= {wanted:g}" if wanted else "none"
        setting = f"{found[kind]} of {count} expected rows, recordings in {folder}"
        met = wanted is None or share >= wanted
        tell(f"recorded devices: {kind}", share, "%", target, met=met, setting=setting)


def _size() -> list[Device]:
    devices, cables = network()
    setting = f"{SITES * BRIDGES} bridges in {SITES} domains, {SITES * STATIONS} stations"
    started = time.process_time()
    first = solve(devices)
    seconds = time.process_time() - started
    again = solve(list(reversed(devices)))
    pairs = {(link.a.device, link.b.device) for link in first.links}
    target = f"<= {_SECONDS}"
    tell("topology", seconds, "CPU s", target, met=seconds <= _SECONDS, setting=setting)
    same = digest(first) == digest(again)
    tell("same bytes again", float(same), "yes", "1", met=same, setting=setting + ", reversed")
    right = len(pairs & cables)
    recall = 100 * right / len(cables)
    tell("cables found", recall, "%", ">= 99", met=recall >= 99, setting=setting)
    false = len(pairs - cables)
    tell("cables invented", false, "links", "0", met=not false, setting=setting)
    return devices
