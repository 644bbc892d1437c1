"""Common causes of made-up incidents: how often the true cause is found, and how fast."""

import time
from functools import partial
from itertools import islice

from cmdb.engine.impact.causes import CauseReport
from cmdb.engine.impact.portable import PortableGraph
from tests.benchmarks.estate_graph import generate
from tests.benchmarks.figures import median_of, note, p95, tell
from tests.benchmarks.incidents import FALSE_ALARMS, Incident, incidents

_ITEMS = 100_000
_SYMPTOMS = 64
_TRIALS = 200


def measure() -> None:
    """Ask for the causes of many small incidents, then of large ones."""
    note(f"common causes in an estate of {_ITEMS} items")
    estate = generate(_ITEMS)
    graph = PortableGraph.build(estate.columns)
    first = next(incidents(estate, graph, most=_SYMPTOMS))
    started = time.perf_counter()
    graph.causes(first.question)
    cold = time.perf_counter() - started
    most = _SYMPTOMS - FALSE_ALARMS
    _tell_rank(graph, list(islice(incidents(estate, graph, most=most), _TRIALS)))
    large = list(islice(incidents(estate, graph, most=most, fewest=most - 4, seed=2), 20))
    _tell_time(graph, large, cold)


def _tell_rank(graph: PortableGraph, trials: list[Incident]) -> None:
    ranks = [_rank(graph.causes(trial.question), trial) for trial in trials]
    setting = (
        f"portable tier, {_ITEMS} items, {len(trials)} incidents of 10 to {_SYMPTOMS} symptoms, "
        f"{FALSE_ALARMS} of them false, three in ten of what is watched and down show; ties share"
    )
    for figure, limit, target in (("best", 1, 0.0), ("among the first 3", 3, 0.9)):
        share = sum(rank <= limit for rank in ranks) / len(ranks)
        wanted = f"at least {target:.0%}" if target else "none"
        tell(f"true cause {figure}", share * 100, "%", wanted, met=share >= target, setting=setting)


def _rank(report: CauseReport, trial: Incident) -> int:
    ranks = [cause.rank for cause in report.ranked if cause.item in trial.causes]
    return min(ranks, default=len(report.ranked) + 1_000)


def _tell_time(graph: PortableGraph, trials: list[Incident], cold: float) -> None:
    times = [median_of(partial(graph.causes, trial.question)) for trial in trials]
    setting = f"portable tier, {_ITEMS} items, {_SYMPTOMS - 4} to {_SYMPTOMS} symptoms"
    tell(
        "common cause, 64 symptoms, p95",
        p95(times) * 1000,
        "ms",
        "at most 100",
        met=p95(times) <= 0.1,
        setting=f"{setting}, {len(trials)} incidents",
    )
    tell(
        "common cause, first question to a graph",
        cold * 1000,
        "ms",
        "none",
        met=True,
        setting=f"{setting}, the order of the sweep is worked out",
    )
