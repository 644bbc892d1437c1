"""What a walk finds, in vertices: shared by the narrow and the wide walk.

Both do the same three passes, each level by level from the failed items:

1. **fall**: *down* along hard relations and through groups that fall short. Every loss a group
   suffers for the first time is noted as an *event*.
2. **degrade**: from soft relations out of what is down, and from capacity groups that hold with
   less than all; on along hard and soft relations.
3. **endanger**: from groups that lost a member and hold; on along hard relations.

A later pass never touches what an earlier one reached, so an item's first state is its worst, and
its distance is that of the way this state took. Every level is in ascending order, which makes the
whole result ordered worst first, then nearest, then by id.
"""

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass, field
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import Vertices
from cmdb.engine.impact.values import State

FAILED = -1
"""The carrier of a failed item."""
HARD, SOFT = 0, -1
"""How a state came to an item; a positive number is a group's place plus one."""


class Spread(Protocol):
    """Affected vertices row for row: state, distance, which vertex it came from, and how."""

    @property
    def vertices(self) -> Vertices:
        """Affected vertices, in the order of the answer."""

    @property
    def states(self) -> NDArray[np.int8]:
        """Numbers of `State`."""

    @property
    def distances(self) -> NDArray[np.int32]:
        """Steps from a failed vertex."""

    @property
    def carriers(self) -> Vertices:
        """Which vertex each state came from; `FAILED` for none."""

    @property
    def channels(self) -> NDArray[np.int32]:
        """How: `HARD`, `SOFT`, or a group's place plus one."""


@dataclass(frozen=True, slots=True)
class SpreadColumns:
    """A `Spread` whose columns are at hand."""

    vertices: Vertices
    states: NDArray[np.int8]
    distances: NDArray[np.int32]
    carriers: Vertices
    channels: NDArray[np.int32]


def ranks(
    down: Sequence[Sized], later: Sequence[tuple[State, int, Sized]]
) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    """State and distance of every row, when `down` holds one level for each distance from 0 on."""
    lengths = [len(level) for level in down] + [len(level) for _, _, level in later]
    states = [State.DOWN] * len(down) + [state for state, _, _ in later]
    distances = [*range(len(down)), *(distance for _, distance, _ in later)]
    return (
        np.array(states, np.int8).repeat(lengths),
        np.array(distances, np.int32).repeat(lengths),
    )


@dataclass(slots=True)
class Fall:
    """How far the first pass came: enough for another walk to go on from there.

    `levels` are down, one list for each distance, ascending. `carrier` and `channel` (where it is
    not hard) tell how a vertex was reached, `lost` what each group lost to all levels but the last,
    which is still to be followed unless the fall is `done`. An event is (distance at which it
    reaches the dependant, group, member, weight of that member).
    """

    levels: list[list[int]]
    carrier: dict[int, int]
    channel: dict[int, int] = field(default_factory=dict)
    lost: dict[int, float] = field(default_factory=dict)
    events: list[tuple[int, int, int, float]] = field(default_factory=list)
    done: bool = False

    @classmethod
    def start(cls, failed: Iterable[int]) -> Self:
        """Nothing but the failed vertices."""
        carrier = dict.fromkeys(sorted(failed), FAILED)
        return cls([list(carrier)] if carrier else [], carrier, done=not carrier)
