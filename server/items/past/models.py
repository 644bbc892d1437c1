"""Baselines, and sealed ranges of history."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Baseline(Identified, Base):
    """What some items were at a moment, kept under a name.

    ``drifted_at`` is when something was first found to have left it; empty while nothing has.
    """

    __tablename__ = "baseline"
    __table_args__ = (Index(None, "organisation_id", "id"), {"sqlite_autoincrement": True})

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    #: In the query language; "" is everything in the organisation and below.
    query: Mapped[str] = mapped_column(String)
    at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId)
    items: Mapped[int]
    #: Drift opens a follow-up.
    watched: Mapped[bool]
    checked_at: Mapped[datetime | None]
    drifted_at: Mapped[datetime | None]
    #: How many items differed when it was last looked at.
    drifted: Mapped[int] = mapped_column(default=0)


class BaselineItem(Base):
    """One item of a baseline. No key leads to the item: a baseline outlives what is purged."""

    __tablename__ = "baseline_item"

    baseline_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("baseline.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    #: The winning values, "class" among them.
    document: Mapped[dict[str, Any]]
    #: ["verb:start:end", …] of its live relations, in order.
    relations: Mapped[list[Any]]


class HistoryRange(Identified, Base):
    """A closed range of history rows and the hash over them, which stands in the audit chain."""

    __tablename__ = "history_range"
    __table_args__ = (Index(None, "last_at"), {"sqlite_autoincrement": True})

    first_entry_id: Mapped[int] = mapped_column(BigId)
    last_entry_id: Mapped[int] = mapped_column(BigId)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(Key)
    sealed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class HistoryRetention(Identified, Base):
    """How long history is kept, as a person decided it; the newest row is in force."""

    __tablename__ = "history_retention"
    __table_args__ = ({"sqlite_autoincrement": True},)

    #: None keeps it for ever.
    days: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId)
