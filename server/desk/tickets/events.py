"""What happens to tickets, as other features hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """Something happened to a ticket. ``person_id`` is who did it; None for no person."""

    ticket_id: int
    at: datetime
    person_id: int | None


@dataclass(frozen=True, slots=True)
class TicketOpened(TicketEvent):
    """A ticket has been opened; ``group_id`` is whose it was at first."""

    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class TicketEdited(TicketEvent):
    """Fields were changed: name to [before, after], in the form of the wire."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TicketAssigned(TicketEvent):
    """It is somebody's now: a person's, a group's, both or nobody's."""

    assignee_id: int | None
    group_id: int | None


@dataclass(frozen=True, slots=True)
class TicketMoved(TicketEvent):
    """It took a step of its life cycle."""

    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemsAffected(TicketEvent):
    """Other items are affected now, so that its impact was computed anew."""

    added: tuple[int, ...]
    removed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TicketReassessed(TicketEvent):
    """The graph changed, so that its failure reaches something else or counts otherwise.

    ``gained`` and ``lost`` are services; ``before`` is the priority that it had.
    """

    gained: tuple[int, ...]
    lost: tuple[int, ...]
    before: int


@dataclass(frozen=True, slots=True)
class TicketNoted(TicketEvent):
    """Something worth a line: ``what`` says which ("linked", "merged", "task_done", "rated" …)."""

    what: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryAdded(TicketEvent):
    """Somebody wrote: ``kind`` is "public" or "internal"."""

    entry_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class TicketHandedOver(TicketEvent):
    """Another group has it now, and is asked to accept it; ``notice`` is for the requester."""

    before: str
    after: str
    handover_id: int
    from_group_id: int | None
    to_group_id: int
    notice: str
