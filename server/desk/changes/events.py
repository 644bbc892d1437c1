"""What happens to changes, as other features hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """Something happened to a change. ``person_id`` is who did it; None for no person."""

    change_id: int
    at: datetime
    person_id: int | None


@dataclass(frozen=True, slots=True)
class ChangeDrafted(ChangeEvent):
    """Somebody began to plan."""


@dataclass(frozen=True, slots=True)
class ChangeEdited(ChangeEvent):
    """Fields were changed: name to [before, after]. ``voided`` approvals count no more."""

    changes: Mapping[str, Any]
    voided: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ApprovalRequested(ChangeEvent):
    """Approval of exactly this digest was asked for, from so many."""

    digest: str
    approvers: int


@dataclass(frozen=True, slots=True)
class ApprovalDecided(ChangeEvent):
    """Somebody decided: ``approval_ids`` are what was decided upon."""

    decision: str
    approval_ids: tuple[int, ...]
    comment: str
    in_place_of: bool


@dataclass(frozen=True, slots=True)
class ChangeMoved(ChangeEvent):
    """It took a step of its life cycle."""

    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class DifferencesApplied(ChangeEvent):
    """What was planned for the register is written there; so many differences."""

    number: int


@dataclass(frozen=True, slots=True)
class ApplicationHanded(ChangeEvent):
    """Writing what was planned into the register was handed over to somebody."""

    to_id: int


@dataclass(frozen=True, slots=True)
class ApprovalOverdue(ChangeEvent):
    """An approval was not answered in time; the change managers may decide it now."""

    approval_id: int


@dataclass(frozen=True, slots=True)
class ChangeVerified(ChangeEvent):
    """What was found was held against what was planned."""

    verdict: str
    lines: int


@dataclass(frozen=True, slots=True)
class ChangeHeld(ChangeEvent):
    """It did not begin by itself, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class UnauthorizedFound:
    """Differences on a watched item, for which there was no approved window."""

    item_id: int
    at: datetime
    #: The latest of them in the history, their subjects, and the watches that found them.
    history_id: int
    subjects: tuple[str, ...]
    watch_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IncidentLinked(ChangeEvent):
    """An incident followed it, so many steps from what it touched."""

    ticket: str
    distance: int
