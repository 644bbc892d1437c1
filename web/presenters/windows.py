"""Windows of time: as a form asks for them, in the reader's zone, and as a page shows them."""

from datetime import UTC, datetime
from typing import Any

from web.presenters.reader import Reader
from web.presenters.times import duration, short_time

#: What <input type="datetime-local"> sends and takes.
_FIELD = "%Y-%m-%dT%H:%M"


class SkippedTime(ValueError):
    """A time that the clocks of the reader's zone skip when they go forward."""


def field_of(moment: datetime | None, reader: Reader) -> str:
    """Return the value of a form field for a moment, on the reader's clock."""
    return "" if moment is None else moment.astimezone(reader.zone).strftime(_FIELD)


def moment_of(field: str, reader: Reader) -> datetime | None:
    """Read a form field in the reader's zone; None when empty. Raises ``ValueError``.

    Of an hour that the clocks go through twice, the first is meant; one that they skip is a
    ``SkippedTime``: read as another, a window would be an hour shorter than it looks.
    """
    text = field.strip()
    if not text:
        return None
    # Some browsers send seconds.
    wall = datetime.strptime(text[:16], _FIELD).replace(tzinfo=reader.zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(reader.zone).strftime(_FIELD) != wall.strftime(_FIELD):
        raise SkippedTime(text)
    return moment


def window_text(change: Any, reader: Reader) -> str:
    """Return a window with its length: "22:00 to 23:30 · 1h 30m"; "" without one."""
    start, end = change.window_start, change.window_end
    if start is None or end is None:
        return ""
    length = duration((end - start).total_seconds(), reader)
    return f"{span_text(start, end, reader)} · {length}"


def span_text(start: datetime | None, end: datetime | None, reader: Reader) -> str:
    """Return from when to when, without the length; "" unless both are known."""
    if start is None or end is None:
        return ""
    return f"{short_time(start, reader)} \N{EN DASH} {_end(start, end, reader)}"


def _end(start: datetime, end: datetime, reader: Reader) -> str:
    there = end.astimezone(reader.zone)
    if start.astimezone(reader.zone).date() == there.date():
        return there.strftime("%H:%M")
    return short_time(end, reader)
