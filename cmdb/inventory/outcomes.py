"""What becomes of an observation, and who brought it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Author:
    """On whose behalf something is recorded: a person, or nobody for a machine's report."""

    person_id: int | None = None
    request_id: str = ""

    def within(self, request_id: str) -> "Author":
        """Return the same author in another request; in none other for ""."""
        return replace(self, request_id=request_id) if request_id else self


class Outcome(StrEnum):
    """What became of one observation or relation."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REVIEW = "review"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The result of one observation.

    ``problems`` maps refused attributes to reasons (the rest of the observation has landed);
    ``resend`` names sections whose digest the register does not know and whose rows were not sent.
    """

    outcome: Outcome
    item_id: int | None = None
    review_id: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    resend: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """The result of one relation; ``problem`` says why it was refused."""

    outcome: Outcome
    relation_id: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
