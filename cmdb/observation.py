"""Observation: what one source saw of one item, when, and how sure it was.

This is the only shape in which anything enters the register. An agent's report, an SNMP walk, a
line of a CSV file and a person's edit all become observations; ``Inventory`` takes nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from cmdb.vocabulary import (
    ClassCode,
    IdentifierKind,
    PartyRole,
    RelationTypeCode,
    SourceCode,
)

#: A section's row: a mapping of fields, or a plain tuple where the section's shape is fixed.
Row = Mapping[str, Any] | tuple[Any, ...]


class Identifier(NamedTuple):
    """One piece of identifying evidence, already normalised (see ``cmdb.engine.identity``).

    A tuple, because reports are compared by the hundred thousand: it hashes without Python's help.
    """

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Who speaks: the source, its own key for the item, and how much it may be trusted.

    ``key`` is the source's own stable id (agent id, device address, line key of an import); the
    pair (source, key) is unique within an organisation and the strongest evidence there is.
    ``key`` may be empty when the source has none.
    """

    source: SourceCode
    key: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class ItemReference:
    """Points at an item: by id, or by the (source, key) under which a source knows it."""

    item_id: int | None = None
    source: SourceCode | None = None
    key: str = ""

    def __str__(self) -> str:
        return f"#{self.item_id}" if self.item_id is not None else f"{self.source}:{self.key}"


@dataclass(frozen=True, slots=True)
class GroupMembership:
    """The relation is one of several suppliers of its dependant.

    What must stay up, by ``rule``: so many members (``at_least``), a share of them in percent
    (``percent``), or so much capacity in the members' own unit (``capacity``).
    """

    name: str
    rule: str = "at_least"
    threshold: float = 1.0
    capacity: float = 1.0


@dataclass(frozen=True, slots=True)
class SeenRelation:
    """A relation between two items, in the type's reading direction (``start`` verb ``end``)."""

    type: RelationTypeCode
    start: ItemReference
    end: ItemReference
    group: GroupMembership | None = None
    weight: float = 1.0
    confidence: float = 1.0
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A list of facts of one kind, as a whole: the rows replace what this source said before.

    ``digest`` is the source's own digest of the rows; an equal digest means nothing changed and
    ``rows`` may then be None. A ``folded`` section came as values: only its digest is kept.
    """

    name: str
    digest: str
    rows: Sequence[Row] | None
    folded: bool = False


@dataclass(frozen=True, slots=True)
class SeenParty:
    """A person or a group stands in a role to the item. Exactly one of the ids is given."""

    role: PartyRole
    person_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What one source saw of one item.

    ``values`` maps attribute codes (root attributes such as ``name`` or ``criticality`` included)
    to raw values; they are validated against the model on the way in, and one bad value is
    quarantined without sinking the rest. A value of None says "this source no longer says
    anything". ``observed_at`` is aware UTC.
    """

    origin: Origin
    class_code: ClassCode
    organisation_id: int
    observed_at: datetime
    identifiers: tuple[Identifier, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    readings: Mapping[str, Any] = field(default_factory=dict)
    parties: tuple[SeenParty, ...] | None = None
    #: The item itself, when a person or a token edits a known one; None for every other source.
    item_id: int | None = None
    #: The request that brought it, where a batch holds those of several.
    request_id: str = ""
