"""What became of the members of one section between two reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cmdb.inventory.pending import Pending


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a section belong: one item, one source."""

    session: Session
    item_id: int
    source: str
    now: datetime
    #: What is inserted at the end of the batch.
    pending: Pending
    #: Nothing of the item is stored yet: nobody needs to look.
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Members that came, went and changed; each is (name, what to say of it).

    ``was_empty`` says that nothing was stored before: everything is seen for the first time.
    """

    added: Sequence[tuple[str, Any]] = ()
    removed: Sequence[tuple[str, Any]] = ()
    changed: Sequence[tuple[str, Any, Any]] = ()
    was_empty: bool = False

    def __bool__(self) -> bool:
        """Say whether anything differs."""
        return bool(self.added or self.removed or self.changed)

    def __len__(self) -> int:
        """Return how many members differ."""
        return len(self.added) + len(self.removed) + len(self.changed)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """Compare two {member: value} mappings.

    >>> compare({"eth0": 1}, {"eth0": 2, "eth1": 1}).changed
    [('eth0', 1, 2)]
    """
    return Difference(
        added=[(name, new[name]) for name in new if name not in old],
        removed=[(name, old[name]) for name in old if name not in new],
        changed=[(n, old[n], new[n]) for n in new if n in old and old[n] != new[n]],
        was_empty=not old,
    )
