"""Words and their stems in English, Spanish and Russian; nothing of it knows a database.

Nobody says in which language a text is, and one text may hold two. A word in Cyrillic is stemmed as
Russian; one in Latin letters stands under its English and its Spanish stem, so that a question in
either language meets it.
"""

import re
from functools import lru_cache
from unicodedata import combining, normalize

import snowballstemmer

_WORDS = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[Ѐ-ӿ]")
#: Russian yo, which people write as ye; and short i, whose mark is no accent and stays.
_YO, _YE, _SHORT_I, _KEPT = "\u0451", "\u0435", "\u0439", "\ue000"
#: What is longer is a key or a digest, which nobody finds by its stem.
_LONGEST = 40
_MOST_WORDS = 20_000
_ENGLISH, _SPANISH, _RUSSIAN = (
    snowballstemmer.stemmer(name) for name in ("english", "spanish", "russian")
)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded: without case, and Latin letters without accents.

    >>> words_of("Conexión Wi-Fi: ёлка №5")
    ['conexion', 'wi', 'fi', 'елка', 'no5']
    """
    folded = normalize("NFKD", text.casefold().replace(_YO, _YE).replace(_SHORT_I, _KEPT))
    plain = (
        "".join(char for char in folded if not combining(char)).casefold().replace(_KEPT, _SHORT_I)
    )
    return _WORDS.findall(plain)[:_MOST_WORDS]


@lru_cache(maxsize=50_000)
def stems_of_word(word: str) -> frozenset[str]:
    """Return the stems of a folded word.

    >>> sorted(stems_of_word("printers"))
    ['printer', 'printers']
    """
    if len(word) > _LONGEST or any(char.isdigit() for char in word):
        return frozenset({word[:_LONGEST]})
    if _CYRILLIC.search(word):
        return frozenset({_RUSSIAN.stemWord(word)})
    return frozenset({_ENGLISH.stemWord(word), _SPANISH.stemWord(word)})


def stems_of(text: str) -> frozenset[str]:
    """Return every stem of a text.

    >>> stems_of("принтеры") == stems_of("принтера")
    True
    """
    return frozenset(stem for word in words_of(text) for stem in stems_of_word(word))


def fits(wanted: str, stems: frozenset[str]) -> float:
    """Return the share of the words of ``wanted`` that ``stems`` hold, 0 to 1."""
    words = [word for word in dict.fromkeys(words_of(wanted)) if len(word) > 2]
    if not words:
        return 0.0
    return sum(not stems_of_word(word).isdisjoint(stems) for word in words) / len(words)
