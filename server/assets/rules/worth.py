"""What something bought is still worth: straight-line depreciation. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Writedown:
    """What was paid, what is left at the end, and after how many months; in hundredths."""

    price: int
    residual: int
    months: int
    bought_on: date


def book_value(plan: Writedown, on: date) -> int:
    """Return the worth on a day: the same amount less after each whole month, never below the rest.

    >>> plan = Writedown(price=120_000, residual=0, months=12, bought_on=date(2026, 1, 31))
    >>> [book_value(plan, date(2026, month, 28)) for month in (1, 2, 3)]
    [120000, 110000, 110000]
    >>> book_value(plan, date(2030, 1, 1))
    0
    """
    gone = min(max(whole_months(plan.bought_on, on), 0), plan.months)
    if plan.months <= 0:
        return plan.residual
    lost = (plan.price - plan.residual) * gone
    # Half a hundredth is rounded in favour of who wrote it down.
    return plan.price - (lost + plan.months // 2) // plan.months


def whole_months(start: date, end: date) -> int:
    """Return the whole months between two days; a month ends on its last day if it is shorter.

    >>> whole_months(date(2026, 1, 31), date(2026, 2, 28)), whole_months(
    ...     date(2026, 1, 15), date(2026, 2, 14))
    (1, 0)
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    last = monthrange(end.year, end.month)[1]
    return months - (end.day < min(start.day, last))


def written_off_on(plan: Writedown) -> date:
    """Return the day on which only the rest is left.

    >>> written_off_on(Writedown(100, 0, 13, date(2026, 1, 31)))
    datetime.date(2027, 2, 28)
    """
    return months_after(plan.bought_on, plan.months)


def months_after(start: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a month that is shorter.

    >>> months_after(date(2026, 1, 31), 13)
    datetime.date(2027, 2, 28)
    """
    passed = start.month - 1 + months
    year, month = start.year + passed // 12, passed % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))
