"""Where the nodes of a large map stand, computed here because a browser would take seconds.

Layers from left (what depends) to right (what is needed), as the browser lays out small maps: the
layered drawing of Sugiyama, Tagawa and Toda (1981) with two sweeps of barycentres. O(V + E) for
each sweep, and the sorting.
"""

from collections.abc import Iterable, Mapping, Sequence

COLUMN_WIDTH = 264
ROW_HEIGHT = 60
#: A taller layer is folded into several columns.
ROWS = 36
_SWEEPS = 2

Pair = tuple[str, str]
Place = tuple[float, float]


def place_nodes(nodes: Sequence[str], pairs: Iterable[Pair]) -> dict[str, Place]:
    """Return the centre of each node; ``pairs`` are (dependant, provider).

    >>> place_nodes(["app", "db"], [("app", "db")])
    {'app': (0.0, 0.0), 'db': (264.0, 0.0)}
    """
    known = set(nodes)
    edges = [(left, right) for left, right in pairs if {left, right} <= known and left != right]
    needs, needed_by = _both_ways(edges)
    layers = _layers(nodes, needs, needed_by)
    for _ in range(_SWEEPS):
        _sort(layers, needed_by)
        _sort(layers[::-1], needs)
    return _places(layers)


def _both_ways(edges: Iterable[Pair]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    needs: dict[str, list[str]] = {}
    needed_by: dict[str, list[str]] = {}
    for dependant, provider in dict.fromkeys(edges):
        needs.setdefault(dependant, []).append(provider)
        needed_by.setdefault(provider, []).append(dependant)
    return needs, needed_by


def _layers(
    nodes: Sequence[str], needs: Mapping[str, list[str]], needed_by: Mapping[str, list[str]]
) -> list[list[str]]:
    """Put each node right of all that depends on it; where a circle waits for itself, cut it."""
    waits = {node: len(needed_by.get(node, ())) for node in nodes}
    level = dict.fromkeys(nodes, 0)
    # The least entangled first, so that a circle is cut where it is entered.
    entangled = sorted(nodes, key=lambda node: waits[node])
    ready = [node for node in entangled if waits[node] == 0]
    done: set[str] = set()
    cut = iter(entangled)
    while len(done) < len(nodes):
        node = ready.pop() if ready else next(one for one in cut if one not in done)
        if node in done:
            continue
        done.add(node)
        for provider in needs.get(node, ()):
            if provider in done:
                continue
            level[provider] = max(level[provider], level[node] + 1)
            waits[provider] -= 1
            if waits[provider] == 0:
                ready.append(provider)
    found: dict[int, list[str]] = {}
    for node in nodes:
        found.setdefault(level[node], []).append(node)
    return [found[number] for number in sorted(found)]


def _sort(layers: Sequence[list[str]], neighbours: Mapping[str, list[str]]) -> None:
    """Sort each layer by where the neighbours stand that have been sorted before."""
    rank: dict[str, float] = {}
    for layer in layers:
        middle = (len(layer) - 1) / 2
        weights = {}
        for position, node in enumerate(layer):
            seen = [rank[one] for one in neighbours.get(node, ()) if one in rank]
            weights[node] = sum(seen) / len(seen) if seen else position - middle
        layer.sort(key=weights.__getitem__)
        rank |= {node: position - middle for position, node in enumerate(layer)}


def _places(layers: Sequence[list[str]]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    column = 0
    for layer in layers:
        for start in range(0, len(layer), ROWS):
            part = layer[start : start + ROWS]
            middle = (len(part) - 1) / 2
            for position, node in enumerate(part):
                found[node] = (
                    float(column * COLUMN_WIDTH),
                    float((position - middle) * ROW_HEIGHT),
                )
            column += 1
    return found
