"""From what the graph reaches to an impact, and from impact and urgency to a priority."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmdb.engine.impact.values import State
from server.desk.tickets.rules.words import Words

#: The tier that something without a tier is taken for.
UNRANKED = 3
#: People reached from which on the impact is at least this many steps up from the lowest.
_PEOPLE = ((1000, 3), (100, 2), (10, 1))
#: How many tiers less a service weighs when it is not down.
_RELIEF = {State.DOWN: 0, State.DEGRADED: 1, State.AT_RISK: 2}


@dataclass(frozen=True, slots=True)
class Reached:
    """A service (or the failed item itself) with its tier and how it stands."""

    criticality: int | None
    state: State


def suggest_impact(
    words: Words,
    services: Iterable[Reached],
    failed: Iterable[int | None] = (),
    people: int = 0,
) -> str:
    """Return the impact that the graph speaks for.

    A tier-0 service that is down is the worst there is; each tier and each milder state is one
    step less, an item that failed one step less than a service of its tier (``failed`` holds their
    tiers). Many people reached raise it. Without anything reached it is the least.

    >>> from server.desk.tickets.rules.words import shipped_words
    >>> suggest_impact(shipped_words(), [Reached(0, State.AT_RISK), Reached(2, State.DOWN)])
    'moderate'
    """
    levels = list(words.impacts)
    least = len(levels) - 1
    steps = [least]
    steps += [_tier(one.criticality) + _RELIEF.get(one.state, least) for one in services]
    steps += [_tier(criticality) + 1 for criticality in failed]
    steps += [least - up for count, up in _PEOPLE if people >= count]
    return levels[max(0, min(steps))]


def _tier(criticality: int | None) -> int:
    return UNRANKED if criticality is None else criticality


def priority_of(words: Words, urgency: str, impact: str) -> int:
    """Return 1 (most pressing) to 5 (informational).

    >>> from server.desk.tickets.rules.words import shipped_words
    >>> priority_of(shipped_words(), "high", "extensive")
    1
    """
    # A level that people took away since is the least pressing there is.
    return words.matrix.get(impact, {}).get(urgency, max(words.priorities))
