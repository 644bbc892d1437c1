"""From facing ports to cables: two bridges are adjacent where no third one is between them.

A bridge is between two others when they lie behind different ports of it. Ports that are adjacent
to several bridges are on a shared segment: something that does not show itself joins them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from discovery.topology.facing import Facing, members
from discovery.topology.values import Port

Node = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Joint:
    """Bridge ports on one medium, and the addresses that all of them see there."""

    ports: tuple[Port, ...]
    macs: tuple[str, ...]


def joints(facing: Facing, general: Facing) -> Iterator[Joint]:
    """Yield the media between bridges in one scope.

    ``general`` is the same region with all VLANs together: a bridge that is between two others
    there is between them, also where it learnt nothing in this VLAN.
    """
    known = [_Sides(facing, place) for place in range(len(facing.bridges))]
    wide = known if general is facing else _sides(general, facing)
    direct = {
        (here, port): _direct(here, port, known, wide)
        for here in range(len(known))
        for port in known[here].behind
    }
    groups = _groups(facing, direct)
    for nodes in groups:
        ports = sorted((facing.bridges[b].ports[p] for b, p in nodes), key=lambda one: one.order)
        yield Joint(tuple(ports), tuple(facing.macs(_seen_by_all(facing, nodes))))


class _Sides:
    """The bridges behind each port of one bridge, as bits."""

    def __init__(self, facing: Facing, here: int) -> None:
        self.behind: dict[int, int] = defaultdict(int)
        for there, port in facing.toward[here].items():
            self.behind[port] |= 1 << there
        self.all = 0
        for bits in self.behind.values():
            self.all |= bits

    def across(self, other: int) -> int:
        """Return the bridges on other sides than ``other``; none where that is unknown."""
        for bits in self.behind.values():
            if bits >> other & 1:
                return self.all & ~bits
        return 0


def _sides(general: Facing, facing: Facing) -> list[_Sides]:
    if [bridge.key for bridge in general.bridges] != [bridge.key for bridge in facing.bridges]:
        raise ValueError("both views must be of the same bridges")
    return [_Sides(general, place) for place in range(len(general.bridges))]


def _direct(here: int, port: int, known: list[_Sides], wide: list[_Sides]) -> int:
    """Return the bridges behind a port that no other bridge behind it separates from here."""
    candidates = known[here].behind[port]
    blocked = 0
    for between in members(candidates | wide[here].behind.get(port, 0)):
        blocked |= known[between].across(here) | wide[between].across(here)
    return candidates & ~blocked


def _groups(facing: Facing, direct: Mapping[Node, int]) -> list[list[Node]]:
    """Join ports that are adjacent to each other, both ways."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for here, port in sorted(direct):
        for there in members(direct[here, port]):
            back = facing.toward[there].get(here)
            if back is not None and direct.get((there, back), 0) >> here & 1:
                one, two = root((here, port)), root((there, back))
                parent[max(one, two)] = min(one, two)
    found: dict[Node, list[Node]] = defaultdict(list)
    for node in sorted(parent):
        found[root(node)].append(node)
    return [nodes for nodes in found.values() if len(nodes) > 1]


def _seen_by_all(facing: Facing, nodes: list[Node]) -> int:
    """Return the addresses that lie on the medium itself: every port of it learnt them."""
    common = -1
    for bridge, port in nodes:
        common &= facing.sets[bridge].get(port, 0)
    return max(common, 0)
