"""Which of two neighbours provides the uplink: the one nearer to the way out.

A neighbour protocol says that two devices are joined, not which of them the other lives from. The
way out is where the routers and firewalls stand; what carries nobody's traffic but its own (a
server, a printer) always hangs below what does.

    router 1 ── switch 2 ── switch 3 ── server 4

>>> pairs = [(1, 2), (3, 2), (3, 4)]
>>> uphill(pairs, roots={1}, carriers={1, 2, 3})
[(2, 1), (3, 2), (4, 3)]
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Set

Pair = tuple[int, int]


def uphill(pairs: Iterable[Pair], roots: Set[int], carriers: Set[int]) -> list[Pair]:
    """Return (lower, upper) for each pair where that can be told, sorted.

    Two carriers at the same distance from the nearest root, or without a way to one, are left out:
    a link between equals is nobody's uplink. Complexity: linear in the pairs.
    """
    joined = {frozenset(pair) for pair in pairs if pair[0] != pair[1]}
    steps = _distances(joined, roots & carriers, carriers)
    found: set[Pair] = set()
    for pair in joined:
        one, other = sorted(pair)
        lower = _lower(one, other, steps, carriers)
        if lower is not None:
            found.add((lower, other if lower == one else one))
    return sorted(found)


def _lower(one: int, other: int, steps: dict[int, int], carriers: Set[int]) -> int | None:
    if (one in carriers) != (other in carriers):
        return other if one in carriers else one
    if one not in carriers or one not in steps or other not in steps or steps[one] == steps[other]:
        return None
    return one if steps[one] > steps[other] else other


def _distances(
    joined: Collection[frozenset[int]], roots: Set[int], carriers: Set[int]
) -> dict[int, int]:
    """Return how many links each carrier is away from the nearest root."""
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in (tuple(pair) for pair in joined):
        if one in carriers and other in carriers:
            near[one].add(other)
            near[other].add(one)
    steps = dict.fromkeys(roots, 0)
    waiting = deque(sorted(roots))
    while waiting:
        here = waiting.popleft()
        for there in sorted(near[here] - steps.keys()):
            steps[there] = steps[here] + 1
            waiting.append(there)
    return steps
