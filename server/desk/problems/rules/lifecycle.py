"""The life of a problem: which steps there are, and what each needs."""

from collections.abc import Mapping

from cmdb.errors import InvalidValue
from server.foundation.errors import IllegalMove

#: In their order. A known error is a problem whose workaround is known.
STATES = ("new", "analysis", "known_error", "resolved", "closed")
OPEN = ("new", "analysis", "known_error")
PUBLISHED = ("", "agents", "everyone")
MOVES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("new", "analysis"): (),
    ("new", "known_error"): ("workaround",),
    ("analysis", "known_error"): ("workaround",),
    ("new", "resolved"): ("cause", "resolution"),
    ("analysis", "resolved"): ("cause", "resolution"),
    ("known_error", "resolved"): ("cause", "resolution"),
    ("known_error", "analysis"): (),
    ("resolved", "closed"): (),
    ("resolved", "analysis"): (),
    ("new", "closed"): ("resolution",),
}
MOST_WHYS = 10


def plan_step(current: str, wanted: str, standing: Mapping[str, str]) -> str:
    """Return the state a problem takes. ``standing`` holds its texts by name.

    Raises ``InvalidValue`` naming what the step still needs, ``IllegalMove``.

    >>> plan_step("analysis", "known_error", {"workaround": "Restart the pool"})
    'known_error'
    """
    if wanted not in STATES:
        raise InvalidValue({"state": f"must be one of {', '.join(STATES)}"})
    needs = MOVES.get((current, wanted))
    if needs is None:
        raise IllegalMove("problem", current, wanted)
    missing = {
        name: f"is needed to become {wanted}"
        for name in needs
        if not standing.get(name, "").strip()
    }
    if missing:
        raise InvalidValue(missing)
    return wanted


def steps_from(state: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the steps that lead on from a state, each with what it needs."""
    return [(end, needs) for (start, end), needs in MOVES.items() if start == state]
