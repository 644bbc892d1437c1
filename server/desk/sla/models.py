"""Running clocks, and the calendars and targets that people changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Key


class SlaSection(Base):
    """A section of the agreements (calendars, targets) that people changed.

    One whose name is "before " and a moment holds what was agreed until then, as
    {"since": moment or null, "sections": …}; it is never changed.
    """

    __tablename__ = "sla_section"

    section: Mapped[str] = mapped_column(Key, primary_key=True)
    #: JSON as text.
    document: Mapped[str] = mapped_column(String)
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class SlaClock(Base):
    """A promise about one ticket: computed from events, and here as it was read last."""

    __tablename__ = "sla_clock"
    __table_args__ = (Index(None, "next_at", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: "respond", "resolve", "handover": that a group accepts what was handed to it, "update": that
    #: the requester hears from the desk again.
    measure: Mapped[str] = mapped_column(Key, primary_key=True)
    #: Whose it is: "" for what was promised to the requester, and for a hand-over; "group:7",
    #: "line:2", "supplier:4" or "contract:9" for whoever has the ticket, "supplier:4#2" for the
    #: first answer of one who has it for the second time.
    holder: Mapped[str] = mapped_column(Key, primary_key=True, default="", server_default="")
    calendar: Mapped[str] = mapped_column(Key)
    target_minutes: Mapped[int]
    started_at: Mapped[datetime]
    #: Done in time or late; None while it can still run.
    stopped_at: Mapped[datetime | None]
    #: None while it is paused or has stopped.
    due_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    #: Percent of the target at which somebody was told last; 0 for never.
    fired: Mapped[int] = mapped_column(default=0)
    #: When the next level is reached, as things stand; None: it will not be.
    next_at: Mapped[datetime | None]
    #: Why it was missed, as somebody said.
    reason: Mapped[str] = mapped_column(String, default="")
    reason_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
