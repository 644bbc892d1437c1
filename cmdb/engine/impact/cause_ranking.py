"""Putting candidates for a common cause in order: ranks, ties, several causes at once.

>>> one, two = ItemId(1), ItemId(2)
>>> tie = tie_of([one, two], {one: frozenset({one, two}), two: frozenset({two})})
>>> tie.check, tie.if_down
(1, (1,))
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.causes import Cause, CauseQuestion, CoveringCause, Evidence, Tie
from cmdb.engine.impact.values import Ids

MOST_CAUSES = 5
"""How many causes at once are looked for."""

Standing = tuple[float, int, ItemId]
"""Order of candidates: best score first, then the fewest items down, then by id."""


def standing(evidence: Evidence, score: float) -> Standing:
    """Place of a candidate in the order."""
    return -score, evidence.down, evidence.item


def ranked(question: CauseQuestion, evidence: Iterable[Evidence]) -> tuple[Cause, ...]:
    """Order candidates and cut them off at the limit of the question."""
    scored = [(one.score(question), one) for one in evidence if qualifies(question, one)]
    scored = sorted(
        ((score, one) for score, one in scored if score > 0),
        key=lambda row: standing(row[1], row[0]),
    )
    top = scored[: question.limit]
    best = max((score for score, _ in top), default=0.0)
    total = math.fsum([math.exp(score - best) for score, _ in top] + [math.exp(-best)])
    first = {score: place for place, (score, _) in reversed(list(enumerate(top, 1)))}
    return tuple(
        Cause(one, score, first[score], math.exp(score - best) / total) for score, one in top
    )


def qualifies(question: CauseQuestion, evidence: Evidence) -> bool:
    """Whether the candidate is common to enough symptoms."""
    return len(evidence.explains) >= question.fewest


def tie_of(items: Sequence[ItemId], takes: Mapping[ItemId, frozenset[ItemId]]) -> Tie:
    """Find the candidate to look at; `takes` says which of `items` each takes down, itself too."""
    halves = {check: tuple(item for item in items if check in takes[item]) for check in items}
    parting = [check for check in items if len(halves[check]) < len(items)]
    check = min(parting, key=lambda one: abs(len(items) - 2 * len(halves[one])), default=None)
    return Tie(tuple(items), check, halves[check] if check is not None else ())


def tied(causes: Iterable[Cause]) -> list[tuple[ItemId, ...]]:
    """Candidates of one rank, where there are several."""
    ranks: dict[int, list[ItemId]] = {}
    for cause in causes:
        ranks.setdefault(cause.rank, []).append(cause.item)
    return [tuple(items) for items in ranks.values() if len(items) > 1]


BestLeft = Callable[[Collection[ItemId], Ids], Evidence | None]
"""Who explains best what is left: given the symptoms explained, and the watched items already
known to be silent though they should not be, returns what the best candidate adds to that."""


def best_of(
    question: CauseQuestion,
    evidence: Iterable[Evidence],
    explained: Collection[ItemId],
    known_silent: Ids,
) -> Evidence | None:
    """`BestLeft` among the evidence of every candidate."""
    best: tuple[Standing, Evidence] | None = None
    for one in evidence:
        if one.promise(question, explained) < (-best[0][0] if best else 0):
            continue
        rest = one.beyond(explained, known_silent)
        score = rest.score(question)
        if score > 0 and qualifies(question, rest):
            place = standing(rest, score)
            if best is None or place < best[0]:
                best = place, rest
    return best[1] if best else None


def cover(
    question: CauseQuestion, best_left: BestLeft
) -> tuple[tuple[CoveringCause, ...], tuple[ItemId, ...]]:
    """Take the best candidate, set aside what it explains, and ask again.

    Returns the causes, and the symptoms that none of them explains.
    """
    found: list[CoveringCause] = []
    explained: set[ItemId] = set()
    known_silent = np.empty(0, np.int64)
    while len(found) < MOST_CAUSES and len(explained) < len(question.symptoms):
        best = best_left(explained, known_silent)
        if best is None:
            break
        found.append(CoveringCause(best.item, tuple(sorted(best.explains))))
        explained |= best.explains.keys()
        known_silent = np.concatenate([known_silent, best.silent])
    left = tuple(item for item in question.symptoms if item not in explained)
    return tuple(found), left
