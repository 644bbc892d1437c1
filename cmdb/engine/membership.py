"""What may belong to a service: found layer by layer below it, each with how it would be needed.

A relation that passes a failure on whole needs no decision: what hangs on it comes along. A soft
one was merely seen, and only a person knows whether the service can do without. So proposals are
what is reached over soft relations; the rest is told with them, as what comes along.

    web ─soft→ db ─hard→ host

>>> needs = [Need(1, 2, 10, "soft"), Need(2, 3, 11, "hard")]
>>> [(one.item, one.layer, one.stand, one.need) for one in propose_members(1, needs)]
[(2, 1, 'open', 'hard'), (3, 2, 'follows', 'hard')]
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cmdb.engine.graph import Dependency, GroupRule, ItemId, ListedGraph, RedundancyGroup
from cmdb.engine.impact.portable import PortableGraph
from cmdb.engine.impact.values import State

Kind = Literal["hard", "soft", "member"]
Stand = Literal["open", "along", "follows"]
How = Literal["hard", "soft", "group"]

_STRENGTH: Mapping[Kind, int] = {"hard": 0, "member": 1, "soft": 2}
#: Programs that stop when most of their members are gone: they agree by voting.
_VOTING = frozenset({"etcd", "consul", "mongod", "zookeeper", "cockroach", "nomad", "vault"})


@dataclass(frozen=True, slots=True)
class Need:
    """`dependant` needs `provider`; ``keys`` are what interchangeable providers have in common."""

    dependant: int
    provider: int
    relation_id: int
    kind: Kind
    group_id: int | None = None
    capacity: float = 1.0
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NeedGroup:
    """A redundancy group among the needs."""

    group_id: int
    dependant: int
    name: str
    rule: GroupRule
    threshold: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Providers that stand in for each other, as far as was seen."""

    name: str
    threshold: float
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """An item below a service.

    ``stand``: "open" is for a person to decide; "along" falls with the service's own relations
    anyway; "follows" hangs on one that is open. ``need`` is how the service would need it: it
    stops ("hard"), it suffers ("soft"), or some of several are enough ("group"). ``via`` and
    ``relation_id`` say over what it was found first.
    """

    item: int
    layer: int
    via: int
    relation_id: int
    stand: Stand
    need: How
    group_id: int | None = None
    suggestion: Suggestion | None = None


def propose_members(
    root: int,
    needs: Iterable[Need],
    groups: Iterable[NeedGroup] = (),
    settled: Iterable[int] = (),
) -> list[Member]:
    """Return everything below ``root``, nearest first; ``settled`` are items decided already.

    What is settled is not open, and what it brings along comes along. Complexity: one cascade over
    the needs for each item that is open.
    """
    edges = sorted(set(needs), key=lambda need: (need.dependant, need.provider, need.relation_id))
    below: dict[int, list[Need]] = defaultdict(list)
    for edge in edges:
        if edge.provider != edge.dependant:
            below[edge.dependant].append(edge)
    known = frozenset(settled) | {root}
    found = _layers(root, below)
    along = _closure(known & (found.keys() | {root}), below)
    suggestions = _suggestions(found, along, below)
    alone = _Alone(root, edges, tuple(groups), suggestions)
    members = []
    for item, (layer, first) in found.items():
        is_open = item not in along and first.kind == "soft"
        suggestion = suggestions.get((first.dependant, item)) if is_open else None
        members.append(
            Member(
                item=item,
                layer=layer,
                via=first.dependant,
                relation_id=first.relation_id,
                stand="along" if item in along else "open" if is_open else "follows",
                need=alone.need_of(item, suggestion) if is_open else "hard",
                group_id=first.group_id,
                suggestion=suggestion,
            )
        )
    return members


def _layers(root: int, below: Mapping[int, Sequence[Need]]) -> dict[int, tuple[int, Need]]:
    """Return each item with its layer and the relation it was found by, in order of finding.

    Of several relations from the layer above the strongest one counts.
    """
    found: dict[int, tuple[int, Need]] = {}
    frontier, layer = [root], 0
    while frontier:
        layer += 1
        best: dict[int, Need] = {}
        for edge in (edge for item in frontier for edge in below.get(item, ())):
            if edge.provider == root or edge.provider in found:
                continue
            known = best.get(edge.provider)
            if known is None or _STRENGTH[edge.kind] < _STRENGTH[known.kind]:
                best[edge.provider] = edge
        frontier = sorted(best)
        found |= {item: (layer, best[item]) for item in frontier}
    return found


def _closure(start: Iterable[int], below: Mapping[int, Sequence[Need]]) -> set[int]:
    """Return what hangs on ``start`` over relations that pass a failure on, itself included."""
    reached, waiting = set[int](), list(start)
    while waiting:
        item = waiting.pop()
        if item not in reached:
            reached.add(item)
            waiting += [edge.provider for edge in below.get(item, ()) if edge.kind != "soft"]
    return reached


def _suggestions(
    found: Mapping[int, tuple[int, Need]], along: set[int], below: Mapping[int, Sequence[Need]]
) -> dict[tuple[int, int], Suggestion]:
    """Return, by (dependant, provider), who talks to several providers in the same way."""
    alike: dict[tuple[int, str], set[int]] = defaultdict(set)
    for edges in below.values():
        for edge in edges:
            if edge.kind == "soft" and edge.provider in found and edge.provider not in along:
                for key in edge.keys:
                    alike[edge.dependant, key].add(edge.provider)
    made: dict[tuple[int, int], Suggestion] = {}
    for (dependant, key), items in sorted(alike.items(), key=lambda one: (-len(one[1]), one[0])):
        free = tuple(item for item in sorted(items) if (dependant, item) not in made)
        # A port alone joins what has nothing else in common: the program behind it must be known.
        port, _, program = key.partition(" ")
        if len(free) < 2 or not program:
            continue
        voting = program.casefold() in _VOTING and len(free) > 2
        suggestion = Suggestion(f"{program} {port}", len(free) // 2 + 1 if voting else 1, free)
        made |= {(dependant, item): suggestion for item in free}
    return made


class _Alone:
    """What the loss of one item does to the root, if everything that was seen were really needed.

    Suggested groups count as groups: a person who takes them takes them as such.
    """

    def __init__(
        self,
        root: int,
        edges: Sequence[Need],
        groups: Sequence[NeedGroup],
        suggestions: Mapping[tuple[int, int], Suggestion],
    ) -> None:
        self._root = ItemId(root)
        members: dict[int, list[Need]] = defaultdict(list)
        hard: list[Dependency] = []
        for edge in edges:
            if edge.kind == "member" and edge.group_id is not None:
                members[edge.group_id].append(edge)
            elif edge.kind == "hard" or (edge.dependant, edge.provider) not in suggestions:
                hard.append(Dependency(ItemId(edge.provider), ItemId(edge.dependant)))
        listed = [_redundancy(group, members[group.group_id]) for group in groups]
        wanted = {(dependant, one) for (dependant, _), one in suggestions.items()}
        for number, (dependant, one) in enumerate(sorted(wanted, key=str), 1):
            providers = tuple((ItemId(item), 1.0, 0) for item in one.members)
            dependant_id = ItemId(dependant)
            listed.append(
                RedundancyGroup(-number, dependant_id, "at_least", one.threshold, providers)
            )
        self._engine = PortableGraph.of(ListedGraph.of(hard, listed, [self._root]))

    def need_of(self, item: int, suggestion: Suggestion | None) -> How:
        """Say how the root needs an item that was merely seen."""
        if suggestion is not None:
            return "group" if self._stops(suggestion.members) else "soft"
        return "hard" if self._stops([item]) else "soft"

    def _stops(self, failed: Iterable[int]) -> bool:
        report = self._engine.impact([ItemId(item) for item in failed])
        return report.state(self._root) is State.DOWN


def _redundancy(group: NeedGroup, members: Sequence[Need]) -> RedundancyGroup:
    providers = tuple((ItemId(m.provider), m.capacity, m.relation_id) for m in members)
    return RedundancyGroup(
        group.group_id, ItemId(group.dependant), group.rule, group.threshold, providers, group.name
    )
