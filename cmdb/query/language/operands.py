"""What a value of a query means: ages, moments, whole numbers, patterns with stars."""

import re
from datetime import UTC, date, datetime, time, timedelta

from cmdb.query.language.faults import QueryFault
from cmdb.query.language.tree import Operand

_AGE = re.compile(r"([+-]?)(\d{1,5})(min|h|d|w|mo|y)")
_UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "mo": timedelta(days=30),
    "y": timedelta(days=365),
}
_AGES = "an age such as 7d, 12h or 3mo"


def age_of(operand: Operand) -> timedelta | None:
    """Return the length of time that an operand names, negative for "-7d"; None for none.

    >>> age_of(Operand("2w", 0))
    datetime.timedelta(days=14)
    """
    found = _AGE.fullmatch(operand.text.casefold())
    if found is None:
        return None
    length = int(found[2]) * _UNITS[found[3]]
    return -length if found[1] == "-" else length


def moment_of(operand: Operand) -> tuple[datetime, datetime]:
    """Return the moments from and before which the operand's day or time reaches.

    Raises ``QueryFault`` for what is no date.
    """
    text = operand.text
    try:
        if len(text) <= len("2026-01-31"):
            start = datetime.combine(date.fromisoformat(text), time(), UTC)
            return start, start + timedelta(days=1)
        read = datetime.fromisoformat(text)
    except ValueError:
        raise QueryFault(
            f"expected {_AGES}, or a date such as 2026-01-31", text, operand.at
        ) from None
    moment = read if read.tzinfo else read.replace(tzinfo=UTC)
    return moment, moment + timedelta(seconds=1)


def whole_of(operand: Operand, low: int, high: int) -> int:
    """Return the whole number of an operand; raises ``QueryFault`` outside of ``low``-``high``."""
    text = operand.text
    if re.fullmatch(r"-?\d{1,18}", text) and low <= int(text) <= high:
        return int(text)
    raise QueryFault(f"expected a whole number from {low} to {high}", text, operand.at)


def is_pattern(operand: Operand) -> bool:
    """Say whether stars in the operand stand for anything."""
    return not operand.exact and "*" in operand.text


def like_pattern(text: str) -> str:
    """Return the LIKE pattern (escape character "/") of a text with stars.

    >>> like_pattern("web*50%")
    'web%50/%'
    """
    escaped = re.sub(r"([/%_])", r"/\1", text)
    return escaped.replace("*", "%")
