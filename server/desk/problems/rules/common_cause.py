"""Which incidents look like one: those whose affected items a single failure would explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Two incidents at least are needed to speak of something they share.
LEAST = 2


@dataclass(frozen=True, slots=True)
class Suspect:
    """An item that may have failed, the affected items it would explain, and how likely it is."""

    item_id: int
    explains: frozenset[int]
    share: float


@dataclass(frozen=True, slots=True)
class Shared:
    """A proposal: the suspect and the tickets it would explain."""

    suspect: Suspect
    ticket_ids: tuple[int, ...]


def propose(
    suspects: Sequence[Suspect], affected: Mapping[int, frozenset[int]], limit: int = 5
) -> list[Shared]:
    """Return what several tickets may have in common, what explains most of them first.

    ``affected``: the affected items of each ticket. Of suspects that explain the same tickets, or
    fewer of them, only the likelier one is told.

    >>> switch = Suspect(9, frozenset({1, 2}), 0.8)
    >>> found = propose([switch], {101: frozenset({1}), 102: frozenset({2}), 103: frozenset({7})})
    >>> found[0].ticket_ids
    (101, 102)
    """
    found: list[Shared] = []
    for one in suspects:
        reach = one.explains | {one.item_id}
        tickets = tuple(sorted(t for t, items in affected.items() if not items.isdisjoint(reach)))
        if len(tickets) >= LEAST:
            found.append(Shared(one, tickets))
    found.sort(key=lambda one: (-len(one.ticket_ids), -one.suspect.share, one.suspect.item_id))
    kept: list[Shared] = []
    for shared in found:
        if not any(set(shared.ticket_ids) <= set(better.ticket_ids) for better in kept):
            kept.append(shared)
    return kept[:limit]
