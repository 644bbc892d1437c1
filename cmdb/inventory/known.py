"""What the door knows of an item while it works on a batch: light, mutable, no rows.

An item that the batch itself creates has a negative id until it is written, so that a later
observation of the same batch can match it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cmdb.observation import Identifier
from cmdb.vocabulary import DIRECTORY

#: Root attributes that are columns of ``item``; all others live in its JSON document.
COLUMNS = ("name", "stage", "environment", "criticality", "vendor", "model", "serial")


@dataclass(slots=True)
class SourceState:
    """One row of ``item_source`` as the batch sees it; ``id`` is None until it is written."""

    source: str
    key: str
    organisation_id: int
    id: int | None = None
    confidence: float = 1.0
    #: attribute -> [value, since ISO 8601]
    words: dict[str, list[Any]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    readings: dict[str, Any] = field(default_factory=dict)
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    #: The whole row must be written; a source that only confirmed itself costs a moment.
    changed: bool = False
    confirmed: bool = False


@dataclass(slots=True)
class KnownItem:
    """An item with its winners, its sources and its evidence."""

    id: int
    organisation_id: int
    class_code: str
    first_seen_at: datetime
    last_seen_at: datetime
    version: int = 1
    #: attribute -> stored value, root attributes included
    winners: dict[str, Any] = field(default_factory=dict)
    sources: dict[tuple[str, str], SourceState] = field(default_factory=dict)
    #: (kind, value, source) -> when it was last confirmed
    identifiers: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    new_identifiers: set[tuple[str, str, str]] = field(default_factory=set)
    confirmed_identifiers: set[tuple[str, str, str]] = field(default_factory=set)
    gone_identifiers: set[tuple[str, str, str]] = field(default_factory=set)
    #: attribute -> (old, new, winning source) of this batch
    changed: dict[str, tuple[Any, Any, str]] = field(default_factory=dict)
    #: How many rows each section of the first sight had.
    first_sections: dict[str, int] = field(default_factory=dict)
    touched: bool = False
    #: The request that touched it, where a batch holds those of several.
    request_id: str = ""
    #: The item that this one turned out to be.
    merged_into: int | None = None

    @property
    def is_new(self) -> bool:
        """Say whether this batch creates the item."""
        return self.id < 0

    @property
    def has_account(self) -> bool:
        """Say whether a directory has spoken of the item: it has a computer's account there."""
        return any(source == DIRECTORY for source, _ in self.sources)

    def evidence(self) -> frozenset[Identifier]:
        """Return the identifiers as the identity engine wants them."""
        return frozenset(Identifier(kind, value) for kind, value, _ in self.identifiers)  # type: ignore[arg-type]  # kinds are read from the database

    def note(self, attribute: str, old: Any, new: Any, source: str) -> None:
        """Note that a winner changed; what changes back within one batch has not changed."""
        before = self.changed[attribute][0] if attribute in self.changed else old
        if before == new:
            self.changed.pop(attribute, None)
        else:
            self.changed[attribute] = (before, new, source)
