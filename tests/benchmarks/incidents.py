"""Made-up incidents in a made-up estate: something fails, some of what suffers shows, some lie.

An item in four that suffers is watched at all, by layer; three in ten of those show. What lies
softly behind shows less, as `cmdb.engine.impact.causes` says. Five watched items show something of
their own on top. The same for the same seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.causes import CauseQuestion
from cmdb.engine.impact.compact.arrays import Ids
from cmdb.engine.impact.compact.evidence import Gatherer, Witnesses
from cmdb.engine.impact.portable import PortableGraph
from tests.benchmarks.estate_drawing import Dice
from tests.benchmarks.estate_graph import Estate

WATCHED = ("core", "access", "host", "array", "vm", "database", "application", "service")
SHOWN = 0.3
FALSE_ALARMS = 5


@dataclass(frozen=True)
class Incident:
    """What truly failed, and what is seen of it."""

    causes: tuple[ItemId, ...]
    question: CauseQuestion


def watched_items(estate: Estate) -> Ids:
    """The items at which trouble would show."""
    return np.sort(np.concatenate([estate.layers[layer] for layer in WATCHED]))


def incidents(
    estate: Estate, graph: PortableGraph, *, most: int, fewest: int = 5, seed: int = 1
) -> Iterator[Incident]:
    """Draw incidents without end: any item fails whose failure shows `fewest` to `most` times."""
    watched = watched_items(estate)
    gatherer = Gatherer(graph.arrays, Witnesses(graph.arrays, CauseQuestion((), watched)))
    dice = Dice(seed)
    while True:
        cause = int(dice.integers(graph.arrays.item_count, 1)[0])
        seen = gatherer.gather(cause)
        assert seen is not None
        shown = dice.shares(len(seen.silent)) < SHOWN * seen.strengths
        if fewest <= np.count_nonzero(shown) <= most:
            false = watched[dice.integers(len(watched), FALSE_ALARMS)]
            symptoms = {*seen.silent[shown].tolist(), *false.tolist()}
            yield Incident((seen.item,), CauseQuestion(tuple(symptoms), watched))
