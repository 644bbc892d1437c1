"""Common causes, without failing every supplier of every symptom.

Suppliers are ranked by a cheap guess (`suspects`) first; only the best of them are failed on paper,
and those next to whoever then leads. What is said of a listed candidate is exact; that a better one
was overlooked can be excluded only when the upstream of the symptoms is no larger than the beam.
"""

import math
from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.cause_ranking import best_of, cover, ranked, tie_of, tied
from cmdb.engine.impact.causes import (
    CauseQuestion,
    CauseReport,
    Evidence,
    Tie,
)
from cmdb.engine.impact.compact.arrays import GraphArrays, Ids, Vertices
from cmdb.engine.impact.compact.closure import dependants_of, providers_of
from cmdb.engine.impact.compact.evidence import Gatherer, Witnesses
from cmdb.engine.impact.compact.rows import distinct
from cmdb.engine.impact.compact.suspects import Suspects
from cmdb.engine.impact.compact.sweep import SureSweep

BEAM = 64
"""Candidates failed on paper by guess; in every round for one more cause, a quarter of that."""
LEADERS = 3
"""Whose neighbours are looked at, too."""


class CauseSearch:
    """The search for the causes of one question."""

    def __init__(
        self, arrays: GraphArrays, sweep: SureSweep, question: CauseQuestion, beam: int = BEAM
    ) -> None:
        self._arrays = arrays
        self._question = question
        self._beam = beam
        witnesses = Witnesses(arrays, question)
        self._suspects = Suspects(arrays, sweep, question, witnesses)
        self._gatherer = Gatherer(arrays, witnesses)
        self._evidence: list[Evidence] = []
        self._looked_at: set[int] = set()

    def report(self) -> CauseReport:
        """See `ImpactEngine.causes`."""
        question = self._question
        self._look_at(self._suspects.best(self._beam))
        self._look_around()
        top = ranked(question, self._evidence)
        ties = tuple(self._tie(items) for items in tied(top))
        together, left = cover(question, self._best_left)
        return CauseReport(question, top, ties, together, left)

    def _look_at(self, candidates: Iterable[int]) -> None:
        for candidate in candidates:
            if candidate not in self._looked_at:
                self._looked_at.add(candidate)
                found = self._gatherer.gather(candidate, self._most_silent)
                if found is not None:
                    self._evidence.append(found)

    @cached_property
    def _most_silent(self) -> float:
        """More silent items than that outweigh all symptoms together."""
        odds, question = self._question.odds, self._question
        prior = max([math.log(times) for times in question.prior.values()], default=0.0)
        most = len(question.symptoms) * odds.speaks_for(1.0) + max(prior, 0.0)
        return most / -odds.speaks_against(1.0)

    def _look_around(self) -> None:
        """Fail the neighbours of the leaders, until the leaders stay."""
        seen: set[ItemId] = set()
        while True:
            leaders = [one.item for one in ranked(self._question, self._evidence)]
            fresh = [item for item in leaders[:LEADERS] if item not in seen]
            if not fresh:
                return
            seen.update(fresh)
            near = self._suspects.among(self._neighbours(fresh))
            self._look_at(near[: self._beam // 4])

    def _neighbours(self, items: Collection[ItemId]) -> Vertices:
        level = self._arrays.vertices(np.array(items, np.int64))
        around = providers_of(self._arrays, level), dependants_of(self._arrays, level)
        return distinct(np.concatenate(around))

    def _best_left(self, explained: Collection[ItemId], known_silent: Ids) -> Evidence | None:
        if explained:
            left = [item for item in self._question.symptoms if item not in explained]
            self._look_at(self._suspects.best(max(self._beam // 4, 1), left))
        return best_of(self._question, self._evidence, explained, known_silent)

    def _tie(self, items: tuple[ItemId, ...]) -> Tie:
        takes = {item: self._gatherer.down_with(item) & frozenset(items) for item in items}
        return tie_of(items, takes)
