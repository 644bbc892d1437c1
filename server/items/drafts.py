"""What a person or a program writes down before it becomes part of the register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmdb.observation import GroupMembership


@dataclass(frozen=True, slots=True)
class PartyDraft:
    """A person or a group in a role."""

    role: str
    person_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A new item as a person or a program writes it."""

    class_code: str
    organisation_id: int
    values: Mapping[str, Any] = field(default_factory=dict)
    parties: tuple[PartyDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationDraft:
    """A relation as a person or a program writes it."""

    type: str
    start_id: int
    end_id: int
    group: GroupMembership | None = None
    weight: float = 1.0
    note: str = ""
