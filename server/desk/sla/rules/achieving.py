"""Which target could have been kept: quantiles of the working time that was needed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

#: Fewer cases than this say nothing about the next one.
LEAST_CASES = 20
#: Minutes of targets as people agree on them; above a day of them, whole hours, then days.
_STEPS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 960, 1440)
_HOUR, _DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Done:
    """One promise that ran to its end: ``used`` is the working minutes it took.

    ``holder`` is whose clock it was, as on ``SlaClock``, whichever time they had the ticket.
    ``later``: nothing was promised then; it is held to what is promised since.
    """

    service_id: int | None
    measure: str
    priority: int
    calendar: str
    target: int
    used: float
    kept: bool
    holder: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True)
class Achievable:
    """What history says about one service, measure and priority; minutes of working time.

    ``target`` is what was promised last, ``kept`` the share from 0 to 1 that was kept, None where
    nothing had been promised yet; ``later`` of the ``cases`` were reckoned later, and of those
    ``would`` is the share that would have been kept, None where there are none. ``achievable`` is
    the target that would have been kept in the wanted share of cases, None where there are too few.
    """

    service_id: int | None
    measure: str
    priority: int
    calendar: str
    cases: int
    target: int
    kept: float | None
    half: int
    most: int
    achievable: int | None
    holder: str = ""
    later: int = 0
    would: float | None = None


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the least value within which ``share`` of the cases lie (nearest rank).

    ``ordered`` ascends and is not empty; 0 < ``share`` <= 1.

    >>> [quantile([1, 2, 3, 4], share) for share in (0.25, 0.5, 0.51, 1)]
    [1, 2, 3, 4]
    """
    # Without the rounding, 0.07 * 100 would be a hair above 7.
    return ordered[max(ceil(round(share * len(ordered), 9)), 1) - 1]


def agreeable(minutes: float) -> int:
    """Return the next larger target that people would agree on.

    >>> [agreeable(one) for one in (0, 31, 60, 1441, 2890)]
    [5, 45, 60, 1500, 4320]
    """
    for step in _STEPS:
        if minutes <= step:
            return step
    unit = _HOUR if minutes <= 2 * _DAY else _DAY
    return ceil(minutes / unit) * unit


def achievable(done: Iterable[Done], share: float) -> list[Achievable]:
    """Return what history says, by service, measure, holder and priority.

    ``done`` has the newest first. O(n log n). What belongs to no service comes last.
    """
    found: dict[tuple[int | None, str, int, str, str], list[Done]] = defaultdict(list)
    for one in done:
        found[one.service_id, one.measure, one.priority, one.calendar, one.holder].append(one)
    rows = []
    for (service_id, measure, priority, calendar, holder), cases in found.items():
        used = sorted(one.used for one in cases)
        then = [one for one in cases if not one.later]
        later = [one for one in cases if one.later]
        most = quantile(used, share)
        rows.append(
            Achievable(
                service_id,
                measure,
                priority,
                calendar,
                len(cases),
                cases[0].target,
                _share(then),
                ceil(quantile(used, 0.5)),
                ceil(most),
                agreeable(most) if len(cases) >= LEAST_CASES else None,
                holder,
                len(later),
                _share(later),
            )
        )
    return sorted(
        rows,
        key=lambda row: (
            row.service_id is None,
            row.service_id or 0,
            row.measure,
            row.holder,
            row.priority,
            row.calendar,
        ),
    )


def _share(cases: Sequence[Done]) -> float | None:
    return sum(one.kept for one in cases) / len(cases) if cases else None
