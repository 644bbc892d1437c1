"""How old the newest backup is, and whether that is too old."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.foundation.backup.making import BACKUPS, backups_in
from server.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest backup below the data folder, if there is one, and whether it is too old."""

    newest: Path | None
    made_at: datetime | None
    too_old: bool


def standing_of(settings: Settings, since: datetime, now: datetime) -> Standing:
    """Look at the folder of backups. ``since``: when there began to be something to save.

    An archive gets its name when it is whole, so one that has its name counts. Whoever makes no
    nightly backups and keeps none there looks after that elsewhere, and is not told.
    """
    times = {path: path.stat().st_mtime for path in backups_in(settings.home / BACKUPS)}
    newest = max(times, key=times.__getitem__, default=None)
    made_at = None if newest is None else datetime.fromtimestamp(times[newest], UTC)
    elsewhere = newest is None and settings.backups_kept == 0
    late = is_too_old(made_at or since, settings.backup_alarm_hours, now)
    return Standing(newest, made_at, late and not elsewhere)


def is_too_old(made_at: datetime, hours: int, now: datetime) -> bool:
    """Say whether something made then is too old; 0 hours: nothing ever is.

    >>> made = datetime(2026, 3, 1, tzinfo=UTC)
    >>> is_too_old(made, 36, datetime(2026, 3, 2, tzinfo=UTC))
    False
    >>> is_too_old(made, 36, datetime(2026, 3, 3, tzinfo=UTC))
    True
    """
    return hours > 0 and now - made_at > timedelta(hours=hours)
