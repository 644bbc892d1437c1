"""Collisions by brute force: every overlapping pair fails together, on paper.

Three cascades for each pair, O((V + E) log V) each: the oracle of the fast search.
"""

from collections.abc import Callable, Iterable

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.collisions import (
    Collision,
    CollisionQuestion,
    collision_of,
    overlapping,
)

Down = Callable[[Iterable[ItemId]], frozenset[ItemId]]
"""Everything that falls when the given items fail at once, themselves included."""


def find_collisions(down: Down, question: CollisionQuestion) -> tuple[Collision, ...]:
    """See `ImpactEngine.collisions`."""
    # The first two cascades are there to refuse items that the graph does not hold.
    changes = (*question.changes, *([question.of] if question.of else ()))
    down([item for change in changes for item in change.items])
    services = down(question.services).intersection(question.services)
    found: list[Collision] = []
    for one, other in overlapping(question):
        alone, besides = down(one.items), down(other.items)
        together = down((*one.items, *other.items))
        collision = collision_of(
            (one, other),
            tuple(sorted(services & alone & besides)),
            tuple(sorted((services & together) - alone - besides)),
        )
        if collision:
            found.append(collision)
    return tuple(sorted(found, key=lambda one: (one.first, one.second)))
