"""What a person writes in a change must be spelled right and possible."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.desk.changes.rules.words import shipped_words
from server.desk.tickets.actions.checking import Problems, text_of, title_of

TEXTS = (
    "reason",
    "implementation_plan",
    "test_plan",
    "back_out_plan",
    "communication_plan",
)


def check_kind(problems: Problems, kind: str) -> None:
    """Check that there is such a kind of change."""
    kinds = shipped_words().kinds
    problems.add("kind", "" if kind in kinds else f"must be one of {', '.join(kinds)}")


def check_window(
    problems: Problems, start: datetime | None, end: datetime | None, now: datetime
) -> None:
    """Check that the window runs forward and has not begun."""
    if (start is None) != (end is None):
        missing = "window_start" if start is None else "window_end"
        problems.add(missing, "a window has a start and an end")
    if start is None or end is None:
        return
    if end <= start:
        problems.add("window_end", "must be later than window_start")
    if start < now:
        problems.add("window_start", "must not lie in the past")


def cleaned(problems: Problems, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` with title and texts as they are stored."""
    found = dict(values)
    if "title" in found:
        found["title"] = title_of(problems, found["title"])
    for name in TEXTS:
        if name in found:
            found[name] = text_of(problems, name, found[name])
    return found
