"""Readers for tests: English, Spanish and Russian ones in Madrid, at one fixed moment."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from web.presenters.reader import Reader

NOW = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)


def reader(language: str = "en", zone: str = "Europe/Madrid") -> Reader:
    """Return a reader whose sentences stay English: catalogues have tests of their own."""
    return Reader(
        language,
        ZoneInfo(zone),
        NOW,
        lambda text: text,
        lambda one, many, n: one if n == 1 else many,
    )
