"""Scheduled changes that get in each other's way: the words, and which pairs overlap in time.

While a change runs, everything it touches counts as down. Two changes whose windows overlap
**collide** when they touch the same item, when both take the same service down, or when together
they take down what neither does alone: the last two legs of one redundancy, harmless each.

    >>> one = PlannedChange(1, (ItemId(7),), starts=0, ends=60)
    >>> other = PlannedChange(2, (ItemId(8),), starts=60, ends=90)
    >>> list(overlapping(CollisionQuestion((one, other), ())))
    []
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from cmdb.engine.graph import ItemId


@dataclass(frozen=True)
class PlannedChange:
    """What a change touches, and when; `starts` and `ends` are seconds on any common clock.

    The window includes its start and not its end. Raises ValueError for a window that is empty,
    reversed or not a number.
    """

    change_id: int
    items: tuple[ItemId, ...]
    starts: float
    ends: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.starts) and math.isfinite(self.ends)):
            raise ValueError(f"change {self.change_id}: its window is not a number")
        if self.ends <= self.starts:
            raise ValueError(f"change {self.change_id}: its window ends before it starts")
        object.__setattr__(self, "items", tuple(sorted(set(self.items))))


@dataclass(frozen=True)
class CollisionQuestion:
    """The changes of a calendar, and the services whose outage makes a collision.

    With `of`, only the pairs are asked for in which that change stands; it need not be one of
    `changes`. Raises ValueError where two changes have one number.
    """

    changes: tuple[PlannedChange, ...]
    services: tuple[ItemId, ...]
    of: PlannedChange | None = None

    def __post_init__(self) -> None:
        numbers = [change.change_id for change in self.changes]
        if len(set(numbers)) < len(numbers):
            raise ValueError("two changes have the same number")


@dataclass(frozen=True, slots=True)
class Collision:
    """Two changes, the lower number first, and what comes of both running at once.

    `starts` and `ends` bound the time they share. `items` are touched by both. Of the services
    asked for, `services` go down with either alone, `only_together` with neither alone but with
    both. All ascending; at least one of the three is not empty.
    """

    first: int
    second: int
    starts: float
    ends: float
    items: tuple[ItemId, ...]
    services: tuple[ItemId, ...]
    only_together: tuple[ItemId, ...]


Pair = tuple[PlannedChange, PlannedChange]


def overlapping(question: CollisionQuestion) -> Iterator[Pair]:
    """All pairs asked for whose windows share some time, each once, the lower number first.

    Takes O(n log n) and as long as there are pairs.
    """
    if question.of is not None:
        one = question.of
        for other in question.changes:
            if other.change_id != one.change_id and _share_time(one, other):
                yield _in_order(one, other)
        return
    running: list[PlannedChange] = []
    for change in sorted(question.changes, key=lambda change: change.starts):
        running = [other for other in running if other.ends > change.starts]
        yield from (_in_order(change, other) for other in running)
        running.append(change)


def _share_time(one: PlannedChange, other: PlannedChange) -> bool:
    return one.starts < other.ends and other.starts < one.ends


def _in_order(one: PlannedChange, other: PlannedChange) -> Pair:
    return (one, other) if one.change_id < other.change_id else (other, one)


def collision_of(
    pair: Pair, services: tuple[ItemId, ...], only_together: tuple[ItemId, ...]
) -> Collision | None:
    """Put a collision together; None where the two do not get in each other's way."""
    one, other = pair
    items = tuple(item for item in one.items if item in set(other.items))
    if not (items or services or only_together):
        return None
    return Collision(
        one.change_id,
        other.change_id,
        max(one.starts, other.starts),
        min(one.ends, other.ends),
        items,
        services,
        only_together,
    )
