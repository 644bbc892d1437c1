"""Tickets, what they touch, and what was said on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ReferenceCounter(Base):
    """The last number given under each prefix. Numbers may be missing, none is given twice."""

    __tablename__ = "reference_counter"

    prefix: Mapped[str] = mapped_column(Key, primary_key=True)
    last: Mapped[int] = mapped_column(BigId)


class Ticket(Identified, Base):
    """One ticket. The counts are those of the failure of its affected items, when last computed."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "activity_at", "id"),
        Index(None, "is_open", "priority", "id"),
        Index(None, "organisation_id", "is_open", "priority", "id"),
        Index(None, "assignee_id", "is_open", "priority", "id"),
        Index(None, "group_id", "is_open", "priority", "id"),
        Index(None, "requester_id", "created_at", "id"),
    )

    #: What people say: "INC-1042".
    reference: Mapped[str] = mapped_column(Key, unique=True)
    kind: Mapped[str] = mapped_column(Key)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String)
    title_key: Mapped[str] = mapped_column(Key)
    description: Mapped[str] = mapped_column(String, default="")
    state: Mapped[str] = mapped_column(Key)
    #: Whether ``state`` is one in which there is still work to do; for the queues' indexes.
    is_open: Mapped[bool] = mapped_column(default=True)
    urgency: Mapped[str] = mapped_column(Key)
    #: What counts: the suggestion of the graph, or what a person put in its place.
    impact: Mapped[str] = mapped_column(Key)
    suggested_impact: Mapped[str] = mapped_column(Key)
    impact_overridden: Mapped[bool] = mapped_column(default=False)
    impact_reason: Mapped[str] = mapped_column(String, default="")
    #: 1 (most pressing) to 5 (informational).
    priority: Mapped[int]
    requester_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(Key)
    category: Mapped[str] = mapped_column(Key, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    #: When anything last happened on it, entries included; these leave ``version`` alone.
    activity_at: Mapped[datetime]
    occurred_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    resolution_code: Mapped[str] = mapped_column(Key, default="")
    resolution_text: Mapped[str] = mapped_column(String, default="")
    #: The change sequence of the graph the counts were computed on; None when nothing was.
    graph_sequence: Mapped[int | None] = mapped_column(BigId)
    down_count: Mapped[int] = mapped_column(default=0)
    degraded_count: Mapped[int] = mapped_column(default=0)
    at_risk_count: Mapped[int] = mapped_column(default=0)
    service_count: Mapped[int] = mapped_column(default=0)
    #: The smallest tier number among the services reached.
    worst_criticality: Mapped[int | None]
    people_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class AffectedItem(Base):
    """An item that a ticket is about. What suffers because of it is never stored item by item."""

    __tablename__ = "affected_item"
    __table_args__ = (Index(None, "item_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    is_cause: Mapped[bool] = mapped_column(default=False)


class AffectedService(Base):
    """A service that a ticket's failure reaches, and how it stands because of it."""

    __tablename__ = "affected_service"
    __table_args__ = (Index(None, "item_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: "down", "degraded" or "at_risk".
    state: Mapped[str] = mapped_column(Key)


class TicketEntry(Identified, Base):
    """One line of a ticket's conversation. Rows are added, never changed."""

    __tablename__ = "ticket_entry"
    __table_args__ = (Index(None, "ticket_id", "id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    #: None where no person acted.
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "public" (the requester reads it), "internal", or "system" (what happened; see ``detail``).
    kind: Mapped[str] = mapped_column(Key)
    text: Mapped[str] = mapped_column(String, default="")
    #: For system entries {"event": …} and what belongs to that event.
    detail: Mapped[dict[str, Any]]


class TicketWatcher(Base):
    """Somebody who follows a ticket, and therefore sees it."""

    __tablename__ = "ticket_watcher"
    __table_args__ = (Index(None, "person_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
