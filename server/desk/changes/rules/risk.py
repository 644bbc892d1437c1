"""Risk as a sum of points, each of which can be explained."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cmdb.engine.impact.values import State

HIGHEST = 100
#: Points for the worst service reached, by its state and tier.
_SERVICE = {
    State.DOWN: {0: 40, 1: 30, 2: 20},
    State.DEGRADED: {0: 25, 1: 20, 2: 10},
    State.AT_RISK: {0: 15, 1: 10, 2: 5},
}
_LESSER_SERVICE = 5


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What risk is computed from; ``services`` are (tier, state) of those reached."""

    kind: str = "normal"
    items: int = 0
    services: Iterable[tuple[int | None, State]] = field(default_factory=tuple)
    people: int = 0
    has_test_plan: bool = False
    has_back_out_plan: bool = False


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Why there is risk: a stable code for translation, its points, and the number behind it."""

    code: str
    points: int
    value: int


def risk_points(facts: RiskFacts) -> list[RiskPoint]:
    """Return every reason for risk that applies, heaviest first."""
    services = list(facts.services)
    found = [
        _worst_service(services),
        RiskPoint("many_services", min(15, 3 * max(0, len(services) - 1)), len(services)),
        RiskPoint("many_people", min(15, facts.people // 20), facts.people),
        RiskPoint("many_items", min(10, max(0, facts.items - 1)), facts.items),
        RiskPoint("no_back_out_plan", 0 if facts.has_back_out_plan else 20, 0),
        RiskPoint("no_test_plan", 0 if facts.has_test_plan else 10, 0),
        RiskPoint("emergency", 15 if facts.kind == "emergency" else 0, 0),
    ]
    return sorted((point for point in found if point.points), key=lambda point: -point.points)


def risk_of(points: Iterable[RiskPoint]) -> int:
    """Return the risk from 0 to ``HIGHEST``.

    >>> risk_of(risk_points(RiskFacts(services=[(0, State.DOWN)], has_test_plan=True)))
    60
    """
    return min(HIGHEST, sum(point.points for point in points))


def _worst_service(services: list[tuple[int | None, State]]) -> RiskPoint:
    scored = [
        (_SERVICE.get(state, {}).get(9 if tier is None else tier, _LESSER_SERVICE), state)
        for tier, state in services
    ]
    points, state = max(scored, default=(0, State.UP))
    return RiskPoint(f"service_{state.text}", points, len(services))
