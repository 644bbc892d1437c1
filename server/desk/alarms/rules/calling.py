"""Which alarms are worth a call at night."""

from collections.abc import Iterable

_HIGH = "high"


def is_pressing(urgency: str, urgencies: Iterable[str]) -> bool:
    """Say whether an urgency is "high" or stands before it; the most pressing one always is.

    >>> [is_pressing(one, ("critical", "high", "low")) for one in ("critical", "high", "low")]
    [True, True, False]
    """
    codes = list(urgencies)
    last = codes.index(_HIGH) if _HIGH in codes else 0
    return urgency in codes[: last + 1]
