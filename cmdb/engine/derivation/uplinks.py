"""Which of two neighbours provides the uplink: the one nearer to the way out.

A neighbour protocol says that two devices are joined, not which of them the other lives from. The
way out is where the routers and firewalls stand; what carries nobody's traffic but its own (a
server, a printer) always hangs below what does.

    router 1 ── switch 2 ── switch 3 ── server 4

>>> pairs = [(1, 2), (3, 2), (3, 4)]
>>> [way[:2] for way in uphill(pairs, roots=[{1}], carriers={1, 2, 3})]
[(2, 1), (3, 2), (4, 3)]

In a ring the way out may lead downhill first. A carrier with one upper neighbour that would still
reach the way out without it gets a second upper end: the first one that a detour meets nearer to
the way out. So every uplink leads uphill, never in a circle, and when any one carrier fails,
exactly those are told to be cut off that are.

    router 1 ── switch 2 ── switch 4
       └─────── switch 3 ───── switch 5 ── (4)

>>> ring = [(1, 2), (1, 3), (2, 4), (3, 5), (4, 5)]
>>> [way for way in uphill(ring, roots=[{1}], carriers={1, 2, 3, 4, 5}) if way.through]
[Way(lower=4, upper=3, through=(5,)), Way(lower=5, upper=2, through=(4,))]
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

Pair = tuple[int, int]
Near = Mapping[int, Collection[int]]


class Way(NamedTuple):
    """``lower`` reaches the way out by ``upper``: directly, or ``through`` others on a detour."""

    lower: int
    upper: int
    through: tuple[int, ...] = ()


def uphill(pairs: Iterable[Pair], roots: Sequence[Set[int]], carriers: Set[int]) -> list[Way]:
    """Return who reaches the way out by whom, sorted.

    ``roots`` are where the way out may be, the best guess first: each part of the network that
    hangs together takes the first guess that has somebody in it. Two carriers at the same distance
    from the nearest root, or without a way to one, are left out: a link between equals is nobody's
    uplink. Complexity: linear in the pairs; detours look at the ring they are in, once for each
    carrier with one upper neighbour.
    """
    joined = {frozenset(pair) for pair in pairs if pair[0] != pair[1]}
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in (tuple(pair) for pair in joined):
        if one in carriers and other in carriers:
            near[one].add(other)
            near[other].add(one)
    steps = _distances(near, roots)
    found: set[Way] = set()
    for pair in joined:
        one, other = sorted(pair)
        lower = _lower(one, other, steps, carriers)
        if lower is not None:
            found.add(Way(lower, other if lower == one else one))
    found.update(_detours(near, steps))
    return sorted(found)


def _lower(one: int, other: int, steps: Mapping[int, int], carriers: Set[int]) -> int | None:
    if (one in carriers) != (other in carriers):
        return other if one in carriers else one
    if one not in carriers or one not in steps or other not in steps or steps[one] == steps[other]:
        return None
    return one if steps[one] > steps[other] else other


def _distances(near: Near, roots: Sequence[Set[int]]) -> dict[int, int]:
    """Return how many links each carrier is away from the nearest root of its part."""
    steps: dict[int, int] = {}
    for part in _parts(near):
        chosen: set[int] = next((found for guess in roots if (found := part & guess)), set())
        steps |= dict.fromkeys(chosen, 0)
        waiting = deque(sorted(chosen))
        while waiting:
            here = waiting.popleft()
            for there in sorted(set(near[here]) - steps.keys()):
                steps[there] = steps[here] + 1
                waiting.append(there)
    return steps


def _parts(near: Near) -> Iterator[set[int]]:
    """Yield the parts of the network that hang together."""
    met: set[int] = set()
    for start in sorted(near):
        if start in met:
            continue
        part, waiting = {start}, [start]
        while waiting:
            fresh = set(near[waiting.pop()]) - part
            part |= fresh
            waiting += fresh
        met |= part
        yield part


def _detours(near: Near, steps: Mapping[int, int]) -> Iterator[Way]:
    for carrier in sorted(steps):
        upper = [one for one in near[carrier] if steps[one] < steps[carrier]]
        if len(upper) == 1:
            way = _detour(carrier, upper[0], near, steps)
            if way is not None:
                yield way


def _detour(start: int, avoided: int, near: Near, steps: Mapping[int, int]) -> Way | None:
    """Find the nearest carrier nearer to the way out that is reached without the upper neighbour.

    From there the shortest way out does not meet ``avoided``, which is at least as far away.
    """
    came: dict[int, int] = {start: start}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for there in sorted(set(near[here]) - came.keys() - {avoided}):
            came[there] = here
            if steps[there] < steps[start]:
                return Way(start, there, _between(came, start, there))
            waiting.append(there)
    return None


def _between(came: Mapping[int, int], start: int, end: int) -> tuple[int, ...]:
    found = []
    here = came[end]
    while here != start:
        found.append(here)
        here = came[here]
    return tuple(reversed(found))
