"""How alike two tickets are, in points that can be told: items, models, category, words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import log

from server.foundation.search.stemming import stems_of_word, words_of

#: Points for sharing an affected item, and as many again for sharing all of them.
_ITEM = 2.0
_MODEL, _CLASS = 2.0, 0.5
_CATEGORY, _CATEGORY_ABOVE = 1.0, 0.5
#: Points for saying the same in the same words.
_WORDS = 4.0
_ALL = 2 * _ITEM + _CATEGORY + _WORDS
#: Fewer points, without those of the category, are chance.
_LEAST = 1.0
#: Of a first text so many words count: below stand signatures and logs.
_MOST_WORDS = 60
#: Shared words, and pairs of items, that a reason names.
_TOLD = 6
_SHORTEST = 3
#: Words that say nothing of what is wrong, folded as ``words_of`` folds.
_EMPTY = frozenset(
    words_of(
        """the and for not was are has have had with without from that this there they them you your
        our his her its but does did can cannot could will would since when where what which who
        after before again into than then please hello thanks any all been being just more some
        los las una unos unas por para con sin del que pero como desde hasta muy mas este esta
        esto eso hay son fue era han hola gracias favor cuando donde porque mis sus nos les ser
        все это как так что она они оно нас вас мне мой моя наш ваш для при без или над под
        был была было были нет уже еще тоже если когда где чтобы после перед очень здравствуйте
        спасибо пожалуйста http https www com"""
    )
)


@dataclass(frozen=True, slots=True)
class Touched:
    """An affected item; ``model`` is "" where nobody knows it."""

    item_id: int
    class_code: str
    model: str


def telling_words(text: str) -> dict[str, str]:
    """Return the words of a text that tell something, each by one stem of it, in their order.

    >>> telling_words("The printers are offline")
    {'printer': 'printers', 'offlin': 'offline'}
    """
    found: dict[str, str] = {}
    for word in words_of(text):
        if len(word) >= _SHORTEST and word not in _EMPTY:
            # The shortest stem stands for the word, whichever language it is of.
            found.setdefault(min(stems_of_word(word)), word)
        if len(found) >= _MOST_WORDS:
            break
    return found


@dataclass(frozen=True)
class Traits:
    """What of a ticket is compared."""

    ticket_id: int
    title: str
    description: str = ""
    category: str = ""
    items: tuple[Touched, ...] = ()

    @cached_property
    def title_words(self) -> dict[str, str]:
        """The title's telling words by their stems."""
        return telling_words(self.title)

    @cached_property
    def words(self) -> dict[str, str]:
        """The telling words of title and first text by their stems."""
        return telling_words(f"{self.title} {self.description}")


@dataclass(frozen=True, slots=True)
class Reasons:
    """What two tickets share. Pairs hold an item of each: alike in model, or in class alone."""

    items: tuple[int, ...] = ()
    models: tuple[tuple[int, int], ...] = ()
    classes: tuple[tuple[int, int], ...] = ()
    category: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another ticket, how alike it is (0 to 1), and why."""

    ticket_id: int
    score: float
    reasons: Reasons = field(default_factory=Reasons)


def rank_likenesses(mine: Traits, others: Iterable[Traits], limit: int) -> list[Likeness]:
    """Return the most alike of ``others``, best first, of equals the newest.

    A word weighs the less, the more of ``others`` hold it.
    """
    candidates = [one for one in others if one.ticket_id != mine.ticket_id]
    held = Counter(stem for one in candidates for stem in one.words)
    weights = {stem: log(1 + (len(candidates) + 1) / (held[stem] + 1)) for stem in held}
    weights |= {stem: log(len(candidates) + 2) for stem in mine.words if stem not in held}
    found = [like for one in candidates if (like := _compared(mine, one, weights)) is not None]
    found.sort(key=lambda like: (-like.score, -like.ticket_id))
    return found[:limit]


def _compared(mine: Traits, other: Traits, weights: Mapping[str, float]) -> Likeness | None:
    points, items, models, classes = _by_items(mine.items, other.items)
    words = _shared(mine.words, other.words, weights)
    points += _WORDS * max(words, _shared(mine.title_words, other.title_words, weights))
    if points < _LEAST:
        return None
    by_category = _by_category(mine.category, other.category)
    common = [stem for stem in mine.words if stem in other.words]
    common.sort(key=lambda stem: -weights[stem])
    reasons = Reasons(
        items,
        models,
        classes,
        by_category == _CATEGORY,
        tuple(mine.words[stem] for stem in common[:_TOLD]),
    )
    return Likeness(other.ticket_id, round((points + by_category) / _ALL, 3), reasons)


_Pairs = tuple[tuple[int, int], ...]


def _by_items(
    mine: tuple[Touched, ...], theirs: tuple[Touched, ...]
) -> tuple[float, tuple[int, ...], _Pairs, _Pairs]:
    """Return the points for what both touch, and by which items."""
    both = sorted({one.item_id for one in mine} & {one.item_id for one in theirs})
    if both:
        share = 2 * len(both) / (len(mine) + len(theirs))
        return _ITEM * (1 + share), tuple(both[:_TOLD]), (), ()
    models = {(one.class_code, one.model): one.item_id for one in theirs if one.model}
    alike = tuple(
        (one.item_id, models[kind])
        for one in mine
        if (kind := (one.class_code, one.model)) in models
    )
    if alike:
        return _MODEL, (), alike[:_TOLD], ()
    classes = {one.class_code: one.item_id for one in theirs}
    near = tuple(
        (one.item_id, classes[one.class_code]) for one in mine if one.class_code in classes
    )
    return (_CLASS if near else 0.0), (), (), near[:_TOLD]


def _by_category(mine: str, theirs: str) -> float:
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return _CATEGORY
    return _CATEGORY_ABOVE if mine.partition(".")[0] == theirs.partition(".")[0] else 0.0


def _shared(mine: Iterable[str], theirs: Iterable[str], weights: Mapping[str, float]) -> float:
    """Return the share of the weight of both that stands in both, 0 to 1."""
    one, other = set(mine), set(theirs)
    whole = sum(weights[stem] for stem in one) + sum(weights[stem] for stem in other)
    return 2 * sum(weights[stem] for stem in one & other) / whole if whole else 0.0
