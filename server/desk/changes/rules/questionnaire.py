"""What the planner is asked about a change, and what each answer adds to its risk."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: Language to text: {"en": ..., "es": ..., "ru": ...}.
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``answers`` is {code: (points, labels)} in the order in which people choose."""

    code: str
    labels: Labels
    answers: Mapping[str, tuple[int, Labels]]

    def points_of(self, answer: str) -> int:
        """Return what an answer adds to the risk; one that is not known adds nothing."""
        return self.answers.get(answer, (0, {}))[0]


@cache
def shipped_questions() -> Mapping[str, Question]:
    """Return the questions that every installation begins with, by code."""
    text = files("server.desk.changes.rules").joinpath("questionnaire.toml").read_text("utf-8")
    return {
        code: Question(
            code,
            entry["labels"],
            {one["code"]: (one["points"], one["labels"]) for one in entry["answers"]},
        )
        for code, entry in tomllib.loads(text).items()
    }


def faults_of(answers: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with given answers, by question.

    >>> faults_of({"practised": "daily"})
    {'practised': 'must be one of often, once, never'}
    """
    questions = shipped_questions()
    found = {}
    for code, answer in answers.items():
        if code not in questions:
            found[code] = f"is no question; they are {', '.join(questions)}"
        elif answer not in questions[code].answers:
            found[code] = f"must be one of {', '.join(questions[code].answers)}"
    return found
