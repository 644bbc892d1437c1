"""Made-up calendars of changes to a made-up estate: work on hardware, platforms and software.

Two weeks, windows of one to eight hours, one to twenty items of one layer each, neighbours as a
team would take them. The same for the same seed.
"""

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.collisions import PlannedChange
from tests.benchmarks.estate_drawing import Dice
from tests.benchmarks.estate_graph import Estate

TOUCHED = ("pdu", "access", "distribution", "host", "host", "vm", "vm", "database", "instance")
DAYS = 14
HOUR = 3600


def calendar(estate: Estate, count: int, seed: int = 1) -> tuple[PlannedChange, ...]:
    """Draw `count` changes, numbered from 1."""
    dice = Dice(seed)
    layers = dice.integers(len(TOUCHED), count).tolist()
    sizes = (20 ** dice.shares(count)).astype(np.int64).tolist()
    starts = (dice.shares(count) * DAYS * 24 * HOUR).tolist()
    hours = (dice.integers(8, count) + 1).tolist()
    changes = []
    for number, (layer, size, start, length) in enumerate(
        zip(layers, sizes, starts, hours, strict=True), 1
    ):
        items = estate.layers[TOUCHED[layer]]
        first = int(dice.integers(max(len(items) - size, 1), 1)[0])
        touched = tuple(map(ItemId, items[first : first + size].tolist()))
        changes.append(PlannedChange(number, touched, start, start + length * HOUR))
    return tuple(changes)
