"""What people made of rules of alarms, and the alarms themselves: one for each rule and item."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Document, Identified, Key


class StoredAlarmRule(Base):
    """A rule as ``rules.reading`` reads it: of one's own, or in the place of a shipped one."""

    __tablename__ = "alarm_rule"

    code: Mapped[str] = mapped_column(Key, primary_key=True)
    document: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class Alarm(Identified, Base):
    """Something is, or was, wrong with an item; its ticket is where people work on it."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(None, "rule_code", "item_id", unique=True),
        Index(None, "item_id"),
        Index(None, "ticket_id"),
        Index(None, "last_at", "id"),
    )

    rule_code: Mapped[str] = mapped_column(Key)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    ticket_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="SET NULL")
    )
    #: Whether the cause is there now.
    on: Mapped[bool] = mapped_column("is_on", default=True)
    #: Parts of the item, as [name, measure].
    subjects: Mapped[list[Any]] = mapped_column(Document)
    #: How often it was told while the present ticket has been there.
    count: Mapped[int] = mapped_column("told_count", default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
