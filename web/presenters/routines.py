"""Schedules and macros in the reader's words."""

from typing import Any

from server.desk.routines.rules.rhythm import RHYTHMS
from web.presenters.reader import Reader


def rhythm_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the units in which something comes again."""
    words = {
        "day": reader.gettext("days"),
        "week": reader.gettext("weeks"),
        "month": reader.gettext("months"),
        "year": reader.gettext("years"),
    }
    return [(one, words[one]) for one in RHYTHMS]


def rhythm_text(row: Any, reader: Reader) -> str:
    """Return how often a schedule comes: "every 3 months"."""
    number = row.every
    said = {
        "day": reader.ngettext("each day", "every %(num)d days", number),
        "week": reader.ngettext("each week", "every %(num)d weeks", number),
        "month": reader.ngettext("each month", "every %(num)d months", number),
        "year": reader.ngettext("each year", "every %(num)d years", number),
    }
    return said[row.rhythm] % {"num": number}
