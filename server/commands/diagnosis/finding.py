"""The outcome of one check."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: fine, worth a look, or something that does not work."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen, in one sentence, and what to do about it, in another."""

    level: Level
    subject: str
    seen: str
    mend: str = ""


def fine(subject: str, seen: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(Level.OK, subject, seen)


def look(subject: str, seen: str, mend: str) -> Finding:
    """Return a finding that will become a failure, or is an untidiness."""
    return Finding(Level.LOOK, subject, seen, mend)


def wrong(subject: str, seen: str, mend: str) -> Finding:
    """Return a finding about something that does not work or is not safe."""
    return Finding(Level.WRONG, subject, seen, mend)
