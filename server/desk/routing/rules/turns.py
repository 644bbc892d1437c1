"""Whose turn it is in a group."""

from collections.abc import Sequence
from dataclasses import dataclass

#: Nobody by itself, one after the other, or who has the fewest open tickets.
MODES = ("none", "round_robin", "least_loaded")
#: The lines of support; a supplier's group takes what leaves the house.
LINES = ("1", "1.5", "2", "3", "supplier")
SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of a group who is there, with how many open tickets they have."""

    person_id: int
    load: int


def choose(
    mode: str, candidates: Sequence[Candidate], last_id: int | None, most_open: int = 0
) -> int | None:
    """Return who gets the next ticket; None when the group wants nobody chosen, or all are full.

    ``last_id`` had the last one. ``most_open``: who has as many open tickets gets none; 0 is no
    limit. Of those with equally few tickets the next in the round gets it.

    >>> choose("round_robin", [Candidate(1, 9), Candidate(5, 0)], 5)
    1
    >>> choose("least_loaded", [Candidate(1, 2), Candidate(5, 1)], 5)
    5
    """
    if mode not in MODES[1:]:
        return None
    free = [one for one in candidates if not most_open or one.load < most_open]
    if not free:
        return None
    last = last_id or 0

    def place(one: Candidate) -> tuple[bool, int]:
        return (one.person_id <= last, one.person_id)

    if mode == "round_robin":
        return min(free, key=place).person_id
    return min(free, key=lambda one: (one.load, *place(one))).person_id
