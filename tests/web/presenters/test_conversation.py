"""The lines that a ticket's history writes."""

from typing import Any

import pytest

from server.desk.tickets.rules.words import shipped_words
from tests.web.presenters.readers import reader
from web.presenters.conversation import Names, mentioned_people, system_line
from web.presenters.tickets import Wording

NAMES = Names({1: "Ana", 2: "Ivan"}, {5: "Database team"}, {7: "db-07"})
STANDING = {"priority": 1, "impact": "extensive", "services": 2, "down": 3, "at_risk": 1}


def line(**detail: Any) -> str:
    """Return a line in English."""
    return system_line(detail, NAMES, Wording(shipped_words(), "en"), reader()).text


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (
            {"event": "opened", **STANDING},
            "opened · P1: 2 services suffer, 3 down, 1 at risk",
        ),
        ({"event": "opened", "priority": 4, "services": 0}, "opened"),
        ({"event": "moved", "before": "new", "after": "in_progress"}, "New → In progress"),
        (
            {
                "event": "moved",
                "before": "new",
                "after": "resolved",
                "resolution_code": "fixed",
            },
            "New → Resolved · Fixed",
        ),
        (
            {"event": "assigned", "assignee_id": 2, "group_id": 5},
            "assigned to Database team / Ivan",
        ),
        ({"event": "assigned", "assignee_id": 9}, "assigned to somebody outside your view"),
        ({"event": "assigned"}, "given back: it is nobody's now"),
        (
            {"event": "items", "added": [7], "removed": [8]},
            "+ db-07, \N{MINUS SIGN} an item outside your view",
        ),
        ({"event": "items", "added": [], "removed": []}, "the cause was marked"),
        (
            {"event": "reassessed", "added": [7, 8], "before": 3, "priority": 1},
            "the graph changed · now also reaches db-07, 1 more service · P3 → P1",
        ),
        (
            {"event": "reassessed", "removed": [7], "more_removed": 4, "before": 4, "priority": 4},
            "the graph changed · no longer reaches db-07, 4 more services",
        ),
        (
            {"event": "edited", "changes": {"urgency": ["low", "high"], "description": None}},
            "Urgency: Low → High, Description",
        ),
        (
            {"event": "edited", "changes": {"requester_id": [1, None]}},
            "Requester: Ana → \N{EN DASH}",
        ),
        ({"event": "edited", "changes": {"unheard": [1, 2]}}, ""),
        ({"event": "something new"}, "something new"),
        ({}, ""),
    ],
)
def test_what_happened_is_told_in_words(detail: dict[str, Any], said: str) -> None:
    assert line(**detail) == said


def test_the_reason_of_a_step_stands_beside_it() -> None:
    detail = {"event": "moved", "before": "new", "after": "waiting", "reason": "for parts"}
    found = system_line(detail, NAMES, Wording(shipped_words(), "en"), reader())
    assert found.note == "for parts"


def test_people_are_gathered_before_their_names_are_read() -> None:
    details: list[dict[str, Any]] = [
        {"event": "assigned", "assignee_id": 4, "group_id": None},
        {"event": "edited", "changes": {"requester_id": [1, None]}},
        {"event": "opened"},
    ]
    assert mentioned_people(details) == {1, 4}
