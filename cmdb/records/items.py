"""Items with their winning values, the side table that makes them searchable, and their parties."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key, unchecked

_MERGED = text("merged_into_id IS NOT NULL")


class Item(Identified, Base):
    """One configuration item. Winning values only; who says what stands in ``item_source``."""

    __tablename__ = "item"
    __table_args__ = (
        Index(None, "name_key", "id"),
        Index(None, "class_code", "name_key", "id"),
        Index(None, "organisation_id", "class_code", "name_key", "id"),
        Index(None, "last_seen_at", "id"),
        Index(None, "criticality", "id"),
        Index(None, "serial"),
        # Of those alone: "is not merged" holds for nearly all, and an index of them only misleads.
        Index(None, "merged_into_id", sqlite_where=_MERGED, postgresql_where=_MERGED),
        # An id is never given twice: history and tickets of a deleted item must not find another.
        {"sqlite_autoincrement": True},
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    class_code: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    stage: Mapped[str] = mapped_column(Key, default="in_use")
    environment: Mapped[str | None] = mapped_column(Key)
    criticality: Mapped[int | None]
    vendor: Mapped[str] = mapped_column(String, default="")
    model: Mapped[str] = mapped_column(String, default="")
    serial: Mapped[str] = mapped_column(Key, default="")
    location_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id"), index=True)
    #: The item that this one turned out to be. It stays for the past, its address and the undo;
    #: nobody sees it, and what it carried is with the other.
    merged_into_id: Mapped[int | None] = mapped_column(BigId)
    attributes: Mapped[dict[str, Any]]
    confidence: Mapped[float] = mapped_column(default=1.0)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ItemValue(Base):
    """One searchable value of one item; written by the same function as ``Item.attributes``."""

    __tablename__ = "item_value"
    __table_args__ = (
        Index("ix_item_value_text", "attribute_id", "text_key", "item_id"),
        Index("ix_item_value_number", "attribute_id", "number_key", "item_id"),
    )

    item_id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, info=unchecked("item.id")
    )
    attribute_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text_key: Mapped[str | None] = mapped_column(Key)
    number_key: Mapped[float | None]


class ItemParty(Identified, Base):
    """A person or a group stands in a role to an item."""

    __tablename__ = "item_party"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "item_id", "role"),
        Index(None, "person_id", "item_id"),
        Index(None, "group_id", "item_id"),
    )

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(Key)
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    source: Mapped[str] = mapped_column(Key)
