"""One value as somebody typed it or a program sent it, and as it is stored.

Each reader returns (value, fault): a value that is stored as it is, or None with what is wrong.
"""

from datetime import date
from typing import Any

_TRUTHS = {True: True, False: False, "true": True, "false": False}
_LARGEST_ID = 2**63 - 1


def read_text(raw: Any, longest: int, *, one_line: bool) -> tuple[str | None, str]:
    """Return a text without what surrounds it.

    >>> read_text(" Disk full ", 20, one_line=True), read_text("a" * 9, 5, one_line=True)
    (('Disk full', ''), (None, 'must not be longer than 5'))
    """
    if not isinstance(raw, str):
        return None, "must be text"
    text = raw.strip().replace("\r\n", "\n")
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        return None, "must not hold control characters"
    if one_line and "\n" in text:
        return None, "must be one line"
    return (text, "") if len(text) <= longest else (None, f"must not be longer than {longest}")


def read_truth(raw: Any) -> tuple[bool | None, str]:
    """Return a truth."""
    try:
        return _TRUTHS[raw], ""
    except (KeyError, TypeError):
        return None, "must be true or false"


def read_number(raw: Any) -> tuple[int | float | None, str]:
    """Return a number, whole where it is.

    >>> read_number("2.0"), read_number("2.5"), read_number(True)
    ((2, ''), (2.5, ''), (None, 'must be a number'))
    """
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None, "must be a number"
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None, "must be a number"
    if not -1e15 < number < 1e15:
        return None, "must be a number"
    return (int(number) if number == int(number) else number), ""


def read_date(raw: Any) -> tuple[str | None, str]:
    """Return a day as ISO 8601 writes it."""
    try:
        return date.fromisoformat(raw).isoformat(), ""
    except (TypeError, ValueError):
        return None, "must be a date, as 2026-03-02"


def read_id(raw: Any) -> tuple[int | None, str]:
    """Return the id of a row, which a form sends as digits.

    >>> read_id("12"), read_id(0), read_id(True)
    ((12, ''), (None, 'must be a number of something'), (None, 'must be a number of something'))
    """
    if isinstance(raw, str) and raw.isascii() and raw.isdigit():
        raw = int(raw[:20])
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw <= _LARGEST_ID:
        return None, "must be a number of something"
    return raw, ""
