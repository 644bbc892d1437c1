"""How many wrong passwords are too many."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
#: Wrong passwords for one login, counted since it last got in.
FAILURES_PER_LOGIN = 5
#: From one address: a whole office may share it, so it is allowed more.
FAILURES_PER_ADDRESS = 20


def seconds_to_wait(failures: Sequence[datetime], allowed: int, now: datetime) -> int:
    """Return how long to wait before the next try, 0 when it may come now.

    ``failures`` are the moments of the latest ones, newest first.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> seconds_to_wait([noon] * 5, 5, noon + timedelta(minutes=5))
    600
    >>> seconds_to_wait([noon] * 4, 5, noon)
    0
    """
    recent = [at for at in failures if now - at < WINDOW]
    if len(recent) < allowed:
        return 0
    # Once the oldest that still counts leaves the window, there is room for one more.
    free_at = recent[allowed - 1] + WINDOW
    return max(1, int((free_at - now).total_seconds()))
