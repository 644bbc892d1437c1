"""How often things fail: counts, and the mean time between failures. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Failure:
    """An incident with an item, and when it began; ``is_cause``: the item was its cause."""

    item_id: int
    at: datetime
    is_cause: bool = False


@dataclass(frozen=True, slots=True)
class Reliability:
    """What is known of failures. ``mean_days`` between them is None while there was none."""

    item_count: int
    days: float
    failure_count: int
    cause_count: int
    mean_days: float | None
    last_at: datetime | None


def reliability(
    in_use: Iterable[tuple[int, datetime, datetime]], failures: Iterable[Failure]
) -> Reliability:
    """Return how reliable items are that were in use from one moment to another.

    The mean time between failures is all time in use together, divided by the failures in it:
    those of one item, or of all items of a model. Failures outside of an item's time do not count.

    >>> from datetime import UTC, timedelta
    >>> begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 11, tzinfo=UTC)
    >>> twice = [Failure(1, begin + timedelta(days=day)) for day in (10, 50)]
    >>> reliability([(1, begin, end), (2, begin, end)], twice).mean_days
    100.0
    """
    spans = {item_id: (begin, end) for item_id, begin, end in in_use if end > begin}
    days = sum((end - begin).total_seconds() for begin, end in spans.values()) / _DAY_SECONDS
    counted = [
        one
        for one in failures
        if one.item_id in spans and spans[one.item_id][0] <= one.at <= spans[one.item_id][1]
    ]
    return Reliability(
        item_count=len(spans),
        days=days,
        failure_count=len(counted),
        cause_count=sum(1 for one in counted if one.is_cause),
        mean_days=days / len(counted) if counted else None,
        last_at=max((one.at for one in counted), default=None),
    )
