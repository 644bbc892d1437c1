"""Risk as a sum of points, each of which can be explained."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cmdb.engine.impact.values import State
from server.desk.changes.rules.questionnaire import shipped_questions

HIGHEST = 100
#: Points for the worst service reached, by its state and tier.
_SERVICE = {
    State.DOWN: {0: 40, 1: 30, 2: 20},
    State.DEGRADED: {0: 25, 1: 20, 2: 10},
    State.AT_RISK: {0: 15, 1: 10, 2: 5},
}
_LESSER_SERVICE = 5
#: Similar changes that all went well, from which on they speak for a new one.
_TRUSTED = 3


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What risk is computed from; ``services`` are (tier, state) of those reached."""

    kind: str = "normal"
    items: int = 0
    services: Iterable[tuple[int | None, State]] = field(default_factory=tuple)
    people: int = 0
    #: Items that hold, with less in reserve than they had.
    weakened: int = 0
    has_test_plan: bool = False
    has_back_out_plan: bool = False
    #: (question, answer) of the questionnaire, by the codes of ``rules.questionnaire``.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Changes of the last year on the same items or by the same template, and how many went wrong.
    similar: int = 0
    similar_failed: int = 0
    collisions: int = 0
    outside_maintenance: bool = False


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Why there is risk: a stable code for translation, its points, and the number behind it.

    ``source`` is "rules", "answers" or "history".
    """

    code: str
    points: int
    value: int
    source: str = "rules"


def risk_points(facts: RiskFacts) -> list[RiskPoint]:
    """Return every reason for risk that applies, heaviest first."""
    services = list(facts.services)
    found = [
        _worst_service(services),
        RiskPoint("many_services", min(15, 3 * max(0, len(services) - 1)), len(services)),
        RiskPoint("many_people", min(15, facts.people // 20), facts.people),
        RiskPoint("many_weakened", min(15, facts.weakened // 10), facts.weakened),
        RiskPoint("many_items", min(10, max(0, facts.items - 1)), facts.items),
        RiskPoint("no_back_out_plan", 0 if facts.has_back_out_plan else 20, 0),
        RiskPoint("no_test_plan", 0 if facts.has_test_plan else 10, 0),
        RiskPoint("emergency", 15 if facts.kind == "emergency" else 0, 0),
        RiskPoint("collides", min(20, 10 * facts.collisions), facts.collisions),
        RiskPoint("outside_maintenance", 10 if facts.outside_maintenance else 0, 0),
        *(RiskPoint(f"answer_{code}", points, 0, "answers") for code, points in _answers(facts)),
        *_history(facts),
    ]
    return sorted((point for point in found if point.points), key=lambda point: -point.points)


def _answers(facts: RiskFacts) -> list[tuple[str, int]]:
    questions = shipped_questions()
    return [
        (code, questions[code].points_of(answer))
        for code, answer in facts.answers.items()
        if code in questions
    ]


def _history(facts: RiskFacts) -> list[RiskPoint]:
    """Return what earlier changes say; three that all went well speak for this one."""
    if facts.similar_failed:
        points = max(5, round(20 * facts.similar_failed / facts.similar))
        return [RiskPoint("similar_failed", points, facts.similar_failed, "history")]
    good = facts.similar >= _TRUSTED
    return [RiskPoint("similar_good", -5, facts.similar, "history")] if good else []


def risk_of(points: Iterable[RiskPoint]) -> int:
    """Return the risk from 0 to ``HIGHEST``: rules or questionnaire, the higher, and history.

    >>> risk_of(risk_points(RiskFacts(services=[(0, State.DOWN)], has_test_plan=True)))
    60
    """
    sums = {"rules": 0, "answers": 0, "history": 0}
    for point in points:
        sums[point.source] += point.points
    return max(0, min(HIGHEST, max(sums["rules"], sums["answers"]) + sums["history"]))


def _worst_service(services: list[tuple[int | None, State]]) -> RiskPoint:
    # Of thousands of services few differ in both.
    scored = [
        (_SERVICE.get(state, {}).get(9 if tier is None else tier, _LESSER_SERVICE), state)
        for tier, state in set(services)
    ]
    points, state = max(scored, default=(0, State.UP))
    return RiskPoint(f"service_{state.text}", points, len(services))
