"""Dates and times: ISO 8601 in, one spelling stored.

A time without a zone is refused rather than guessed at; every other one is stored in UTC.
"""

from datetime import UTC, date, datetime

from cmdb.model.refusal import Refusal, shown
from cmdb.model.text import clean


def read_date(raw: object) -> str:
    """Return ``YYYY-MM-DD``.

    >>> read_date("20250131")
    '2025-01-31'
    """
    if isinstance(raw, str):
        try:
            return date.fromisoformat(clean(raw)).isoformat()
        except ValueError:
            pass
    elif isinstance(raw, date) and not isinstance(raw, datetime):
        return raw.isoformat()
    raise Refusal(f"expected a date such as 2025-01-31, got {shown(raw)}")


def read_datetime(raw: object) -> str:
    """Return the moment in UTC, ``YYYY-MM-DDTHH:MM:SSZ``; fractions only where there are any.

    >>> read_datetime("2025-01-31T12:00:00+02:00")
    '2025-01-31T10:00:00Z'
    """
    try:
        moment = datetime.fromisoformat(clean(raw)) if isinstance(raw, str) else raw
        if not isinstance(moment, datetime):
            raise Refusal(_expected(raw))
        if moment.utcoffset() is None:
            raise Refusal(f"the time needs a zone, as in 2025-01-31T12:00:00Z; got {shown(raw)}")
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError):
        raise Refusal(_expected(raw)) from None


def _expected(raw: object) -> str:
    return f"expected a time with its zone such as 2025-01-31T12:00:00Z, got {shown(raw)}"


def datetime_key(stored: str) -> str:
    """Return the sort key of a stored moment: always with its fraction.

    >>> datetime_key("2025-01-31T10:00:00Z") < datetime_key("2025-01-31T10:00:00.5Z")
    True
    """
    return datetime.fromisoformat(stored).isoformat(timespec="microseconds")[:26]
