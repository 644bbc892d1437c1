"""Every source's word on an item, the evidence behind it, and what was refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key, unchecked


class ItemSource(Identified, Base):
    """What one source says of one item.

    ``words`` is {attribute: [value, since ISO 8601]}; ``digests`` is {section: digest};
    ``readings`` are last values that make no history.
    """

    __tablename__ = "item_source"
    __table_args__ = (
        Index(
            "uq_item_source_key",
            "organisation_id",
            "source",
            "key",
            unique=True,
            sqlite_where=text("key <> ''"),
            postgresql_where=text("key <> ''"),
        ),
        Index(None, "item_id", "source"),
        {"sqlite_autoincrement": True},
    )

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(BigId, info=unchecked("organisation.id"))
    source: Mapped[str] = mapped_column(Key)
    key: Mapped[str] = mapped_column(Key, default="")
    confidence: Mapped[float] = mapped_column(default=1.0)
    words: Mapped[dict[str, Any]]
    digests: Mapped[dict[str, Any]]
    readings: Mapped[dict[str, Any]]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class ItemIdentifier(Base):
    """One piece of evidence that points at an item."""

    __tablename__ = "item_identifier"
    __table_args__ = (Index(None, "kind", "value", "item_id"),)

    item_id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, info=unchecked("item.id")
    )
    kind: Mapped[str] = mapped_column(Key, primary_key=True)
    value: Mapped[str] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(Key, primary_key=True)
    #: None for evidence from before this was kept.
    first_seen_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime]


class QuarantinedValue(Identified, Base):
    """A value that was refused while the rest of its report landed."""

    __tablename__ = "quarantined_value"
    __table_args__ = (Index(None, "item_id", "source", "attribute", unique=True),)

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Key)
    attribute: Mapped[str] = mapped_column(Key)
    raw: Mapped[str] = mapped_column(String)
    reason: Mapped[str] = mapped_column(String)
    at: Mapped[datetime]
