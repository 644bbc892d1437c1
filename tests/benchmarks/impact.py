"""The figures of the impact engine: blast with paths, quorum, N-1, memory, causes, collisions.

The competitor is networkx's predecessor tree over the same hard edges, measured in turn with the
engine in this process.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import networkx as nx

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.values import State
from tests.benchmarks import impact_causes, impact_collisions, impact_upkeep
from tests.benchmarks.estate_drawing import Numbers
from tests.benchmarks.estate_graph import Estate, generate, pick_sources
from tests.benchmarks.figures import ROUNDS, calibrate, note, tell
from tests.benchmarks.impact_answer import measure_answers

_LARGE = 1_000_000
_BLASTS = ((50, 40e-6, 1.0, 300), (5_000, 1.5e-3, 5.0, 30), (645_000, 0.2, 20.0, 1))


def run() -> None:
    """Measure on a million items, other questions on a tenth, and whole answers over HTTP."""
    calibrate()
    note(f"drawing an estate of {_LARGE} items")
    estate = generate(_LARGE)
    plain = PortableGraph.build(estate.plain())
    _measure_blasts(estate, plain)
    _measure_quorum(estate)
    del estate, plain
    _measure_contingency()
    impact_causes.measure()
    impact_collisions.measure()
    measure_answers()
    impact_upkeep.run()


def _measure_blasts(estate: Estate, plain: PortableGraph) -> None:
    note("the same in networkx")
    network = plain.to_networkx()
    sources = pick_sources(estate, plain, [size for size, *_ in _BLASTS])
    for size, limit, ratio_wanted, times in _BLASTS:
        source = sources[size]
        found = len(plain.impact([source]))
        ours, theirs = _in_turn(
            partial(_walk, plain, source),
            partial(_walk_network, network, source),
            times,
        )
        setting = f"portable tier, {_LARGE} items, {found} found, hard edges, predecessors kept"
        tell(
            f"impact, blast {size}",
            ours * 1e6,
            "µs",
            f"at most {limit * 1e6:.0f}",
            met=ours <= limit,
            setting=setting,
        )
        tell(
            f"impact, blast {size}, against networkx predecessors",
            theirs / ours,
            "times",
            f"at least {ratio_wanted:.0f}",
            met=theirs / ours >= ratio_wanted,
            setting=setting,
        )


def _walk(graph: PortableGraph, source: ItemId) -> int:
    return len(graph.impact([source]))


def _walk_network(network: "nx.DiGraph[Any]", source: ItemId) -> int:
    return len(dict(nx.bfs_predecessors(network, source)))


def _in_turn(
    ours: Callable[[], object], theirs: Callable[[], object], times: int
) -> tuple[float, float]:
    """Return the median seconds of one run of each, measured in turn."""
    pairs = [(_seconds(ours, times), _seconds(theirs, max(times // 10, 1))) for _ in range(ROUNDS)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def _seconds(work: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - started) / times


def _measure_quorum(estate: Estate) -> None:
    graph = PortableGraph.build(estate.columns)
    hosts = estate.layers["host"][: len(estate.layers["host"]) // 4]
    _tell_quorum(graph, "40,000 down", _nearest(graph, estate.layers["array"][:200], 40_000))
    _tell_quorum(graph, "a quarter of all hosts", list(map(ItemId, hosts.tolist())))
    tell(
        "memory of the arrays",
        graph.arrays.nbytes / 1e6,
        "MB",
        "at most 150",
        met=graph.arrays.nbytes <= 150e6,
        setting=f"{_LARGE} items, both directions with groups",
    )


def _nearest(graph: PortableGraph, items: Numbers, wanted: int) -> list[ItemId]:
    """Choose the one of `items` with which about so many go down."""
    candidates = list(map(ItemId, items.tolist()))
    down = {item: graph.impact([item]).count_by_state()[State.DOWN] for item in candidates}
    return [min(down, key=lambda item: abs(down[item] - wanted))]


def _tell_quorum(graph: PortableGraph, what: str, failed: list[ItemId]) -> None:
    report = graph.impact(failed)
    down = report.count_by_state()[State.DOWN]
    seconds = statistics.median(_seconds(partial(graph.impact, failed), 1) for _ in range(ROUNDS))
    tell(
        f"quorum what-if, {what}",
        seconds * 1000,
        "ms",
        "at most 150",
        met=seconds <= 0.15,
        setting=f"portable tier, {_LARGE} items, {len(failed)} fail, {down} go down, "
        f"{len(report)} affected",
    )


def _measure_contingency() -> None:
    note("N-1 over 100,000 items")
    graph = PortableGraph.build(generate(100_000).columns)
    seconds = statistics.median(_seconds(graph.blast_radius, 1) for _ in range(ROUNDS))
    tell(
        "N-1 for every item",
        seconds,
        "s",
        "at most 10",
        met=seconds <= 10,
        setting="portable tier, 100,000 items",
    )
