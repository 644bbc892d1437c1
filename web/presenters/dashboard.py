"""The start page: the first steps of a new installation, and numbers that lead to their rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FirstStep:
    """One of the steps that make a register useful; ``url`` is "" when the reader may not."""

    title: str
    meaning: str
    action: str
    url: str
    done: bool


@dataclass(frozen=True)
class Number:
    """A number that is a link to its rows; ``tone`` colours it when somebody should look."""

    label: str
    value: int
    url: str
    tone: str = "neutral"


def worth_a_look(value: int, tone: str = "warn") -> str:
    """Return the tone of a number that should be nought.

    >>> worth_a_look(0), worth_a_look(3)
    ('neutral', 'warn')
    """
    return tone if value else "neutral"
