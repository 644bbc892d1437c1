"""What the first line solves by itself, of everything that was solved."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from server.desk.tickets.rules.staying import FIRST_LINE

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Solved:
    """A solved ticket: its category, the services it hit, and the lines that ever had it."""

    category: str
    service_ids: Collection[int]
    lines: Collection[str]

    @property
    def at_first_line(self) -> bool:
        """Say whether it never left the first line."""
        return all(line == FIRST_LINE for line in self.lines)


@dataclass(frozen=True, slots=True)
class Share:
    """So many tickets were solved, so many of them at the first line."""

    solved: int
    first_line: int

    @property
    def percent(self) -> float | None:
        """Return how many of a hundred; None where nothing was solved.

        >>> Share(3, 2).percent, Share(0, 0).percent
        (66.7, None)
        """
        return round(100 * self.first_line / self.solved, 1) if self.solved else None


def share_of(solved: Iterable[Solved]) -> Share:
    """Count tickets, and those that the first line solved.

    >>> share_of([Solved("network", (), {"1"}), Solved("network", (), {"1", "2"})])
    Share(solved=2, first_line=1)
    """
    ready = list(solved)
    return Share(len(ready), sum(one.at_first_line for one in ready))


def shares_by(
    solved: Iterable[Solved], keys: Callable[[Solved], Iterable[K]]
) -> list[tuple[K, Share]]:
    """Return the shares by what ``keys`` says of a ticket; where most was solved first.

    A ticket that has several keys counts under each.
    """
    found: dict[K, list[Solved]] = defaultdict(list)
    for one in solved:
        for key in keys(one):
            found[key].append(one)
    shares = [(key, share_of(ones)) for key, ones in found.items()]
    return sorted(shares, key=lambda pair: (-pair[1].solved, str(pair[0])))
