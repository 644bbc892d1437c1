"""Links and booked time in the reader's words."""

import re

from web.presenters.reader import Reader


def link_text(kind: str, reader: Reader, *, outgoing: bool) -> str:
    """Say what the other ticket is to this one; ``outgoing``: this one says it of the other."""
    words = {
        ("child_of", True): reader.gettext("Part of"),
        ("child_of", False): reader.gettext("Has as a part"),
        ("merged_into", True): reader.gettext("Merged into"),
        ("merged_into", False): reader.gettext("Has taken in"),
        ("related_to", True): reader.gettext("Related to"),
        ("related_to", False): reader.gettext("Related to"),
        ("duplicate_of", True): reader.gettext("Duplicate of"),
        ("duplicate_of", False): reader.gettext("Has as a duplicate"),
        ("blocked_by", True): reader.gettext("Blocked by"),
        ("blocked_by", False): reader.gettext("Blocks"),
        ("caused_by", True): reader.gettext("Caused by"),
        ("caused_by", False): reader.gettext("Caused"),
    }
    return words.get((kind, outgoing), kind)


_CLOCK = re.compile(r"(?:(\d{1,2})[:.h ])?\s*(\d{1,4})\s*(?:m|min)?", re.IGNORECASE)


def minutes_of(text: str) -> int | None:
    """Return the minutes that somebody typed as "90" or "1:30"; None for anything else.

    >>> minutes_of("90"), minutes_of("1:30"), minutes_of("soon"), minutes_of("1:75")
    (90, 90, None, None)
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes = found.groups()
    if hours and int(minutes) > 59:
        return None
    return int(hours or 0) * 60 + int(minutes)


def minutes_text(minutes: int, reader: Reader) -> str:
    """Return minutes as people say them."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return reader.gettext("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return reader.gettext("%(hours)s h") % {"hours": hours}
    return reader.gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{rest:02}"}
