"""Regions: bridges that have no MAC address in common have nothing to say of each other.

So the network falls into regions that are solved one by one, and what was found out about a region
holds as long as its tables are the same and its addresses belong to the same devices.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from discovery.topology.marks import mark
from discovery.topology.tables import Tables

T = TypeVar("T")


@dataclass(slots=True)
class Region:
    """Bridges that share MAC addresses or learnt each other's; all sequences ascend.

    ``macs`` are the addresses that may join bridges, ``beside`` those with a port in single VLANs
    only. ``tables`` and ``owned`` mark what the bridges learnt and whose all these addresses are.
    ``answers`` has, by question, the mark of what else was asked, and the answer.
    """

    members: tuple[str, ...]
    macs: tuple[str, ...]
    beside: tuple[str, ...]
    tables: str
    owned: str
    answers: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def stands(self, marks: Mapping[str, str]) -> bool:
        """Whether all its bridges are there and learnt the same."""
        there = all(key in marks for key in self.members)
        return there and self.tables == _tables_mark(self.members, marks)

    def belongs(self, owners: Mapping[str, str]) -> bool:
        """Whether its addresses belong to the same devices."""
        return self.owned == _owned_mark((*self.macs, *self.beside), owners)

    def answer(self, question: str, asked: object, find: Callable[[], T]) -> T:
        """Return the answer to a question; it is found anew unless the same was asked before.

        ``find`` may look at the region's tables, at the owners of its addresses, and at what
        ``asked`` tells (by its ``repr``), at nothing else.
        """
        wanted = mark(asked)
        known = self.answers.get(question)
        if known is None or known[0] != wanted:
            known = self.answers[question] = wanted, find()
        found: T = known[1]
        return found


@dataclass(frozen=True, slots=True)
class _Node:
    """A bridge, or a region of which it is known that it hangs together."""

    members: tuple[str, ...]
    macs: Collection[str]
    beside: Collection[str]
    region: Region | None = None


def regions(
    tables: Tables, owners: Mapping[str, str], standing: Iterable[Region] = ()
) -> list[Region]:
    """Return the regions, ascending by their first members.

    ``standing`` are regions of before whose tables are the same; one whose addresses belong to
    the same devices hangs together as it did, and is taken as a whole. Linear in addresses, of
    these regions together and of each other bridge.
    """
    whole = [one for one in standing if one.belongs(owners)]
    covered = {key for one in whole for key in one.members}
    nodes = [_Node(one.members, one.macs, one.beside, one) for one in whole]
    alone = (tables.bridge(key) for key in tables.marks if key not in covered)
    nodes += [_Node((one.key,), one.macs(), one.beside()) for one in alone]
    nodes.sort(key=lambda one: one.members)
    return [_region(group, tables, owners) for group in _groups(nodes, owners)]


def _region(nodes: Sequence[_Node], tables: Tables, owners: Mapping[str, str]) -> Region:
    if len(nodes) == 1 and nodes[0].region is not None:
        return nodes[0].region
    members = tuple(sorted(key for node in nodes for key in node.members))
    macs = set().union(*(node.macs for node in nodes))
    beside = set().union(*(node.beside for node in nodes)) - macs
    told = tuple(sorted(macs)), tuple(sorted(beside))
    owned = _owned_mark((*told[0], *told[1]), owners)
    return Region(members, *told, _tables_mark(members, tables.marks), owned)


def _groups(nodes: Sequence[_Node], owners: Mapping[str, str]) -> list[list[_Node]]:
    """Join nodes that share an address, or learnt an address of the other."""
    parent = list(range(len(nodes)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    place_of = {key: place for place, node in enumerate(nodes) for key in node.members}
    last: dict[str, int] = {}  # whoever learnt it before is joined with this one already
    for place, node in enumerate(nodes):
        met = set(map(last.get, node.macs))
        met |= {place_of.get(owner or "") for owner in set(map(owners.get, node.macs))}
        for other in met:
            if other is not None:
                one, two = root(place), root(other)
                parent[max(one, two)] = min(one, two)
        last.update(dict.fromkeys(node.macs, place))
    groups: dict[int, list[_Node]] = defaultdict(list)
    for place, node in enumerate(nodes):
        groups[root(place)].append(node)
    return [groups[place] for place in sorted(groups)]


def _tables_mark(members: Sequence[str], marks: Mapping[str, str]) -> str:
    return mark([(key, marks[key]) for key in members])


def _owned_mark(macs: Iterable[str], owners: Mapping[str, str]) -> str:
    return mark([(mac, owners[mac]) for mac in macs if mac in owners])
