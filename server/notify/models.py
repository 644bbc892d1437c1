"""What people were told, and how they want to be told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Notification(Identified, Base):
    """One person told of one thing, once: written in the transaction in which it happened."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("event_key", "person_id"),
        Index(None, "person_id", "id"),
        Index(None, "mail_state", "deliver_at", "id"),
    )

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    #: Which template tells it: "ticket_answered".
    kind: Mapped[str] = mapped_column(Key)
    #: What it is told of, as "entry:1042"; the same thing is told to nobody twice.
    event_key: Mapped[str] = mapped_column(Key)
    #: What the template fills in.
    detail: Mapped[dict[str, Any]]
    #: The path of the page that it leads to.
    path: Mapped[str] = mapped_column(Key)
    read_at: Mapped[datetime | None]
    #: "waiting", "sending", "sent", or "off" for somebody who gets no mail.
    mail_state: Mapped[str] = mapped_column(Key)
    deliver_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class NotificationPreference(Base):
    """How somebody wants to be told; who has none is told at once."""

    __tablename__ = "notification_preference"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: "at_once", "digest" or "never".
    mail: Mapped[str] = mapped_column(Key, default="at_once")
    #: Minutes of the local day between which no mail comes; both None for no quiet hours.
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    #: Minute of the local day at which the digest comes.
    digest_at: Mapped[int] = mapped_column(default=480)
    #: Kinds of notification that bring no mail.
    muted: Mapped[list[Any]]
