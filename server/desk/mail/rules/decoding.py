"""From bytes to text, whatever character set they claim."""

import codecs
import re

#: What a letter's text may be in. Others of Python's codecs are no character sets, or take a time
#: that grows with the square of the text (punycode, idna).
_SETS = re.compile(
    r"utf|ascii|iso8859|iso2022|cp\d|koi8|mac|gb|big5|hz|euc|shift_jis|johab|tis|kz1048|ptcp"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_LONE = re.compile(r"[\ud800-\udfff]")
_CYRILLIC = ("cp1251", "koi8_r", "cp866")
_WIDE = re.compile(rb"[\x80-\xff]")
_WIDE_WORD = re.compile(rb"[\x80-\xff]{3,}")
#: How much of a text is looked at to guess what it is in.
_LOOKED_AT = 4_000


def text_of(content: bytes, claimed: str = "") -> tuple[str, bool]:
    """Return the text and whether it is in the character set it claims to be in.

    Without a claim nothing is broken but what no set fits. What is valid UTF-8 with letters beyond
    ASCII is UTF-8: no other text is by accident.

    >>> text_of("Zażółć".encode(), "iso-8859-1")
    ('Zażółć', False)
    >>> text_of("Принтер не печатает".encode("cp1251"))
    ('Принтер не печатает', True)
    """
    name = _known(claimed)
    if name.startswith(("utf_16", "utf_32", "utf-16", "utf-32", "utf_7", "utf-7", "iso2022", "hz")):
        found = _tried(content, name)
        if found is not None:
            return cleaned(found), True
    found = _tried(content, "utf-8")
    if found is not None:
        honest = not claimed or name in ("utf-8", "utf_8_sig") or found.isascii()
        return cleaned(found), honest
    if name and not _lies(content, name):
        # What says Latin-1 means Windows-1252 (WHATWG Encoding, labels).
        found = _tried(content, "cp1252" if name in ("iso8859-1", "ascii") else name)
        if found is not None:
            return cleaned(found), name != "ascii"
    guess = _guess(content)
    return cleaned(content.decode(guess, "replace")), not claimed


def cleaned(text: str) -> str:
    r"""Return a text without control characters and lone surrogates, its lines ended by ``\n``.

    >>> cleaned("a\r\nb\rc\x00d\ud800") == "a\nb\ncd\ufffd"
    True
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LONE.sub("\ufffd", _CONTROLS.sub("", text))


def one_line(text: str, longest: int) -> str:
    """Return a text on one line with single spaces, cut to a length."""
    return " ".join(text.split())[:longest].rstrip()


def _known(claimed: str) -> str:
    """Return Python's name of a character set; empty for what is none."""
    try:
        name = codecs.lookup(claimed.strip()[:60]).name if claimed.strip() else ""
    except (LookupError, ValueError):
        return ""
    return name if _SETS.match(name) else ""


def _tried(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except (UnicodeError, LookupError):
        return None


def _lies(content: bytes, name: str) -> bool:
    """Say whether a text that claims to be Western is Cyrillic."""
    return name in ("iso8859-1", "iso8859-15", "cp1252", "ascii") and _is_cyrillic(content)


def _is_cyrillic(content: bytes) -> bool:
    """Say whether wide letters stand together in words; in the West they stand alone in them."""
    sample = content[:_LOOKED_AT]
    together = sum(len(word) for word in _WIDE_WORD.findall(sample))
    return together >= 6 and together * 2 > len(_WIDE.findall(sample))


def _guess(content: bytes) -> str:
    """Return what a text is most likely in that says nothing true of itself."""
    if not _is_cyrillic(content):
        return "cp1252"
    sample = content[:_LOOKED_AT]

    def small_letters(name: str) -> int:
        return sum("\u0430" <= letter <= "\u044f" for letter in sample.decode(name, "replace"))

    return max(_CYRILLIC, key=small_letters)
