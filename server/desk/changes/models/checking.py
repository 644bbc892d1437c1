"""What was found after a change, and what changed without any."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ChangeFinding(Identified, Base):
    """One line of a change's verification.

    ``verdict``: "as_planned", "missing" or "different" of what was planned, "unexpected" of what
    was not, "silent" of an item that nothing was heard of after the window.
    """

    __tablename__ = "change_finding"
    __table_args__ = (Index(None, "change_id", "id"),)

    change_id: Mapped[int] = mapped_column(BigId, ForeignKey("change.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(Key, default="")
    verdict: Mapped[str] = mapped_column(Key)
    #: {"expected": …, "seen": …, "source": …, "at": …}; what there is of it.
    detail: Mapped[dict[str, Any]]
    history_id: Mapped[int | None] = mapped_column(BigId)


class ChangeIncident(Base):
    """An incident within 72 hours on what a change touched, or on what hangs on it."""

    __tablename__ = "change_incident"
    __table_args__ = (Index(None, "ticket_id"),)

    change_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("change.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    linked_at: Mapped[datetime]
    #: Steps from a touched item to one that the incident is about; 0 for the same.
    distance: Mapped[int] = mapped_column(default=0)


class ChangeWatch(Identified, Base):
    """What is watched for changes nobody approved: an item or a class, whole or some fields."""

    __tablename__ = "change_watch"
    __table_args__ = (Index(None, "organisation_id", "id"),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    class_code: Mapped[str | None] = mapped_column(Key)
    #: Attributes and sections; none for all.
    subjects: Mapped[list[Any]]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    created_at: Mapped[datetime]
    #: The newest entry of the history that it has been held against.
    seen_up_to: Mapped[int] = mapped_column(BigId, default=0)


class UnauthorizedChange(Identified, Base):
    """A difference on something watched, with no approved window around it."""

    __tablename__ = "unauthorized_change"
    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "organisation_id", "state", "id"),
        Index(None, "item_id"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    history_id: Mapped[int] = mapped_column(BigId, unique=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Key)
    subject: Mapped[str] = mapped_column(Key)
    source: Mapped[str] = mapped_column(Key)
    detail: Mapped[dict[str, Any]]
    #: "open", "accepted" or "rolled_back".
    state: Mapped[str] = mapped_column(Key, default="open")
    comment: Mapped[str] = mapped_column(String, default="")
    decided_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    #: The ticket by which it is rolled back in the real world.
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"))
