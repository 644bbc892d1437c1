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


def file_name_of(raw: str) -> str:
    r"""Return what a person called a file, harmless: one line, no path, nothing invisible.

    >>> file_name_of("..\\..\\evil/../\u202egpj.exe"), file_name_of("/")
    ('gpj.exe', 'file')
    """
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if char.isprintable() and char not in '"<>|:*?')
    shown = " ".join(shown.split()).lstrip(".").strip()
    return _shortened(shown) or "file"


_LONGEST = 150


def _shortened(name: str) -> str:
    if len(name) <= _LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = (dot + ending)[:20] if stem else ""
    return name[: _LONGEST - len(ending)] + ending


def next_position(positions: Sequence[int]) -> int:
    """Return where a new task of a list stands: after all others."""
    return max(positions, default=0) + 1
