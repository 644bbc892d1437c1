"""What changed just before, ranked: the nearer to the failure, in hops and in time, the worse."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Source = TypeVar("Source")

#: How far back a difference may lie and still be a suspect.
WINDOW = timedelta(hours=72)
#: After this long, suspicion has halved.
HALF_LIFE_HOURS = 18.0
#: Each hop upstream leaves this much of the suspicion.
PER_HOP = 0.75
#: What a sort of difference weighs; others weigh ``_OTHER``.
_WEIGHTS = {"change": 1.0, "section": 0.9, "changed": 0.8, "related": 0.7, "unrelated": 0.8}
_OTHER = 0.5


@dataclass(frozen=True, slots=True)
class Clue(Generic[Source]):
    """Something that happened to an item: ``source`` is whatever the caller wants back."""

    item_id: int
    at: datetime
    kind: str
    source: Source


@dataclass(frozen=True, slots=True)
class Suspect(Generic[Source]):
    """A clue with its score (0 to 1) and how many hops upstream of the failure it lies."""

    clue: Clue[Source]
    score: float
    hops: int


def rank_suspects(
    clues: Iterable[Clue[Source]], hops: Mapping[int, int], failed_at: datetime, limit: int = 20
) -> list[Suspect[Source]]:
    """Return the clues worth a look, most suspicious first.

    ``hops`` gives the distance upstream of every item that counts (0 for the affected items).
    Clues elsewhere, after the failure or before ``WINDOW`` are left out. The score is the product
    of what the kind weighs, half for every ``HALF_LIFE_HOURS``, and ``PER_HOP`` for every hop.
    """
    found = [
        Suspect(clue, _score(clue.kind, failed_at - clue.at, distance), distance)
        for clue in clues
        if (distance := hops.get(clue.item_id)) is not None
        and timedelta(0) <= failed_at - clue.at <= WINDOW
    ]
    found.sort(key=lambda suspect: (-suspect.score, suspect.hops, -suspect.clue.at.timestamp()))
    return found[:limit]


def _score(kind: str, before: timedelta, hops: int) -> float:
    hours = before.total_seconds() / 3600
    score: float = _WEIGHTS.get(kind, _OTHER) * 0.5 ** (hours / HALF_LIFE_HOURS) * PER_HOP**hops
    return round(score, 3)
