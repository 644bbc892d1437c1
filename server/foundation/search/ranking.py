"""Which of what was found comes first; nothing of it knows a database."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.foundation.search.stemming import stems_of, stems_of_word, words_of

#: What a title that holds every word is worth, next to being the newest of all.
_TITLE, _OPEN, _NEW = 10.0, 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that was found, with what tells how well it fits."""

    id: int
    title: str
    is_open: bool = False


def ranked(words: str, found: Sequence[Candidate]) -> list[int]:
    """Return the ids, best first: words of the title count most, then whether it is open, then age.

    ``found`` comes newest first.

    >>> ranked("printer", [Candidate(3, "Hello"), Candidate(2, "Printers jam")])
    [2, 3]
    """
    wanted = [stems_of_word(word) for word in dict.fromkeys(words_of(words))]

    def worth(place: int, one: Candidate) -> float:
        stems = stems_of(one.title)
        held = sum(not stems.isdisjoint(alternatives) for alternatives in wanted)
        share = held / len(wanted) if wanted else 0.0
        return _TITLE * share + _OPEN * one.is_open + _NEW * (1 - place / len(found))

    order = sorted(enumerate(found), key=lambda pair: -worth(*pair))
    return [one.id for _, one in order]
