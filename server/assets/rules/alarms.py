"""When people are told that something ends."""

from datetime import date

#: So many days before the end, each once.
STEPS = (30, 60, 90)


def alarm_due(ends_on: date, today: date) -> int | None:
    """Return the step that has been reached, the closest to the end; None before and after.

    >>> end = date(2026, 4, 1)
    >>> alarm_due(end, date(2026, 2, 10)), alarm_due(end, date(2026, 4, 2))
    (60, None)
    """
    left = (ends_on - today).days
    if left < 0:
        return None
    return next((step for step in STEPS if left <= step), None)
