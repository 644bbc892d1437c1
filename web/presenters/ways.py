"""The ways a failure could take between items on a map. Pure, over (provider, dependant) pairs."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

Pair = tuple[int, int]
Steps = Mapping[int, Sequence[int]]


def items_between(pairs: Iterable[Pair], one: AbstractSet[int], other: int) -> set[int]:
    """Return all items on any way between ``other`` and any of ``one``, in either direction.

    >>> sorted(items_between([(1, 2), (2, 3), (9, 3)], {1}, 3))
    [1, 2, 3]
    """
    onward, back = _steps(pairs)
    after, before = _reach(onward, [other]), _reach(back, [other])
    found: set[int] = set()
    if one & after:
        found |= after & _reach(back, one & after)
    if one & before:
        found |= before & _reach(onward, one & before)
    return found


def shortest_way(pairs: Iterable[Pair], one: AbstractSet[int], other: int) -> list[int]:
    """Return a shortest way from the provider's end to the dependant's; [] where there is none.

    >>> shortest_way([(1, 2), (2, 3), (1, 4), (4, 5), (5, 3)], {3}, 1)
    [1, 2, 3]
    """
    onward, back = _steps(pairs)
    down, up = _walk(onward, other, one), _walk(back, other, one)
    if not down or (up and len(up) < len(down)):
        return up[::-1]
    return down


def _steps(pairs: Iterable[Pair]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    onward: dict[int, list[int]] = {}
    back: dict[int, list[int]] = {}
    for provider, dependant in pairs:
        onward.setdefault(provider, []).append(dependant)
        back.setdefault(dependant, []).append(provider)
    return onward, back


def _reach(steps: Steps, starts: Iterable[int]) -> set[int]:
    found = set(starts)
    waiting = deque(found)
    while waiting:
        for following in steps.get(waiting.popleft(), ()):
            if following not in found:
                found.add(following)
                waiting.append(following)
    return found


def _walk(steps: Steps, start: int, goals: AbstractSet[int]) -> list[int]:
    """Return the items of a shortest walk from ``start`` to one of ``goals``."""
    came: dict[int, int] = {start: start}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here in goals and here != start:
            return _back_to(start, here, came)
        for following in steps.get(here, ()):
            if following not in came:
                came[following] = here
                waiting.append(following)
    return []


def _back_to(start: int, here: int, came: Mapping[int, int]) -> list[int]:
    way = [here]
    while here != start:
        here = came[here]
        way.append(here)
    return way[::-1]
