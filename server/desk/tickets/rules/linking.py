"""What one ticket may be to another."""

from collections.abc import Mapping, Sequence

CHILD_OF, MERGED_INTO = "child_of", "merged_into"
#: What a person may say; "merged_into" is said by merging.
KINDS = (CHILD_OF, "related_to", "duplicate_of", "blocked_by", "caused_by")


def makes_a_circle(child: int, parent: int, parents: Mapping[int, int]) -> bool:
    """Say whether ``child`` would become its own ancestor below ``parent``.

    ``parents`` holds child → parent, at least for all above ``parent``.

    >>> makes_a_circle(1, 3, {3: 2, 2: 1}), makes_a_circle(4, 3, {3: 2, 2: 1})
    (True, False)
    """
    above: int | None = parent
    seen: set[int] = set()
    while above is not None and above not in seen:
        if above == child:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def next_position(positions: Sequence[int]) -> int:
    """Return where a new task of a list stands: after all others."""
    return max(positions, default=0) + 1
