"""Collisions of made-up calendars, and a sample of them held to brute force."""

import statistics
import time
from collections.abc import Iterable

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.collisions import (
    Collision,
    CollisionQuestion,
    PlannedChange,
    overlapping,
)
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.values import State
from tests.benchmarks.calendars import HOUR, calendar
from tests.benchmarks.estate_drawing import Dice
from tests.benchmarks.estate_graph import generate
from tests.benchmarks.figures import ROUNDS, note, tell

_ITEMS = 100_000
_SAMPLE = 1_000


def measure() -> None:
    """All pairs of 1,000 changes, then one new change against 2,000."""
    note(f"collisions of changes in an estate of {_ITEMS} items")
    estate = generate(_ITEMS)
    graph = PortableGraph.build(estate.columns)
    services = tuple(map(ItemId, estate.layers["service"].tolist()))
    asked = CollisionQuestion(calendar(estate, 1_000), services)
    started = time.perf_counter()
    found = graph.collisions(asked)
    _tell_all(asked, found, time.perf_counter() - started)
    _tell_brute_force(graph, asked, found)
    _tell_one(graph, CollisionQuestion(calendar(estate, 2_000, seed=2), services))


def _tell_all(asked: CollisionQuestion, found: Iterable[Collision], seconds: float) -> None:
    together = sum(bool(one.only_together) for one in found)
    pairs = sum(1 for _ in overlapping(asked))
    tell(
        "all collisions of 1,000 scheduled changes",
        seconds,
        "s",
        "at most 10",
        met=seconds <= 10,
        setting=f"portable tier, {_ITEMS} items, {pairs} overlapping pairs, {together} of them "
        "take services down only together",
    )


def _tell_brute_force(
    graph: PortableGraph, asked: CollisionQuestion, found: tuple[Collision, ...]
) -> None:
    pairs = sorted(overlapping(asked), key=lambda pair: (pair[0].change_id, pair[1].change_id))
    by_pair = {(one.first, one.second): one.only_together for one in found}
    chosen = {int(place) for place in Dice(3).integers(len(pairs), _SAMPLE)}
    wrong = 0
    for place in chosen:
        one, other = pairs[place]
        expected = _only_together(graph, one, other, asked.services)
        wrong += by_pair.get((one.change_id, other.change_id), ()) != expected
    tell(
        "pairs in which brute force finds something else",
        wrong,
        "pairs",
        "none",
        met=wrong == 0,
        setting=f"{len(chosen)} overlapping pairs, drawn at random, failed one by one",
    )


def _only_together(
    graph: PortableGraph, one: PlannedChange, other: PlannedChange, services: tuple[ItemId, ...]
) -> tuple[ItemId, ...]:
    alone = _down(graph, one.items, services) | _down(graph, other.items, services)
    return tuple(sorted(_down(graph, (*one.items, *other.items), services) - alone))


def _down(
    graph: PortableGraph, failed: tuple[ItemId, ...], services: tuple[ItemId, ...]
) -> set[ItemId]:
    report = graph.impact(failed)
    return set(report.ids[report.states == State.DOWN].tolist()) & set(services)


def _tell_one(graph: PortableGraph, scheduled: CollisionQuestion) -> None:
    """Let each of five changes of eight hours be new in turn."""
    times, met_by = [], []
    for change in scheduled.changes[:ROUNDS]:
        new = PlannedChange(0, change.items, change.starts, change.starts + 8 * HOUR)
        asked = CollisionQuestion(scheduled.changes, scheduled.services, of=new)
        met_by.append(sum(1 for _ in overlapping(asked)))
        started = time.perf_counter()
        graph.collisions(asked)
        times.append(time.perf_counter() - started)
    tell(
        "collisions of one new change",
        statistics.median(times) * 1000,
        "ms",
        "at most 500",
        met=statistics.median(times) <= 0.5,
        setting=f"portable tier, {_ITEMS} items, 2,000 scheduled changes, "
        f"{min(met_by)} to {max(met_by)} overlap",
    )
