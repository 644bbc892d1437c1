"""Tickets in words: why a priority is what it is, and words that nobody has heard of."""

from types import SimpleNamespace
from typing import Any

import pytest

from server.desk.tickets.rules.words import shipped_words
from tests.web.presenters.readers import reader
from web.presenters.tickets import LISTS, Reach, Wording, priority_reason, priority_sum, reach_text

WORDING = Wording(shipped_words(), "en")


def ticket(**changes: Any) -> Any:
    """Return an incident as the presenters read it."""
    settings = {
        "ruled_priority": None,
        "kind": "incident",
        "impact": "extensive",
        "suggested_impact": "extensive",
        "impact_overridden": False,
        "impact_reason": "",
        "urgency": "high",
    }
    return SimpleNamespace(**{**settings, **changes})


@pytest.mark.parametrize(
    ("reach", "said"),
    [
        (Reach(1, 0, 3), "from the graph: 1 service, up to tier 0"),
        (Reach(3, 2, 0), "from the graph: 3 services, up to tier 2"),
        (Reach(2, None, 0), "from the graph: 2 services"),
        (Reach(), "from the graph: no service suffers"),
        (None, "from the graph"),
    ],
)
def test_the_graph_is_quoted_as_far_as_the_reader_may_count(reach: Reach | None, said: str) -> None:
    assert reach_text(reach, reader()) == said


def test_an_impact_set_by_hand_says_why_and_what_the_graph_said() -> None:
    mine = ticket(impact="minor", impact_overridden=True, impact_reason="A drill")
    said = priority_reason(mine, Reach(1, 0), WORDING, reader())
    assert said == "by hand: A drill; the graph says Extensive"


def test_a_priority_that_a_rule_gave_says_so() -> None:
    ruled = ticket(ruled_priority=1)
    assert priority_reason(ruled, Reach(), WORDING, reader()) == "set by a rule of routing"


def test_what_has_not_failed_is_ranked_by_its_urgency() -> None:
    assert "urgency" in priority_reason(ticket(kind="request"), None, WORDING, reader())


def test_the_hover_names_both_halves_of_a_priority() -> None:
    assert priority_sum(ticket(), WORDING, reader()) == "Impact: Extensive · Urgency: High"


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_offers_a_label_for_each_code(name: str) -> None:
    choices = WORDING.choices(name)
    assert choices
    assert all(label and label != code for code, label in choices)


def test_labels_follow_the_language_and_fall_back_to_english() -> None:
    assert Wording(shipped_words(), "ru").state("new") == "Новая"
    assert Wording(shipped_words(), "xx").state("new") == "New"


@pytest.mark.parametrize(
    "name", ["state", "kind", "urgency", "impact", "category", "channel", "resolution"]
)
def test_a_code_that_nobody_knows_stands_for_itself(name: str) -> None:
    assert getattr(WORDING, name)("gone") == "gone"


def test_a_priority_that_nobody_knows_is_a_number() -> None:
    assert WORDING.priority(9) == "P9"
    assert WORDING.priority_tone(9) == "neutral"
    assert WORDING.state_tone("gone") == "neutral"
