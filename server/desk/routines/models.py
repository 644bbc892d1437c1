"""Macros, schedules, and which ticket a schedule opened for which item at which time."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class TicketMacro(Base):
    """A macro as ``rules.macros`` reads it."""

    __tablename__ = "ticket_macro"

    code: Mapped[str] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String)
    document: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class TicketSchedule(Identified, Base):
    """A template that opens tickets by the calendar: recurring and preventive work."""

    __tablename__ = "ticket_schedule"
    __table_args__ = (Index(None, "enabled", "next_at", "id"),)

    name: Mapped[str] = mapped_column(String)
    enabled: Mapped[bool] = mapped_column(default=True)
    #: The code of the template; its steps become the checklist.
    template: Mapped[str] = mapped_column(Key)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: What it is about: one item, or a ticket for each item in use of a class; neither: one ticket.
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    class_code: Mapped[str] = mapped_column(Key, default="")
    first_at: Mapped[datetime]
    #: "day", "week", "month" or "year", every so many of them.
    rhythm: Mapped[str] = mapped_column(Key)
    every: Mapped[int] = mapped_column(default=1)
    #: On whose clock it comes.
    time_zone: Mapped[str] = mapped_column(Key)
    next_at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class ScheduledTicket(Base):
    """What a schedule opened: one ticket for each time and item, whoever tries again."""

    __tablename__ = "scheduled_ticket"
    __table_args__ = (Index(None, "ticket_id"),)

    schedule_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("ticket_schedule.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    #: 0 for one ticket without an item; no foreign key, so that a merged item stays as it was.
    about_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    #: None where opening was refused.
    ticket_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="SET NULL")
    )
    fault: Mapped[str] = mapped_column(String, default="")
