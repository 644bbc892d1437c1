"""Text as it is stored: one spelling for what looks the same, and nothing invisible that harms.

Stored text is in Unicode normalisation form C, without outer blanks, control characters, lone
surrogates (no database takes them), byte-order marks, zero-width spaces, or the marks that reverse
the reading direction (they make one name look like another). Joiners that scripts need stay.
"""

import re
from unicodedata import is_normalized, normalize

_LINE_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")
_HARMFUL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_ODD_BLANKS = re.compile(r"[^\S ]")
_ODD_BLANKS_IN_LINES = re.compile(r"[^\S\n\t ]")

#: The length of a search key; a longer value is found by its beginning.
KEY_LENGTH = 200


def clean(raw: str, *, multiline: bool = False) -> str:
    r"""Return ``raw`` as it is stored; a single line's breaks and tabs become one blank each.

    >>> clean("  Caf\u0065\u0301\tBar\x00 ")
    'Café Bar'
    >>> clean("one\r\ntwo", multiline=True)
    'one\ntwo'
    """
    text = raw.strip()
    if text.isascii() and text.isprintable():
        return text
    return _scrub(text, multiline=multiline)


def _scrub(text: str, *, multiline: bool) -> str:
    text = _LINE_BREAKS.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", _HARMFUL.sub("", text))
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    return (_ODD_BLANKS_IN_LINES if multiline else _ODD_BLANKS).sub(" ", text).strip()


def text_key(text: str) -> str:
    """Return what text is searched and sorted by: without case, at most ``KEY_LENGTH`` long.

    >>> text_key("STRASSE") == text_key("Straße")
    True
    """
    folded = text.casefold()
    # Folding may take a letter and its mark apart.
    return (folded if folded.isascii() else normalize("NFC", folded))[:KEY_LENGTH]
