"""Of what several sources say of somebody, what counts. Pure.

Attribute by attribute: a personnel list where it is said to win, then directories, then other
lists, then what was written by hand. Who says nothing of an attribute leaves it to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.people.rules.mapping import DETAILS

#: The source of what people wrote by hand.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Word:
    """What one source says: column of ``Person`` to text. ``gone``: they are no longer here."""

    source: str
    said: Mapping[str, str] = field(default_factory=dict)
    gone: bool = False
    manager_id: int | None = None


#: Codes of personnel lists, the first one first, and the fields in which each one wins.
Rosters = Mapping[str, frozenset[str]]


def in_order(attribute: str, words: Sequence[Word], rosters: Rosters) -> list[Word]:
    """Return the words in the order in which they count for ``attribute``.

    >>> words = [Word("local"), Word("ldap"), Word("hr")]
    >>> [word.source for word in in_order("title", words, {"hr": frozenset({"title"})})]
    ['hr', 'ldap', 'local']
    >>> [word.source for word in in_order("phone", words, {"hr": frozenset({"title"})})]
    ['ldap', 'hr', 'local']
    """
    places = {code: place for place, code in enumerate(rosters)}

    def rank(word: Word) -> tuple[int, int, str]:
        if word.source == LOCAL:
            return 3, 0, ""
        place = places.get(word.source)
        if place is None:
            return 1, 0, word.source
        return 0 if attribute in rosters[word.source] else 2, place, ""

    return sorted(words, key=rank)


def decided(words: Sequence[Word], rosters: Rosters) -> dict[str, tuple[str, str]]:
    """Return, for each of ``DETAILS``, (what counts, who says it); ("", "") where nobody does.

    >>> words = [Word("ldap", {"title": "Clerk"}), Word("hr", {"title": "Head clerk"})]
    >>> decided(words, {"hr": frozenset({"title"})})["title"]
    ('Head clerk', 'hr')
    """
    return {name: _winner(name, words, rosters) for name in DETAILS}


def manager_of(words: Sequence[Word], rosters: Rosters) -> tuple[int, str] | None:
    """Return (manager's id, who says so) of the first list that names one; None where none does.

    Directories write managers themselves, and only of those of whom this is None.
    """
    has_directory = any(one.source not in rosters and one.source != LOCAL for one in words)
    for word in in_order("manager", words, rosters):
        counts = not has_directory or "manager" in rosters.get(word.source, ())
        if word.manager_id is not None and word.source in rosters and counts:
            return word.manager_id, word.source
    return None


def is_here(words: Sequence[Word]) -> bool:
    """Say whether somebody is still here: one source that says no is enough."""
    return not any(word.gone for word in words)


def _winner(name: str, words: Sequence[Word], rosters: Rosters) -> tuple[str, str]:
    for word in in_order(name, words, rosters):
        if text := word.said.get(name, ""):
            return text, word.source
    return "", ""
