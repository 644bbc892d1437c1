"""The one clock. Everything inside is aware UTC; only pages turn it into somebody's local time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
