"""Changes in words: the way, the risk, who has a say."""

from types import SimpleNamespace
from typing import Any

import pytest

from server.desk.changes.rules.words import shipped_words
from tests.web.presenters.readers import reader
from web.presenters.changes import (
    STEPS,
    ChangeWording,
    change_line,
    decision_words,
    risk_text,
    risk_tone,
    steps,
    why_text,
)

WORDING = ChangeWording(shipped_words(), "en")


def test_the_way_of_a_change_is_made_of_states_there_are() -> None:
    assert set(STEPS) <= set(shipped_words().states)


def test_what_lies_behind_and_ahead_is_told_apart() -> None:
    assert [step.when for step in steps("approval", WORDING)] == [
        "past",
        "past",
        "present",
        "ahead",
        "ahead",
        "ahead",
        "ahead",
    ]


@pytest.mark.parametrize("state", ["rejected", "cancelled"])
def test_a_change_that_left_the_way_stands_on_no_step(state: str) -> None:
    assert steps(state, WORDING) == []


@pytest.mark.parametrize(("risk", "tone"), [(0, "neutral"), (30, "warn"), (60, "bad")])
def test_risk_has_a_tone(risk: int, tone: str) -> None:
    assert risk_tone(risk) == tone


def test_the_number_behind_a_risk_is_told_only_to_who_may_count() -> None:
    assert risk_text("many_people", 31, reader()) == "many people are reached (31)"
    assert risk_text("many_people", None, reader()) == "many people are reached"
    assert risk_text("no_test_plan", 0, reader()) == "nothing says how it is tested"
    assert risk_text("unheard", 3, reader()) == "unheard"


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ({"role": "change_manager"}, "change manager"),
        ({"role": "owner", "of": "touched", "item_id": 7}, "owns db-07, which is touched"),
        ({"role": "owner", "of": "service", "item_id": 7}, "owns db-07, which suffers"),
        (
            {"role": "approver", "of": "service", "item_id": 8},
            "approves for an item outside your view, which suffers",
        ),
        ({"role": "bishop"}, "bishop"),
    ],
)
def test_a_say_has_a_reason(why: dict[str, Any], said: str) -> None:
    assert why_text(why, {7: "db-07"}, reader()) == said


def entry(text: str = "", **detail: Any) -> Any:
    """Return an entry of a change's history."""
    return SimpleNamespace(text=text, detail=detail)


@pytest.mark.parametrize(
    ("given", "said", "note"),
    [
        (entry(event="drafted"), "began to plan", ""),
        (entry(event="approval_requested", approvers=1), "asked 1 party for approval", ""),
        (entry("Go", event="decided", decision="approved"), "approved", "Go"),
        (
            entry(event="decided", decision="rejected", in_place_of=True),
            "rejected in somebody's place",
            "",
        ),
        (
            entry("late", event="moved", before="draft", after="cancelled"),
            "Draft → Cancelled",
            "late",
        ),
        (entry("edited", event="moved", before="approval", after="assessment"), None, ""),
        (
            entry(event="edited", changes={"back_out_plan": None}, voided=2),
            "edited: The way back · 2 approvals are void",
            "",
        ),
        (entry(event="unheard"), "unheard", ""),
    ],
)
def test_what_happened_is_told_in_words(given: Any, said: str | None, note: str) -> None:
    line = change_line(given, WORDING, reader())
    assert said is None or line.text == said
    assert line.note == note


def test_each_decision_has_a_word() -> None:
    assert set(decision_words(reader())) == {"pending", "approved", "rejected", "void"}


def test_words_follow_the_language() -> None:
    spanish = ChangeWording(shipped_words(), "es")
    assert spanish.state("draft") == "Borrador"
    assert ("emergency", "De emergencia") in spanish.choices("kind")
    assert spanish.state("gone") == "gone"
    assert spanish.state_tone("gone") == "neutral"
