"""Which articles fit what somebody types, and the items they type about."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.foundation.search.stemming import fits

AUDIENCES = ("agents", "everyone")
STATES = ("draft", "published", "retired")
#: What fits less is noise.
_LEAST = 0.34
#: How much an article of the very class or model of an item counts beside its words.
_SAME_CLASS, _SAME_MODEL = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article as it is weighed."""

    id: int
    stems: frozenset[str]
    class_code: str = ""
    model: str = ""


def suggest(
    text: str,
    classes: frozenset[str],
    models: frozenset[str],
    candidates: Iterable[Candidate],
    limit: int = 5,
) -> list[int]:
    """Return the ids of the articles that fit best, best first.

    ``classes`` are those of the items, with their ancestors; ``models`` are folded. An article of
    the very model is offered before anybody has typed.

    >>> wifi = Candidate(7, frozenset({"wifi", "drop"}))
    >>> suggest("WiFi drops", frozenset(), frozenset(), [wifi])
    [7]
    """
    scored = []
    for one in candidates:
        score = fits(text, one.stems)
        if one.class_code and one.class_code in classes:
            score += _SAME_CLASS
        if one.model and one.model.casefold() in models:
            score += _SAME_MODEL
        if score >= _LEAST:
            scored.append((-score, one.id))
    return [article_id for _, article_id in sorted(scored)[:limit]]
