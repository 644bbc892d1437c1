"""A cheap guess at who may be behind a set of symptoms, for all their suppliers at once.

Counts for every item the symptoms that surely fall with it, and estimates how many watched items
without a symptom do, by linear counting (Whang, Vander-Zanden, Taylor, "A linear-time probabilistic
counting algorithm for database applications", ACM TODS 15, 1990): they are thrown into `BINS` bins,
and from the number of bins hit follows how many were thrown.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.causes import SOFTENED, CauseQuestion
from cmdb.engine.impact.compact.arrays import Amounts, GraphArrays, Vertices
from cmdb.engine.impact.compact.closure import closure, providers_of
from cmdb.engine.impact.compact.evidence import Witnesses, held_vertices
from cmdb.engine.impact.compact.rows import joined, places
from cmdb.engine.impact.compact.sweep import SureSweep, Words

BINS = 256
"""When all bins are hit, some 1,400 silent items are: more than 64 symptoms can outweigh."""
_MIX = 0x9E3779B1
"""Knuth's multiplicative hash: neighbours fall into different bins."""
Places = NDArray[np.integer[Any]]


class Suspects:
    """The suppliers of the symptoms of one question, and what is guessed of them."""

    def __init__(
        self, arrays: GraphArrays, sweep: SureSweep, question: CauseQuestion, witnesses: Witnesses
    ) -> None:
        self._question = question
        self._places = {item: place for place, item in enumerate(question.symptoms)}
        self._upstream = np.sort(joined(closure(arrays, witnesses.symptoms, providers_of)))
        count, silent = arrays.item_count, np.flatnonzero(witnesses.silent)
        self._words = -(-len(witnesses.symptoms) // 64)
        marks = _marks(count, witnesses.symptoms, np.arange(len(witnesses.symptoms)), self._words)
        marks += _marks(count, silent, (silent * _MIX >> 20) % BINS, BINS // 64)
        sweep.gather(marks)
        soft = _over_soft(arrays, marks)
        self._down = [words[self._upstream] for words in marks]
        self._reached = [
            words[self._upstream] | down for words, down in zip(soft, self._down, strict=True)
        ]
        self._against = self._weigh_silent() + self._priors(arrays)

    def _weigh_silent(self) -> Amounts:
        odds = self._question.odds
        down = _estimate(self._down[self._words :])
        softly = np.maximum(_estimate(self._reached[self._words :]) - down, 0.0)
        return down * odds.speaks_against(1.0) + softly * odds.speaks_against(SOFTENED)

    def _priors(self, arrays: GraphArrays) -> Amounts:
        """Take in what is known beforehand of the suppliers."""
        priors = np.zeros(len(self._upstream))
        vertices = held_vertices(arrays, np.array(sorted(self._question.prior), np.int64))
        vertices = vertices[np.isin(vertices, self._upstream)]
        items = map(ItemId, arrays.ids[vertices].tolist())
        known = [self._question.log_prior(item) for item in items]
        priors[np.searchsorted(self._upstream, vertices)] = known
        return priors

    def best(self, count: int, symptoms: Sequence[ItemId] | None = None) -> list[int]:
        """List the most suspicious suppliers: all if no more than `count`, else likely ones.

        With `symptoms` (some of those of the question), what is said of the others is not counted.
        """
        score = self._against + self._weigh_symptoms(symptoms)
        order = np.argsort(-score, kind="stable")
        if len(order) > count:
            order = order[: min(count, np.count_nonzero(score > 0))]
        return list(map(int, self._upstream[order]))

    def among(self, vertices: Vertices) -> list[int]:
        """Those of `vertices` that are suppliers and not unlikely, most suspicious first."""
        chosen = np.flatnonzero(np.isin(self._upstream, vertices))
        score = (self._against + self._weigh_symptoms(None))[chosen]
        chosen, score = chosen[score >= 0], score[score >= 0]
        order = chosen[np.argsort(-score, kind="stable")]
        return list(map(int, self._upstream[order]))

    def _weigh_symptoms(self, symptoms: Sequence[ItemId] | None) -> Amounts:
        odds, score = self._question.odds, np.zeros(len(self._upstream))
        places = self._places if symptoms is None else {one: self._places[one] for one in symptoms}
        for word in range(self._words):
            asked = sum(1 << place % 64 for place in places.values() if place // 64 == word)
            down = np.bitwise_count(self._down[word] & np.uint64(asked))
            reached = np.bitwise_count(self._reached[word] & np.uint64(asked))
            score += down * odds.speaks_for(1.0)
            score += (reached - down) * odds.speaks_for(SOFTENED)
        return score


def _marks(count: int, vertices: Places, numbers: Places, words: int) -> list[Words]:
    """Mark number `numbers[i]` at `vertices[i]`; 64 numbers go into one word."""
    marks = [np.zeros(count, np.uint64) for _ in range(words)]
    bits = np.uint64(1) << (numbers % 64).astype(np.uint64)
    for word, row in enumerate(marks):
        here = numbers // 64 == word
        row[vertices[here]] = bits[here]
    return marks


def _over_soft(arrays: GraphArrays, marks: Sequence[Words]) -> list[Words]:
    """Gather the marks of the soft dependants of every vertex."""
    place, counts = places(*arrays.soft_bounds(np.arange(arrays.item_count, dtype=np.int32)))
    some = np.flatnonzero(counts)
    starts, target = np.cumsum(counts[some]) - counts[some], arrays.soft_target[place]
    gathered = [np.zeros_like(words) for words in marks]
    if len(some):
        for into, words in zip(gathered, marks, strict=True):
            into[some] = np.bitwise_or.reduceat(words[target], starts)
    return gathered


def _estimate(bins: Sequence[Words]) -> Amounts:
    """How many items were thrown into the bins that are hit."""
    hit = sum(np.bitwise_count(words).astype(np.int64) for words in bins)
    table = -BINS * np.log1p(-np.arange(BINS + 1) / (BINS + 0.5))
    return np.asarray(table[hit])
