"""Calendar months as a place counts them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from server.desk.availability.rules.spans import Span

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar.

    >>> str(Month(2026, 3)), str(Month(2026, 1).before()), Month.read("2026-13")
    ('2026-03', '2025-12', None)
    """

    year: int
    number: int

    def __str__(self) -> str:
        """Return it as it is written: 2026-03."""
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """Return the month of a text as 2026-03; None for what is none, or far away."""
        found = _MONTH.fullmatch(text)
        if found is None or not 1 <= int(found[2]) <= 12 or not 1990 <= int(found[1]) <= 2200:
            return None
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> "Month":
        """Return the month in which a moment lies somewhere."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    def before(self) -> "Month":
        """Return the month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def after(self) -> "Month":
        """Return the month after."""
        return Month(self.year + (self.number == 12), self.number % 12 + 1)

    def span(self, zone: tzinfo) -> Span:
        """Return from when to when it is somewhere, in UTC: midnight to midnight of that place.

        With a change of the clock in it, it is an hour longer or shorter than its days.
        """
        return _midnight(self, zone), _midnight(self.after(), zone)


def _midnight(month: Month, zone: tzinfo) -> datetime:
    return datetime(month.year, month.number, 1, tzinfo=zone).astimezone(UTC)
