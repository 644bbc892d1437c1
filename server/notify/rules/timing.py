"""When a mail goes out: at once, after the quiet hours, or with the digest."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WAYS = ("at_once", "digest", "never")
#: The kind that tells whoever is on call: it waits for no digest and no morning.
ON_CALL = "on_call"


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants mail; minutes are of their local day."""

    mail: str = "at_once"
    quiet_from: int | None = None
    quiet_to: int | None = None
    digest_at: int = 480
    muted: frozenset[str] = frozenset()


def delivery(wish: Wish, kind: str, zone: str, now: datetime) -> datetime | None:
    """Return when a mail of this kind goes out; None for never.

    >>> night = Wish(quiet_from=22 * 60, quiet_to=7 * 60)
    >>> delivery(night, "x", "UTC", datetime(2026, 3, 2, 23, tzinfo=UTC))
    datetime.datetime(2026, 3, 3, 7, 0, tzinfo=datetime.timezone.utc)
    """
    if wish.mail == "never" or kind in wish.muted:
        return None
    if kind == ON_CALL:
        return now
    place = _zone(zone)
    if wish.mail == "digest":
        return _next(now, wish.digest_at, place)
    if wish.quiet_from is None or wish.quiet_to is None or wish.quiet_from == wish.quiet_to:
        return now
    local = now.astimezone(place)
    minute = local.hour * 60 + local.minute
    if wish.quiet_from < wish.quiet_to:
        quiet = wish.quiet_from <= minute < wish.quiet_to
    else:
        quiet = minute >= wish.quiet_from or minute < wish.quiet_to
    return _next(now, wish.quiet_to, place) if quiet else now


def _next(now: datetime, minute: int, zone: ZoneInfo) -> datetime:
    """Return the first moment after ``now`` at that minute of the local day."""
    day = now.astimezone(zone).date()
    at = datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
    if at <= now:
        day += timedelta(days=1)
        at = datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
    return at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
