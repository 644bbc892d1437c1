"""When services were not up, by which ticket, and what was told of their promises."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ServiceOutage(Identified, Base):
    """A time in which a ticket's failure kept a service in one state.

    ``began_at`` and ``ended_at`` are what tickets and graph say, ``said_…`` what a person puts in
    their place.
    """

    __tablename__ = "service_outage"
    __table_args__ = (
        Index(None, "ticket_id", "item_id"),
        Index(None, "item_id", "began_at"),
        Index(None, "ended_at"),
        Index(None, "said_ended_at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    #: "down" or "degraded".
    state: Mapped[str] = mapped_column(Key)
    began_at: Mapped[datetime]
    #: None: it lasts.
    ended_at: Mapped[datetime | None]
    said_began_at: Mapped[datetime | None]
    said_ended_at: Mapped[datetime | None]
    #: False: a person said that it was none.
    counts: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: Why it was corrected, and by whom.
    reason: Mapped[str] = mapped_column(String, default="", server_default="")
    corrected_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class AvailabilityTold(Base):
    """What was told of one promise in one month, and why it was missed."""

    __tablename__ = "availability_told"

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: The customer to whom it was promised; 0: everybody.
    organisation_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    #: "availability" or "longest_outage".
    measure: Mapped[str] = mapped_column(Key, primary_key=True)
    #: "2026-11", of the calendar's time zone.
    month: Mapped[str] = mapped_column(Key, primary_key=True)
    #: The level that was told last: 75, 100, 101 for a miss; 0 for none.
    fired: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String, default="")
    reason_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
