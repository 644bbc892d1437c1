"""Every source's word on an item, the evidence behind it, and what was refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, exists, text
from sqlalchemy.orm import Mapped, aliased, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key, unchecked

#: Stands in a key before what tells apart the machines that share it (a cloned image).
ALIAS = "~"


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


def is_alias(key: Any) -> ColumnElement[bool]:
    """Return the condition on ``ItemSource`` that these are another machine's words under ``key``.

    ``key`` is a text, or an expression that gives one.
    """
    begin = key + ALIAS
    return and_(ItemSource.key > begin, ItemSource.key < begin + "\x7f")


def shares(key: Any) -> ColumnElement[bool]:
    """Return the condition on ``ItemSource`` that another machine speaks with ``key`` to this day.

    One whose agent was enrolled anew has spoken with a key of its own since.
    """
    newer = aliased(ItemSource)
    has_spoken_since = exists().where(
        newer.item_id == ItemSource.item_id,
        newer.source == ItemSource.source,
        newer.last_seen_at > ItemSource.last_seen_at,
    )
    return and_(is_alias(key), ~has_spoken_since)


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
