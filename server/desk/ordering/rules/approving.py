"""Who is asked, as values, and how a step of approval stands."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Standing = Literal["pending", "approved", "rejected"]
DECISIONS = ("approved", "rejected")
#: States of an order in which somebody's word is waited for.
WAITING = ("approval", "held")
STATES = ("approval", "held", "fulfilment", "done", "rejected", "cancelled")


@dataclass(frozen=True, slots=True)
class Asked:
    """A person or a group that is asked, and why; ``item_id`` is the item whose owner is meant."""

    role: str
    person_id: int | None = None
    group_id: int | None = None
    item_id: int | None = None


def standing_of(needs: str, decisions: Collection[str]) -> Standing:
    """Return how a step stands, of which "any" or "all" must agree.

    >>> standing_of("any", ["rejected", "pending"]), standing_of("all", ["rejected", "pending"])
    ('pending', 'rejected')
    """
    heard = [one for one in decisions if one != "void"]
    if needs == "any":
        if "approved" in heard:
            return "approved"
        return "pending" if "pending" in heard else "rejected"
    if "rejected" in heard:
        return "rejected"
    return "pending" if "pending" in heard else "approved"


def climb(
    person_id: int, managers: Mapping[int, int | None], excluded: Collection[int]
) -> int | None:
    """Return the nearest manager above somebody who is not excluded; None where there is none.

    ``managers`` holds the active people above them, each with their own manager.

    >>> climb(1, {1: 2, 2: 3, 3: None}, {2}), climb(1, {1: 2, 2: 1}, {1, 2})
    (3, None)
    """
    seen = {person_id}
    above = managers.get(person_id)
    while above is not None and above not in seen:
        if above in managers and above not in excluded:
            return above
        seen.add(above)
        above = managers.get(above)
    return None


def once(asked: Iterable[Asked]) -> list[Asked]:
    """Return each person and group once, with the first reason."""
    found: dict[tuple[int | None, int | None], Asked] = {}
    for one in asked:
        found.setdefault((one.person_id, one.group_id), one)
    return list(found.values())
