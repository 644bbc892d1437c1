"""How often a service is down, told from how often each single item is.

A service is down at least when it, or one of its single points of failure, is: its minimal cut
sets of order one. With independent failures that gives `1 - Π(1 - q)`, and the share of an item in
it is its Fussell-Vesely importance (Fussell 1975; Rauzy, "New algorithms for fault trees analysis",
Reliability Engineering and System Safety 40, 1993). What falls only because several members of a
group fail at once is left out, so the result is a lower bound; where redundancy is sound it is
nearly all of it.

    >>> from cmdb.engine.graph import Dependency, ListedGraph
    >>> from cmdb.engine.impact.portable import PortableGraph
    >>> chain = ListedGraph.of([Dependency(ItemId(1), ItemId(2)), Dependency(ItemId(2), ItemId(3))])
    >>> often = {ItemId(1): 0.01, ItemId(2): 0.02}
    >>> (told,) = service_availability(PortableGraph.of(chain), [ItemId(3)], often)
    >>> round(told.unavailability, 4), [one.item for one in told.contributors]
    (0.0298, [2, 1])
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.engine import ImpactEngine


@dataclass(frozen=True, slots=True)
class Contributor:
    """An item without which the service is down, how often it is, and its share of the blame."""

    item: ItemId
    unavailability: float
    share: float


@dataclass(frozen=True, slots=True)
class ServiceAvailability:
    """How often a service is down for the failure of one item; worst contributors first."""

    service: ItemId
    unavailability: float
    contributors: tuple[Contributor, ...]

    @property
    def availability(self) -> float:
        """The share of time in which no single failure keeps the service down."""
        return 1 - self.unavailability


def unavailability_from(hours_between_failures: float, hours_to_repair: float) -> float:
    """Turn mean times into the share of time an item is down.

    Raises ValueError unless both are positive numbers.

    >>> unavailability_from(999, 1)
    0.001
    """
    times = {"between failures": hours_between_failures, "to repair": hours_to_repair}
    for name, hours in times.items():
        if not (math.isfinite(hours) and hours > 0):
            raise ValueError(f"the hours {name} must be a positive number")
    return hours_to_repair / (hours_between_failures + hours_to_repair)


def service_availability(
    engine: ImpactEngine,
    services: Iterable[ItemId],
    unavailability: Mapping[ItemId, float],
    default: float = 0.0,
) -> tuple[ServiceAvailability, ...]:
    """Tell it for each of `services`, ascending.

    `unavailability` is the share of time (0 to 1) that each item is down for reasons of its own;
    `default` counts for items it does not name. Raises ValueError for a share outside of 0 to 1,
    ItemNotInGraph for an unknown service. Takes as long as `ImpactEngine.single_points`.
    """
    for item, share in unavailability.items():
        _require_share(share, f"item {item}")
    _require_share(default, "the default")
    wanted = sorted(set(services))
    pairs = engine.single_points(wanted)
    causes: defaultdict[int, list[ItemId]] = defaultdict(list)
    for cause, service in zip(pairs.causes.tolist(), pairs.services.tolist(), strict=True):
        causes[service].append(ItemId(cause))
    return tuple(
        _told(service, [service, *causes[service]], unavailability, default) for service in wanted
    )


def _told(
    service: ItemId, points: Sequence[ItemId], shares: Mapping[ItemId, float], default: float
) -> ServiceAvailability:
    often = {item: shares.get(item, default) for item in points}
    if 1.0 in often.values():
        down = 1.0
    else:
        down = -math.expm1(math.fsum(math.log1p(-share) for share in often.values()))
    worst_first = sorted(often.items(), key=lambda row: (-row[1], row[0]))
    contributors = (
        Contributor(item, share, share / down) for item, share in worst_first if share > 0
    )
    return ServiceAvailability(service, down, tuple(contributors))


def _require_share(share: float, whose: str) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"the unavailability of {whose} is not between 0 and 1")
