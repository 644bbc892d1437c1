"""The words of an identification: the question, who holds the evidence, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cmdb.observation import Identifier


class Outcome(StrEnum):
    """What was decided."""

    MATCH = "match"
    CREATE = "create"
    REVIEW = "review"
    #: A person has decided that it is about nothing the register should know.
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Holder:
    """A known item and all its evidence; ``account``: a directory has spoken of it."""

    item_id: int
    organisation_id: int
    class_code: str
    identifiers: frozenset[Identifier]
    last_seen: datetime
    retired: bool = False
    account: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``known_as`` is the item that this source and key stood for until now.

    ``spread`` says how many items carry an identifier, where not every holder is passed along: a
    value that half the estate carries identifies nobody, and need not be read in full.
    ``account``: a directory asks, of the account of a computer.
    """

    evidence: Sequence[Identifier]
    class_code: str
    organisation_id: int
    known_as: Holder | None = None
    now: datetime | None = None
    spread: Mapping[Identifier, int] = field(default_factory=dict)
    account: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of evidence weighed against one candidate; ``weight`` is signed."""

    kind: str
    value: str
    weight: float
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that some evidence points at."""

    item_id: int
    score: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with everything that a person needs to understand it."""

    outcome: Outcome
    item_id: int | None = None
    score: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return a JSON-able document, candidates best first."""
        return {
            "outcome": self.outcome.value,
            "item_id": self.item_id,
            "score": self.score,
            "why": self.why,
            "candidates": [asdict(candidate) for candidate in self.candidates],
        }
