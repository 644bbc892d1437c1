"""What people say of themselves while they are signed in: available, busy, or away."""

from datetime import datetime, timedelta

AVAILABLE, BUSY, AWAY = STATES = ("available", "busy", "away")
#: After so long a word that nobody took back counts no more: people forget their switches.
LASTS = timedelta(hours=12)


def standing(state: str, said_at: datetime | None, now: datetime) -> str:
    """Return what counts now of what somebody said at ``said_at``.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> standing("busy", noon, noon + timedelta(hours=11)), standing("busy", noon, noon + LASTS)
    ('busy', 'available')
    """
    if state not in STATES or said_at is None or now - said_at >= LASTS:
        return AVAILABLE
    return state
