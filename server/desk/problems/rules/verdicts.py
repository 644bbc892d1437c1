"""What people hold of an item's part in a problem, and what that makes of causes that need two."""

from collections.abc import Iterable, Mapping
from typing import Literal

#: "open" takes back what was said before.
VERDICTS = ("open", "suspected", "ruled_out", "confirmed")
#: Who says these also says what shows it.
TOLD = frozenset({"ruled_out", "confirmed"})

Standing = Literal["open", "suspected", "ruled_out", "confirmed"]


def standing_of(item_ids: Iterable[int], verdicts: Mapping[int, str]) -> Standing:
    """Return how a cause stands that needs all of these items to fail at once.

    One that is ruled out rules out the cause; it is confirmed when every one is.

    >>> standing_of((1, 2), {1: "confirmed"}), standing_of((1, 2), {1: "confirmed", 2: "ruled_out"})
    ('suspected', 'ruled_out')
    """
    said = [verdicts.get(item_id, "open") for item_id in item_ids]
    if "ruled_out" in said:
        return "ruled_out"
    if said and all(one == "confirmed" for one in said):
        return "confirmed"
    return "open" if all(one == "open" for one in said) else "suspected"


def cause_text(name: str, note: str) -> str:
    """Return the root cause that a confirmed item gives a problem that names none yet.

    >>> cause_text("san-1", "Both controllers restarted")
    'san-1: Both controllers restarted'
    """
    return f"{name}: {note}" if note else name
