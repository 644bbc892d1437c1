"""Announcements, what they are about, whom they reach, and what was said until the end."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Announcement(Identified, Base):
    """Planned work, an outage or news, as people are told of it."""

    __tablename__ = "announcement"
    __table_args__ = (
        Index(None, "organisation_id", "state", "starts_at"),
        Index(None, "state", "starts_at", "id"),
        Index(None, "source"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: "maintenance", "outage" or "information".
    kind: Mapped[str] = mapped_column(Key)
    #: "draft", "published", "ended" or "withdrawn".
    state: Mapped[str] = mapped_column(Key)
    title: Mapped[str] = mapped_column(String)
    text: Mapped[str] = mapped_column(String, default="")
    #: What is hit, in words for people who may see no item.
    concerned: Mapped[str] = mapped_column(String, default="")
    cause: Mapped[str] = mapped_column(String, default="")
    workaround: Mapped[str] = mapped_column(String, default="")
    contact: Mapped[str] = mapped_column(String, default="")
    starts_at: Mapped[datetime]
    expected_end_at: Mapped[datetime | None]
    #: "users" of what is reached, or "everyone" of the organisation.
    audience: Mapped[str] = mapped_column(Key)
    #: The change or ticket it was drafted from: "CHG-12", "INC-3"; it ends with it.
    source: Mapped[str] = mapped_column(Key, default="")
    people_count: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class AnnouncementItem(Base):
    """An item or service that an announcement is about."""

    __tablename__ = "announcement_item"
    __table_args__ = (Index(None, "item_id", "announcement_id"),)

    announcement_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("announcement.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class AnnouncementPerson(Base):
    """Somebody whom an announcement concerns, and who therefore may read it."""

    __tablename__ = "announcement_person"
    __table_args__ = (Index(None, "person_id", "announcement_id"),)

    announcement_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("announcement.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class AnnouncementUpdate(Identified, Base):
    """What was said of it later. Rows are added, never changed."""

    __tablename__ = "announcement_update"
    __table_args__ = (Index(None, "announcement_id", "id"),)

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcement.id", ondelete="CASCADE")
    )
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(String)
    #: The end that was expected from then on, where it moved.
    expected_end_at: Mapped[datetime | None]
