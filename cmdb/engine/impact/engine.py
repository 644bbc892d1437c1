"""What every impact engine answers, however it is built inside."""

from collections.abc import Iterable
from typing import Protocol

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.causes import CauseQuestion, CauseReport
from cmdb.engine.impact.collisions import Collision, CollisionQuestion
from cmdb.engine.impact.report import ImpactReport
from cmdb.engine.impact.values import (
    BlastRadius,
    GroupLosses,
    Guards,
    Neighbourhood,
    SinglePoints,
)


class ImpactEngine(Protocol):
    """Questions about one graph. Every method raises ItemNotInGraph for an item it does not hold.

    Answers depend on the graph and the failures alone: not on the order of either, not on depth.
    """

    def impact(self, failed: Iterable[ItemId]) -> ImpactReport:
        """State of everything when all of `failed` are down at once; a repeated item counts once.

        The least fixed point of these rules, so that a cycle of mutual needs does not fall by
        itself. An item is

        * **down** when it failed itself, a hard provider is down, or one of its groups has less up
          than it requires;
        * else **degraded** when a hard provider is degraded, a soft provider is degraded or down,
          or a capacity group holds with less than all of its capacity;
        * else **at risk** when one of its groups lost a member and holds, or a hard provider is at
          risk.

        A group loses a member only when that member is down.
        """
        ...

    def suppliers(self, item: ItemId, within: int | None = None) -> Neighbourhood:
        """Everything the item needs, directly or through others, over every kind of relation.

        `within` trims the answer to that many steps, for drawing.
        """
        ...

    def dependants(self, item: ItemId, within: int | None = None) -> Neighbourhood:
        """Everything that needs the item, directly or through others, as if nothing were redundant.

        `within` trims the answer to that many steps, for drawing.
        """
        ...

    def single_points(self, services: Iterable[ItemId]) -> SinglePoints:
        """Which single items take which of `services` down: one cascade for every supplier."""
        ...

    def blast_radius(self, items: Iterable[ItemId] | None = None) -> BlastRadius:
        """How many items go down with each of `items` (default: every item of the graph)."""
        ...

    def guards(self, services: Iterable[ItemId]) -> Guards:
        """Which redundancy groups each of `services` stands on, directly or through others."""
        ...

    def group_losses(self, services: Iterable[ItemId] = ()) -> GroupLosses:
        """How much goes down with the whole of each redundancy group, and how many `services`."""
        ...

    def causes(self, question: CauseQuestion) -> CauseReport:
        """Which single failures would explain the symptoms best, and which several together.

        Candidates are all items that a failure could have come from: the suppliers of the symptoms
        and the symptoms themselves. See `cmdb.engine.impact.causes` for how they are weighed.
        """
        ...

    def collisions(self, question: CollisionQuestion) -> tuple[Collision, ...]:
        """Which scheduled changes get in each other's way, ordered by their numbers.

        See `cmdb.engine.impact.collisions` for what makes a collision.
        """
        ...
