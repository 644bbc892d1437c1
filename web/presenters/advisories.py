"""Advisories in the reader's words."""

from datetime import date, timedelta

from web.presenters.reader import Reader

#: So long before the end of support it is time to plan.
_SOON = timedelta(days=180)


def severities(reader: Reader) -> dict[str, str]:
    """Return the word for each severity, the gravest first."""
    return {
        "critical": reader.gettext("critical"),
        "high": reader.gettext("high"),
        "medium": reader.gettext("medium"),
        "low": reader.gettext("low"),
    }


def support_tone(ends_on: date, today: date) -> str:
    """Return how bad it is that support ends then.

    >>> day = date(2026, 6, 1)
    >>> support_tone(date(2026, 5, 31), day), support_tone(date(2026, 9, 1), day)
    ('bad', 'warn')
    >>> support_tone(date(2028, 1, 1), day)
    'neutral'
    """
    if ends_on < today:
        return "bad"
    return "warn" if ends_on - today < _SOON else "neutral"
