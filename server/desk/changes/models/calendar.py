"""When nothing may be changed, when it is meant to be, feeds of the calendar, and releases."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class CalendarWindow(Identified, Base):
    """A freeze, or a window for maintenance, over part of an estate.

    It holds for what its four lists name: items, whole classes, whatever hits one of the services,
    whatever stands at one of the sites; with all of them empty, for everything of its organisation.
    """

    __tablename__ = "calendar_window"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="runs_forward"),
        Index(None, "organisation_id", "kind", "ends_at"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: "freeze" or "maintenance".
    kind: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String)
    reason: Mapped[str] = mapped_column(String, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: "" for once, "weekly" for the same hours by the clock of ``time_zone`` each week.
    repeats: Mapped[str] = mapped_column(Key, default="")
    time_zone: Mapped[str] = mapped_column(Key, default="UTC")
    item_ids: Mapped[list[Any]]
    class_codes: Mapped[list[Any]]
    service_ids: Mapped[list[Any]]
    site_ids: Mapped[list[Any]]
    suspended_at: Mapped[datetime | None]
    suspended_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    suspended_reason: Mapped[str] = mapped_column(String, default="")
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    created_at: Mapped[datetime]


class CalendarFeed(Identified, Base):
    """A secret address under which a calendar program reads what its person may see."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String)
    secret_hash: Mapped[str] = mapped_column(Key, unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Release(Identified, Base):
    """Changes that together bring a product to a version."""

    __tablename__ = "release"
    __table_args__ = (Index(None, "organisation_id", "id"),)

    #: What people say: "REL-12".
    reference: Mapped[str] = mapped_column(Key, unique=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String)
    notes: Mapped[str] = mapped_column(String, default="")
    #: The name under which discovery finds it installed; for an attribute, only a name.
    product: Mapped[str] = mapped_column(Key)
    #: The attribute by which an item says its version, as "firmware_version"; "" for software.
    attribute: Mapped[str] = mapped_column(Key, default="", server_default="")
    target_version: Mapped[str] = mapped_column(Key)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
