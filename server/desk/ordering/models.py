"""Orders, who is asked to agree to them, what is done for them, and files that came with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ServiceOrder(Base):
    """What was asked for with a ticket, whose requester it is for.

    ``answers`` are those to the form of ``version``, as ``catalogue.rules.answers`` stores them.
    """

    __tablename__ = "service_order"
    __table_args__ = (Index(None, "state", "ticket_id"), Index(None, "offering_id", "ticket_id"))

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    offering_id: Mapped[int] = mapped_column(BigId, ForeignKey("offering.id"))
    version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    #: "approval", "held" (nobody to ask was found), "fulfilment", "done", "rejected", "cancelled".
    state: Mapped[str] = mapped_column(Key)
    #: The approval step that it waits for, from 0; None once nobody is asked any more.
    step: Mapped[int | None]
    ordered_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]


class OrderApproval(Identified, Base):
    """Somebody who was asked to agree, and what they said."""

    __tablename__ = "order_approval"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "ticket_id", "step"),
        Index(None, "person_id", "decision"),
        Index(None, "group_id", "decision"),
        Index(None, "decision", "reminded_at"),
    )

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("service_order.ticket_id", ondelete="CASCADE")
    )
    step: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    #: Why: "manager", "named", "owner", "instead" (of somebody who may not), "fallback", "chosen".
    role: Mapped[str] = mapped_column(Key)
    #: The item whose owner is meant.
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="SET NULL"))
    #: "pending", "approved", "rejected", or "void": nobody waits for it any more.
    decision: Mapped[str] = mapped_column(Key, default="pending")
    comment: Mapped[str] = mapped_column(String, default="")
    decided_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    #: When they were last told that it waits for them.
    reminded_at: Mapped[datetime]


class OrderTask(Base):
    """A task of an offering: as soon as its turn comes it is a step of the ticket."""

    __tablename__ = "order_task"
    __table_args__ = (Index(None, "task_id"), Index(None, "group_id", "released_at"))

    ticket_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("service_order.ticket_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    code: Mapped[str] = mapped_column(Key, primary_key=True)
    #: The step of the ticket; None before its turn, and where somebody took the step away.
    task_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("ticket_task.id", ondelete="SET NULL")
    )
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    released_at: Mapped[datetime | None]
    #: What was handed over.
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="SET NULL"))


class OrderFile(Identified, Base):
    """A file that somebody put into a form, before the order is placed."""

    __tablename__ = "order_file"
    __table_args__ = (Index(None, "person_id", "id"), Index(None, "at"))

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    file_name: Mapped[str] = mapped_column(String)
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(Key)
    #: Under which name ``foundation.storage`` keeps it.
    stored_name: Mapped[str] = mapped_column(Key)
    #: The ticket it went to, where it is attached; None while it waits.
    ticket_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="SET NULL")
    )
