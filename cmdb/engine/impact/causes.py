"""What one failure would explain many symptoms at once: the words and the odds.

Bounded noisy-or, after SCORE (Kompella, Yates, Greenberg, Snoeren, NSDI 2005) and Sherlock (Bahl
et al., SIGCOMM 2007): a cause shows at what it takes down, more weakly behind one soft relation and
more weakly still with each hard one from there, until it is too faint to count; everything else
that is watched shows now and then by coincidence. A candidate's score
is the logarithm of how much likelier the picture is with it than without: what it explains speaks
for it, what is watched, would suffer and does not speaks against it. Several causes at once come
from greedy cover (Chvatal, "A greedy heuristic for the set-covering problem", 1979).

An engine gathers `Evidence`; the weighing here and in `cause_ranking` is the same for all engines.

    >>> odds = CauseOdds(shown=0.3, coincidence=0.001)
    >>> round(odds.speaks_for(1.0), 2), round(odds.speaks_against(1.0), 2)
    (5.71, -0.36)
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.values import Ids

DIGITS = 9
"""Scores that agree to so many digits are the same: nothing seen tells their items apart."""


@dataclass(frozen=True, slots=True)
class CauseOdds:
    """How often things show.

    `shown` is the chance that a watched item which is down has a symptom by now; `coincidence` the
    chance that one has a symptom for a reason of its own. Raises ValueError unless
    0 < coincidence < shown < 1.
    """

    shown: float = 0.3
    coincidence: float = 0.001

    def __post_init__(self) -> None:
        if not 0 < self.coincidence < self.shown < 1:
            raise ValueError("the odds must be 0 < coincidence < shown < 1")

    def speaks_for(self, strength: float) -> float:
        """How much a symptom speaks for a cause that reaches it with this strength (0 to 1)."""
        quiet = (1 - self.coincidence) * (1 - self.shown * strength)
        return math.log((1 - quiet) / self.coincidence)

    def speaks_against(self, strength: float) -> float:
        """How much a watched item without symptom speaks against such a cause (negative)."""
        return math.log(1 - self.shown * strength)


USUAL_ODDS = CauseOdds()
SOFTENED = 0.5
"""What is merely degraded shows so many times as often as what is down, and again so with each hard
relation further on."""
FAINTEST = 0.1
"""What shows more weakly than that does not count: neither for a cause nor against it."""


def soft_strength(weight: float) -> float:
    """How strongly a failure shows behind a soft relation of this weight, single precision."""
    return SOFTENED * min(max(float(np.float32(weight)), 0.0), 1.0)


@dataclass(frozen=True)
class CauseQuestion:
    """What suffers, what is watched, and what is known beforehand.

    `symptoms` suffer now. `watched` are the items at which trouble would show (None: all); a
    symptom counts whether watched or not. `prior` says how many times likelier than usual an item
    is to have failed, as after a change to it; what it does not name counts once. `limit` is the
    number of candidates returned. Raises ValueError for a prior that is not a positive number.
    """

    symptoms: tuple[ItemId, ...]
    watched: Ids | None = None
    prior: Mapping[ItemId, float] = field(default_factory=dict)
    odds: CauseOdds = USUAL_ODDS
    limit: int = 10

    def __post_init__(self) -> None:
        object.__setattr__(self, "symptoms", tuple(sorted(set(self.symptoms))))
        for item, times in self.prior.items():
            if not (math.isfinite(times) and times > 0):
                raise ValueError(f"the prior of item {item} is not a positive number")
        if self.limit < 1:
            raise ValueError("the limit of candidates must be at least 1")

    @property
    def fewest(self) -> int:
        """How many symptoms a candidate must explain to be common to them."""
        return min(2, len(self.symptoms))

    def log_prior(self, item: ItemId) -> float:
        """Say what is known of an item beforehand, as a part of its score."""
        return math.log(self.prior.get(item, 1.0))


@dataclass(frozen=True)
class Evidence:
    """What would show if `item` alone had failed.

    `explains` maps symptoms to the strength with which the item reaches them: 1 for what it takes
    down, less for what it merely degrades.
    `silent` are the watched items it reaches that have no symptom, ascending, with `strengths`.
    `down` counts all that falls, watched or not.
    """

    item: ItemId
    explains: Mapping[ItemId, float]
    silent: Ids
    strengths: NDArray[np.float64]
    down: int

    def score(self, question: CauseQuestion) -> float:
        """Weigh what speaks for the item against what speaks against it."""
        odds, explains = question.odds, Counter(self.explains.values())
        parts = [times * odds.speaks_for(strength) for strength, times in explains.items()]
        parts += [times * odds.speaks_against(strength) for strength, times in self._silence]
        return round(math.fsum([*parts, question.log_prior(self.item)]), DIGITS)

    @cached_property
    def _silence(self) -> tuple[tuple[float, int], ...]:
        """How many watched items are silent for each strength."""
        strengths, times = np.unique(self.strengths, return_counts=True)
        return tuple(zip(strengths.tolist(), times.tolist(), strict=True))

    def promise(self, question: CauseQuestion, explained: Collection[ItemId]) -> float:
        """Bound the score from above, once others have explained some symptoms."""
        left = [s for symptom, s in self.explains.items() if symptom not in explained]
        if len(left) < question.fewest:
            return -math.inf
        best = question.odds.speaks_for(max(left, default=0.0))
        return len(left) * best + question.log_prior(self.item) + 10.0**-DIGITS

    def beyond(self, explained: Iterable[ItemId], known_silent: Ids) -> "Evidence":
        """Leave out what other causes explain or have already been held against them."""
        left = dict(self.explains)
        for symptom in explained:
            left.pop(symptom, None)
        fresh = ~np.isin(self.silent, known_silent)
        return replace(
            self, explains=left, silent=self.silent[fresh], strengths=self.strengths[fresh]
        )


@dataclass(frozen=True)
class Cause:
    """A candidate in the ranking.

    Candidates with one score share a `rank` (1, 1, 3 …). `share` is how likely it is among those
    listed and plain coincidence.
    """

    evidence: Evidence
    score: float
    rank: int
    share: float

    @property
    def item(self) -> ItemId:
        """The candidate."""
        return self.evidence.item


@dataclass(frozen=True, slots=True)
class Tie:
    """Candidates that nothing seen tells apart.

    To separate them, look whether `check` is down: if so, it was one of `if_down`, else one of the
    others. `check` is None where each takes all the others down: then nothing can.
    """

    items: tuple[ItemId, ...]
    check: ItemId | None
    if_down: tuple[ItemId, ...]


@dataclass(frozen=True, slots=True)
class CoveringCause:
    """One of several causes at once, and the symptoms it adds to those explained before."""

    item: ItemId
    explains: tuple[ItemId, ...]


@dataclass(frozen=True)
class CauseReport:
    """The answer: single causes best first, ties among them, and the best set of several.

    Only candidates likelier than coincidence are listed. `unexplained` are the symptoms that the
    causes of `together` leave over.
    """

    question: CauseQuestion
    ranked: tuple[Cause, ...]
    ties: tuple[Tie, ...]
    together: tuple[CoveringCause, ...]
    unexplained: tuple[ItemId, ...]
