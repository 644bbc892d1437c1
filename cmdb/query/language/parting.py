"""Which items were one another's since a moment: merges and splits, newest first, to be undone.

What people decided about identity moved whole lists of facts from one item to another. Whoever goes
back through history passes these acts, too: ``turn_back`` hands over what each had moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cmdb.records.identity import IdentityAct

Told = TypeVar("Told")
#: What sources told of items: (item id, source) -> whatever is followed.
State = dict[tuple[int, str], Told]


@dataclass(frozen=True, slots=True)
class Parting:
    """An act as history tells of it: ``kind`` merged, unmerged or split."""

    at: datetime
    kind: str
    item_id: int
    other_id: int
    alone: tuple[str, ...] = ()
    swapped: tuple[str, ...] = ()


def partings_since(session: Session, moment: datetime) -> list[Parting]:
    """Return what was decided after a moment; few rows, as people decide one by one."""
    query = select(IdentityAct).where(or_(IdentityAct.at > moment, IdentityAct.undone_at > moment))
    found: list[Parting] = []
    for act in session.scalars(query):
        speakers = act.trail.get("speakers", {})
        moved = (tuple(speakers.get("alone", ())), tuple(speakers.get("swapped", ())))
        if act.at > moment:
            found.append(Parting(act.at, act.kind, act.item_id, act.other_id, *moved))
        if act.undone_at is not None and act.undone_at > moment:
            found.append(Parting(act.undone_at, "unmerged", act.item_id, act.other_id, *moved))
    return found


def with_partners(ids: Iterable[int], partings: Sequence[Parting]) -> set[int]:
    """Return the items with all that were one with any of them since."""
    known = set(ids)
    size = -1
    while size < len(known):
        size = len(known)
        for one in partings:
            if not known.isdisjoint((one.item_id, one.other_id)):
                known |= {one.item_id, one.other_id}
    return known


def turn_back(state: State[Told], one: Parting) -> None:
    """Make of what was told after an act what was told before it."""
    kept, other = one.item_id, one.other_id
    if one.kind == "split":
        for key in [key for key in state if key[0] == other]:
            state[kept, key[1]] = state.pop(key)
        return
    origin, target = (kept, other) if one.kind == "merged" else (other, kept)
    for source in one.alone:
        _hand_over(state, (origin, source), (target, source))
    for source in one.swapped:
        mine, theirs = state.pop((kept, source), None), state.pop((other, source), None)
        if theirs is not None:
            state[kept, source] = theirs
        if mine is not None:
            state[other, source] = mine


def _hand_over(state: State[Told], origin: tuple[int, str], target: tuple[int, str]) -> None:
    if origin in state:
        state[target] = state.pop(origin)
