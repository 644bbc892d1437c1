"""Whose turn it is in a group, why, and why others were passed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Nobody by itself, one after the other, who has the fewest open tickets, who is ablest.
MODES = ("none", "round_robin", "least_loaded", "skilled")
#: The lines of support; a supplier's group takes what leaves the house.
LINES = ("1", "1.5", "2", "3", "supplier")
SUPPLIER = "supplier"
#: Why somebody is passed over; of several the first in this order is told.
WHYS = ("absent", "no_shift", "away", "busy", "not_seen", "skill", "full")


@dataclass(frozen=True, slots=True)
class Wish:
    """How a group chooses, and what a ticket wants: a skill's code to the least level of it.

    ``most_open``: who has as many open tickets gets none; 0 is no limit.
    """

    mode: str
    most_open: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    needs_shift: bool = False
    needs_presence: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of a group, with how many open tickets they have and how they stand now.

    ``availability`` is what they say themselves; ``seen``: lately, in the pages.
    """

    person_id: int
    load: int
    skills: Mapping[str, int] = field(default_factory=dict)
    absent: bool = False
    on_shift: bool = True
    availability: str = "available"
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody who was passed over; ``detail`` names the skill that they lack."""

    person_id: int
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets a ticket; None: nobody fits, and it waits in the queue."""

    person_id: int | None = None
    load: int = 0
    passed: tuple[Passed, ...] = ()


def choose(wish: Wish, candidates: Sequence[Candidate], last_id: int | None) -> Choice | None:
    """Return who gets the next ticket; None when the group wants nobody chosen.

    ``last_id`` had the last one: of those who fit equally well, the next in the round gets it.

    >>> choose(Wish("round_robin"), [Candidate(1, 9), Candidate(5, 0)], 5).person_id
    1
    >>> choose(Wish("least_loaded"), [Candidate(1, 2), Candidate(5, 1)], 5).person_id
    5
    >>> choose(Wish("round_robin", skills={"sap": 2}), [Candidate(1, 0)], None).passed
    (Passed(person_id=1, why='skill', detail='sap'),)
    """
    if wish.mode not in MODES[1:]:
        return None
    passed = tuple(one for one in (hindrance(wish, each) for each in candidates) if one)
    hindered = {one.person_id for one in passed}
    free = [one for one in candidates if one.person_id not in hindered]
    if not free:
        return Choice(passed=passed)
    last = last_id or 0

    def rank(one: Candidate) -> tuple[int, int, bool, int]:
        able = sum(one.skills.get(code, 0) for code in wish.skills)
        return (
            -able if wish.mode == "skilled" else 0,
            one.load if wish.mode != "round_robin" else 0,
            one.person_id <= last,
            one.person_id,
        )

    chosen = min(free, key=rank)
    return Choice(chosen.person_id, chosen.load, passed)


def hindrance(wish: Wish, one: Candidate) -> Passed | None:
    """Return why somebody gets nothing now; None when they may."""
    lacking = next(
        (code for code, least in wish.skills.items() if one.skills.get(code, 0) < least), ""
    )
    holds = {
        "absent": one.absent,
        "no_shift": wish.needs_shift and not one.on_shift,
        "away": one.availability == "away",
        "busy": one.availability == "busy",
        "not_seen": wish.needs_presence and not one.seen,
        "skill": bool(lacking),
        "full": bool(wish.most_open) and one.load >= wish.most_open,
    }
    why = next((why for why in WHYS if holds[why]), None)
    return None if why is None else Passed(one.person_id, why, lacking if why == "skill" else "")
