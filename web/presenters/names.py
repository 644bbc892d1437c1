"""Names as they came from the estate: long ones cut in the middle, hostile ones made harmless."""

import unicodedata

ELLIPSIS = "…"
DEFAULT_WIDTH = 40
# Marks that reorder or hide text around them (Unicode UAX #9 and UTS #39): shown, never obeyed.
INVISIBLE = frozenset(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x00AD]
)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
CONTROL_PICTURES = 0x2400


def visible(text: str) -> str:
    r"""Return ``text`` with each control or direction mark replaced by a sign one can see.

    >>> visible("db\x07-01")
    'db␇-01'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def middle_cut(text: str, width: int = DEFAULT_WIDTH) -> str:
    """Return ``text`` in at most ``width`` characters: its beginning, an ellipsis and its end.

    Names of one family differ at the end as often as at the start, so both ends stay. A letter is
    never parted from its accents.

    >>> middle_cut("fra-prod-postgresql-replica-0007", 16)
    'fra-prod…ca-0007'
    """
    shown = visible(text)
    if len(shown) <= width:
        return shown
    letters = _with_accents(shown)
    if len(letters) <= width:
        return shown
    keep = max(width, 3) - 1
    head = keep - keep // 2
    return "".join([*letters[:head], ELLIPSIS, *letters[len(letters) - keep // 2 :]])


def initials(name: str) -> str:
    """Return at most two capital letters for a person without a picture."""
    words = [word for word in visible(name).split() if word[0].isalnum()]
    if not words:
        return "?"
    chosen = words[:1] if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper()


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if code in INVISIBLE or unicodedata.category(character) in {"Cc", "Cs"}:
        return REPLACEMENT
    return character


def _with_accents(text: str) -> list[str]:
    letters: list[str] = []
    for character in text:
        if letters and unicodedata.combining(character):
            letters[-1] += character
        else:
            letters.append(character)
    return letters
