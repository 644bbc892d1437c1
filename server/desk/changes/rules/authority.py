"""Whose word lets what was planned be written into the register, item by item.

Either whoever writes may change the item by hand, or somebody who has a say over it has agreed to
exactly these values: its owner or appointed approver, themselves or by their deputy.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: How somebody spoke when they decided: for themselves or their group, for who named them their
#: deputy, or in the place of somebody who had not asked them to (nor named them themselves).
SELF, DEPUTY, PLACE = "self", "deputy", "place"
#: Ways of speaking that carry the say over an item; deciding in somebody's place moves the change
#: on, and changes nobody's item.
_OF_THE_OWNER = frozenset({SELF, DEPUTY})
_ROLES = frozenset({"owner", "approver"})

RIGHT, APPROVAL = "right", "approval"


@dataclass(frozen=True, slots=True)
class Word:
    """What lets one planned line be written.

    ``by`` is "right" (of who writes), "approval", or "" where something lacks. ``approvals`` are
    those relied upon; ``lacking`` the items about which nobody who may change them has spoken.
    """

    by: str
    approvals: tuple[int, ...] = ()
    lacking: tuple[int, ...] = ()


def items_written(kind: str, item_id: int, other_id: int | None) -> tuple[int, ...]:
    """Return the items that one line changes, as the same edit by hand would ask for them.

    >>> items_written("relate", 1, 2), items_written("unrelate", 1, 2)
    ((1, 2), (1,))
    """
    return (item_id, other_id) if kind == "relate" and other_id else (item_id,)


def items_agreed(decision: str, spoke_as: str, why: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return the items over which an approval with these reasons carries the say.

    >>> mine = [{"role": "owner", "of": "touched", "item_id": 7}]
    >>> items_agreed("approved", "deputy", mine), items_agreed("approved", "place", mine)
    ({7}, set())
    """
    if decision != "approved" or spoke_as not in _OF_THE_OWNER:
        return set()
    return {
        one["item_id"]
        for one in why
        if one.get("of") == "touched" and one.get("role") in _ROLES and one.get("item_id")
    }


def word_on(
    items: Sequence[int], writable: Collection[int], agreed: Mapping[int, Collection[int]]
) -> Word:
    """Return what lets a line about ``items`` be written.

    ``writable`` are those that who writes may change by hand; ``agreed`` is item to approvals.

    >>> word_on((1, 2), {1}, {2: [40]})
    Word(by='approval', approvals=(40,), lacking=())
    """
    if all(one in writable for one in items):
        return Word(RIGHT)
    relied = {
        number for one in items if one not in writable for number in sorted(agreed.get(one, ()))
    }
    lacking = tuple(one for one in items if one not in writable and not agreed.get(one))
    return Word("", (), lacking) if lacking else Word(APPROVAL, tuple(sorted(relied)))
