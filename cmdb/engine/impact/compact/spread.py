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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.impact.compact.arrays import Vertices

FAILED = -1
"""The carrier of a failed item."""
HARD, SOFT = 0, -1
"""How a state came to an item; a positive number is a group's place plus one."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Affected vertices row for row: state, distance, which vertex it came from, and how."""

    vertices: Vertices
    states: NDArray[np.int8]
    distances: NDArray[np.int32]
    carriers: Vertices
    channels: NDArray[np.int32]
